# The search for every initializer's best learning rate, in the experiments that a study tunes: a grid,
# and up to two rounds beyond its edges, which a checkpoint each decides on.


checkpoint search_rates:
    """The runs of a round, and what was found before -> a row for every rate and replica."""
    input:
        before=earlier_rounds,
        runs=searched_runs,
    output:
        f"{HOME}/search/{{experiment}}-{{round}}.csv",
    log:
        f"results/logs/studies/{STUDY.name}/search/{{experiment}}-{{round}}.log",
    wildcard_constraints:
        round=f"[0-{EXTENSIONS}]",
    conda:
        "../envs/study.yaml"
    params:
        by=STUDY.tuning.by if STUDY.tuning else "",
        code=code_of("search.py"),
    shell:
        "printf '%s\\n' {input.runs:q} |"
        ' python "$STUDY_SCRIPTS/search.py" --by {params.by:q} --before {input.before:q}'
        " --output {output:q} > {log:q} 2>&1"


rule tabulate_rates:
    """What a search found -> the best rates, and how much they matter."""
    input:
        search=f"{HOME}/search/{{experiment}}-{EXTENSIONS}.csv",
    output:
        table=report(
            f"{HOME}/tables/{{experiment}}-rates.csv",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "table, learning rates", "part": "all"},
        ),
        caption=f"{HOME}/tables/{{experiment}}-rates.rst",
    log:
        f"results/logs/studies/{STUDY.name}/tables/{{experiment}}-rates.log",
    conda:
        "../envs/study.yaml"
    params:
        tuning=tuning_words,
        code=code_of("tabulate_results.py:rates"),
    shell:
        'python "$STUDY_SCRIPTS/tabulate_results.py" rates --search {input.search:q}'
        " --tuning {params.tuning:q} --table {output.table:q} --caption {output.caption:q}"
        " > {log:q} 2>&1"


rule plot_rates:
    """What a search found -> one bowl a method: what it comes to at every rate."""
    input:
        search=f"{HOME}/search/{{experiment}}-{EXTENSIONS}.csv",
    output:
        pdf=f"{HOME}/figures/{{experiment}}-rates.pdf",
        png=report(
            f"{HOME}/figures/{{experiment}}-rates.png",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "learning rates", "part": "all"},
        ),
        caption=f"{HOME}/figures/{{experiment}}-rates.rst",
    log:
        f"results/logs/studies/{STUDY.name}/figures/{{experiment}}-rates.log",
    conda:
        "../envs/study.yaml"
    params:
        experiment=lambda wildcards: as_json(STUDY.shown(wildcards.experiment).as_dict()),
        tuning=tuning_words,
        code=page_code("rates"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" rates --experiment {params.experiment:q}'
        " --tuning {params.tuning:q} --search {input.search:q} --output {output.pdf:q}"
        " --preview {output.png:q} --caption {output.caption:q} > {log:q} 2>&1"
