# The explorer: a page, for a browser without a network, on which to look around the study.


rule explore_study:
    """Runs, summaries and claims -> explore.html."""
    input:
        runs=of_experiments("runs/{experiment}.h5"),
        summaries=of_experiments("tables/{experiment}-summary.csv"),
        tables=of_experiments("tables/{experiment}.csv"),
        claims=[f"{HOME}/tables/claims.csv"] * bool(STUDY.claims),
        ranking=[f"{HOME}/tables/answer.csv"] * bool(STUDY.answer),
    output:
        f"{HOME}/explore.html",
    log:
        f"results/logs/studies/{STUDY.name}/explore.log",
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        experiments=lambda wildcards: SHOWN,
        answer=lambda wildcards: as_json(STUDY.answer and STUDY.answer.as_dict()),
        code=code_of("explore.py", *(SCRIPTS / "initstudy/explorer/template").glob("[a-z]*")),
    shell:
        'python "$STUDY_SCRIPTS/explore.py" --experiments {params.experiments:q}'
        " --runs {input.runs:q} --summaries {input.summaries:q} --tables {input.tables:q}"
        " --claims {input.claims:q} --answer {params.answer:q} --ranking {input.ranking:q}"
        " --output {output:q} > {log:q} 2>&1"
