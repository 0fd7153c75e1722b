# One job a cell: all its replicas at once.


rule train_cell:
    input:
        data="results/data/{dataset}.h5",
        calibration=calibration_data,
        code=cell_code,
    output:
        f"results/cells/{CELL}/run.h5",
    log:
        f"results/logs/cells/{CELL}/train.log",
    benchmark:
        f"results/benchmarks/cells/{CELL}.tsv"
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
        # A resource, as a parameter would retrain what was trained on another device.
        device=STUDY["device"],
    params:
        cell=lambda wildcards: as_json(cell_of(wildcards)),
        calibration=lambda wildcards: [
            word for path in calibration_data(wildcards) for word in ("--calibration-data", path)
        ],
    shell:
        f"{KEEP_BUFFERS}"
        " python scripts/train.py --cell {params.cell:q} --data {input.data:q}"
        " {params.calibration:q} --device {resources.device:q}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"
