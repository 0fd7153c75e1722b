# Tables of an experiment: a row a replica, and what the replicas amount to.

TARGETS = as_json({name: entry["target_accuracy"] for name, entry in STUDY["datasets"].items()})


rule tabulate_experiment:
    input:
        runs=lambda wildcards: runs(EXPERIMENT_AXES[wildcards.experiment]),
        code=modules("scripts/tabulate_experiment.py"),
    output:
        table=report(
            "results/tables/{experiment}.csv",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "table, a row a replica", "part": "all"},
        ),
        caption="results/tables/{experiment}.rst",
    log:
        "results/logs/tables/{experiment}.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENT_AXES),
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        experiment=lambda wildcards: as_json(design(wildcards.experiment)),
        targets=TARGETS,
    shell:
        "python scripts/tabulate_experiment.py --experiment {params.experiment:q} --targets {params.targets:q}"
        " --results results/cells"
        " --output {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"


rule summarize_experiment:
    input:
        runs=lambda wildcards: runs(EXPERIMENT_AXES[wildcards.experiment]),
        code=modules("scripts/summarize_experiment.py"),
    output:
        table=report(
            "results/tables/{experiment}-summary.csv",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "table, summary", "part": "all"},
        ),
        caption="results/tables/{experiment}-summary.rst",
    log:
        "results/logs/tables/{experiment}-summary.log",
    wildcard_constraints:
        experiment="|".join(EXPERIMENT_AXES),
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        experiment=lambda wildcards: as_json(design(wildcards.experiment)),
        targets=TARGETS,
    shell:
        "python scripts/summarize_experiment.py --experiment {params.experiment:q}"
        " --targets {params.targets:q} --results results/cells"
        " --output {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"
