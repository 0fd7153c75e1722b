# What the study claims, judged by the tests that it declares.


rule judge_claims:
    """Tables of experiments -> claims.csv, a verdict on every claim."""
    input:
        tables=sorted({f"{HOME}/tables/{claim.experiment}.csv" for claim in STUDY.claims.values()}),
    output:
        table=report(
            f"{HOME}/tables/claims.csv",
            caption="../report/caption.rst",
            category="Claims",
            labels={"result": "table"},
        ),
        caption=f"{HOME}/tables/claims.rst",
    log:
        f"results/logs/studies/{STUDY.name}/tables/claims.log",
    conda:
        "../envs/study.yaml"
    params:
        claims=lambda wildcards: as_json(
            {name: claim.as_dict() for name, claim in STUDY.claims.items()}
        ),
        initializers=lambda wildcards: correlated_initializers(),
        look=str(STUDY.look or ""),
        code=code_of("judge.py"),
    shell:
        'python "$STUDY_SCRIPTS/judge.py" --claims {params.claims:q} --tables {input.tables:q}'
        " --initializers {params.initializers:q} --look {params.look:q}"
        " --output {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"


rule plot_claims:
    """claims.csv -> the figure of all claims."""
    input:
        claims=f"{HOME}/tables/claims.csv",
    output:
        pdf=f"{HOME}/figures/claims.pdf",
        png=report(
            f"{HOME}/figures/claims.png",
            caption="../report/caption.rst",
            category="Claims",
            labels={"result": "figure"},
        ),
        caption=f"{HOME}/figures/claims.rst",
    log:
        f"results/logs/studies/{STUDY.name}/figures/claims.log",
    conda:
        "../envs/study.yaml"
    params:
        study=lambda wildcards: as_json(STUDY.title),
        code=page_code("claims"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" claims --claims {input.claims:q} --study {params.study:q}'
        " --output {output.pdf:q} --preview {output.png:q} --caption {output.caption:q}"
        " > {log:q} 2>&1"
