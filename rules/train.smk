# One job a block of a cell's replicas, all at once.


rule train_cell:
    """A prepared data set -> run.h5, what happened to some replicas of one cell."""
    input:
        data=training_data,
    output:
        f"results/cells/{CELL}/{BLOCK}/run.h5",
    log:
        f"results/logs/cells/{CELL}/{BLOCK}/train.log",
    benchmark:
        f"results/benchmarks/cells/{CELL}/{BLOCK}.tsv"
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=training_memory,
        runtime=training_minutes,
        # One GPU where there are any: `--resources gpu=N` tells how many jobs may train at a time.
        gpu=0 if STUDY.device == "cpu" else 1,
    params:
        cell=lambda wildcards: as_json(task_of(wildcards).as_dict()),
        code=lambda wildcards: method_code(
            "train.py", wildcards.network, wildcards.initializer, wildcards.schedule
        ),
        options=training_options,
    shell:
        f"{KEEP_BUFFERS}"
        ' python "$STUDY_SCRIPTS/train.py" --cell {params.cell:q}'
        " {params.options:q} --data {input.data:q} --threads {threads} --code {params.code}"
        " --output {output:q} > {log:q} 2>&1"
