# What the study that was run last came to, where everybody looks first. The results of all studies
# lie side by side in results/studies.


rule publish_figures:
    """all.pdf and the tables of this study -> results/figures/all.pdf and results/tables."""
    input:
        figures=f"{HOME}/figures/all.pdf",
        tables=[f"{HOME}/tables/{table}.csv" for table in TABLES],
    output:
        figures="results/figures/all.pdf",
        tables=directory("results/tables"),
    log:
        "results/logs/publish-figures.log",
    conda:
        "../envs/study.yaml"
    params:
        study=STUDY.name,
    shell:
        "(cp {input.figures:q} {output.figures:q} && mkdir -p {output.tables:q}"
        " && cp {input.tables:q} {output.tables:q}) > {log:q} 2>&1"


rule publish_explorer:
    """explore.html of this study -> results/explore.html."""
    input:
        f"{HOME}/explore.html",
    output:
        "results/explore.html",
    log:
        "results/logs/publish-explorer.log",
    conda:
        "../envs/study.yaml"
    params:
        study=STUDY.name,
    shell:
        "cp {input:q} {output:q} > {log:q} 2>&1"


rule record_provenance:
    """All that a study came to -> provenance.json, what it was made of, where and in how long."""
    input:
        files=[f"{HOME}/figures/answer.{ending}" for ending in ("pdf", "png") if STUDY.answer]
        + [f"{HOME}/tables/{table}.csv" for table in TABLES],
        runs=of_experiments("runs/{experiment}.h5"),
        search=[f"{HOME}/search/{name}-{EXTENSIONS}.csv" for name in TUNED_EXPERIMENTS],
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
    output:
        f"{HOME}/provenance.json",
    log:
        f"results/logs/studies/{STUDY.name}/provenance.log",
    conda:
        "../envs/study.yaml"
    params:
        study=STUDY.name,
        title=STUDY.title,
        code=code_of("provenance.py"),
    shell:
        'python "$STUDY_SCRIPTS/provenance.py" --study {params.study:q} --title {params.title:q}'
        " --files {input.files:q} --runs {input.runs:q} --search {input.search:q}"
        " --data {input.data:q} --output {output:q} > {log:q} 2>&1"
