# The answer to "which initializer should I use?", where the study declares how it is found.


rule rank_initializers:
    """Tables of experiments -> answer.csv, every initializer beside the best one, by condition."""
    input:
        tables=of_experiments("tables/{experiment}.csv"),
        rates=[f"{HOME}/tables/{name}-rates.csv" for name in TUNED_EXPERIMENTS],
    output:
        table=f"{HOME}/tables/answer.csv",
    log:
        f"results/logs/studies/{STUDY.name}/tables/answer.log",
    conda:
        "../envs/study.yaml"
    params:
        answer=lambda wildcards: as_json(STUDY.answer.as_dict()),
        experiments=lambda wildcards: as_json(
            [experiment.as_dict() for experiment in STUDY.experiments.values()]
        ),
        look=str(STUDY.look or ""),
        code=code_of("answer.py"),
    shell:
        'python "$STUDY_SCRIPTS/answer.py" --answer {params.answer:q}'
        " --experiments {params.experiments:q} --tables {input.tables:q} --rates {input.rates:q}"
        " --look {params.look:q} --output {output.table:q}"
        " > {log:q} 2>&1"


rule plot_answer:
    """answer.csv -> the first page of all figures."""
    input:
        answer=f"{HOME}/tables/answer.csv",
        claims=[f"{HOME}/tables/claims.csv"] * bool(STUDY.claims),
    output:
        pdf=f"{HOME}/figures/answer.pdf",
        png=report(
            f"{HOME}/figures/answer.png",
            caption="../report/caption.rst",
            category="Answer",
            labels={"result": "figure"},
        ),
        caption=f"{HOME}/figures/answer.rst",
    log:
        f"results/logs/studies/{STUDY.name}/figures/answer.log",
    conda:
        "../envs/study.yaml"
    params:
        study=lambda wildcards: as_json(STUDY.title),
        answer=lambda wildcards: as_json(STUDY.answer.as_dict()),
        labels=lambda wildcards: as_json(labels()),
        code=page_code("answer"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" answer --answer {params.answer:q}'
        " --table {input.answer:q} --claims {input.claims:q} --labels {params.labels:q}"
        " --study {params.study:q} --output {output.pdf:q} --preview {output.png:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"
