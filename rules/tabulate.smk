# Tables of an experiment.


rule tabulate_experiment:
    """An experiment's runs -> a table with a row a replica, and one of what they amount to."""
    input:
        runs=f"{HOME}/runs/{{experiment}}.h5",
        search=search_of,
    output:
        table=report(
            f"{HOME}/tables/{{experiment}}.csv",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "table, a row a replica", "part": "all"},
        ),
        caption=f"{HOME}/tables/{{experiment}}.rst",
    log:
        f"results/logs/studies/{STUDY.name}/tables/{{experiment}}.log",
    conda:
        "../envs/study.yaml"
    params:
        experiment=lambda wildcards: as_json(STUDY.experiments[wildcards.experiment].as_dict()),
        targets=as_json({name: entry["target_accuracy"] for name, entry in STUDY.datasets.items()}),
        code=code_of("tabulate_results.py:experiment"),
    shell:
        'python "$STUDY_SCRIPTS/tabulate_results.py" experiment --experiment {params.experiment:q}'
        " --targets {params.targets:q} --runs {input.runs:q} --search {input.search:q}"
        " --table {output.table:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"


rule summarize_experiment:
    """An experiment's table -> means, intervals and comparisons."""
    input:
        replicas=f"{HOME}/tables/{{experiment}}.csv",
    output:
        table=report(
            f"{HOME}/tables/{{experiment}}-summary.csv",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "table, summary", "part": "all"},
        ),
        caption=f"{HOME}/tables/{{experiment}}-summary.rst",
    log:
        f"results/logs/studies/{STUDY.name}/tables/{{experiment}}-summary.log",
    conda:
        "../envs/study.yaml"
    params:
        experiment=lambda wildcards: as_json(STUDY.experiments[wildcards.experiment].as_dict()),
        code=code_of("tabulate_results.py:summary"),
    shell:
        'python "$STUDY_SCRIPTS/tabulate_results.py" summary --experiment {params.experiment:q}'
        " --replicas {input.replicas:q} --table {output.table:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"
