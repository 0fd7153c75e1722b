# The explorer: a page, for a browser without a network, on which to look around the study.


rule explore_study:
    input:
        runs=sorted({run for axes in EXPERIMENT_AXES.values() for run in runs(axes)}),
        summaries=[f"results/tables/{name}-summary.csv" for name in EXPERIMENT_AXES],
        claims=["results/tables/claims.csv"] * bool(CLAIMS),
        template=sorted(map(str, Path("scripts/initstudy/explorer/template").glob("[a-z]*"))),
        code=modules("scripts/explore.py"),
    output:
        "results/explore.html",
    log:
        "results/logs/explore.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        experiments=as_json([experiment(name) for name in EXPERIMENT_AXES]),
    shell:
        "python scripts/explore.py --experiments {params.experiments:q} --results results/cells"
        " --summaries {input.summaries:q} --claims {input.claims:q} --output {output:q}"
        " > {log:q} 2>&1"
