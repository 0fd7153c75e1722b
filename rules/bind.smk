# all.pdf: a page that says what was run, then every figure of the study.

PAGES = ["results/figures/cover.pdf"] + [
    f"results/figures/{name}-{page}.pdf"
    for name in EXPERIMENT_AXES
    for page in ["curves", "discrepancy"]
    + [f"{kind}{facet}" for facet in FACETS[name] for kind in ("moments", "deltas")]
]
USED_DATASETS = sorted(
    {dataset for axes in EXPERIMENT_AXES.values() for dataset in axes["dataset"]}
)


rule plot_cover:
    input:
        runs=sorted({run for axes in EXPERIMENT_AXES.values() for run in runs(axes)}),
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
        code=modules("scripts/plot_cover.py"),
    output:
        "results/figures/cover.pdf",
    log:
        "results/logs/figures/cover.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        experiments=as_json([experiment(name) for name in EXPERIMENT_AXES]),
    shell:
        "python scripts/plot_cover.py --experiments {params.experiments:q} --results results/cells"
        " --data {input.data:q} --benchmarks results/benchmarks/cells --output {output:q}"
        " > {log:q} 2>&1"


rule bind_figures:
    input:
        pages=PAGES,
        code=modules("scripts/bind.py"),
    output:
        "results/figures/all.pdf",
    log:
        "results/logs/figures/all.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    shell:
        "python scripts/bind.py --pages {input.pages:q} --output {output:q} > {log:q} 2>&1"
