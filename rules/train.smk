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
        mem_mb=training_memory,
        runtime=training_minutes,
        # One GPU where there are any: `--resources gpu=N` tells how many jobs may train at a time.
        gpu=0 if STUDY["device"] == "cpu" else 1,
        # Resources, as parameters would retrain what was trained with other ones.
        device=STUDY["device"],
        checkpoint_minutes=STUDY["checkpoint_minutes"],
    params:
        cell=lambda wildcards: as_json(cell_of(wildcards)),
        calibration=lambda wildcards: [
            word for path in calibration_data(wildcards) for word in ("--calibration-data", path)
        ],
    shell:
        f"{KEEP_BUFFERS}"
        " python scripts/train.py --cell {params.cell:q} --data {input.data:q}"
        " {params.calibration:q} --device {resources.device:q}"
        " --threads {threads} --checkpoint-minutes {resources.checkpoint_minutes} --output {output:q} > {log:q} 2>&1"
