# What the study claims, judged by the tests that it declares.


rule judge_claims:
    input:
        tables=sorted({f"results/tables/{claim['experiment']}.csv" for claim in CLAIMS.values()}),
        code=modules("scripts/judge.py"),
    output:
        table=report(
            "results/tables/claims.csv",
            caption="../report/caption.rst",
            category="Claims",
            labels={"result": "table"},
        ),
        caption="results/tables/claims.rst",
    log:
        "results/logs/tables/claims.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        claims=as_json(CLAIMS),
    shell:
        "python scripts/judge.py --claims {params.claims:q} --tables results/tables"
        " --output {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"


rule plot_claims:
    input:
        claims="results/tables/claims.csv",
        code=modules("scripts/plot_claims.py"),
    output:
        pdf="results/figures/claims.pdf",
        png=report(
            "results/figures/claims.png",
            caption="../report/caption.rst",
            category="Claims",
            labels={"result": "figure"},
        ),
        caption="results/figures/claims.rst",
    log:
        "results/logs/figures/claims.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        study=STUDY["title"],
    shell:
        "python scripts/plot_claims.py --claims {input.claims:q} --study {params.study:q}"
        " --output {output.pdf:q} --preview {output.png:q} --caption {output.caption:q} > {log:q} 2>&1"
