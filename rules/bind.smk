# all.pdf: a page that says what was run, then every figure of the study.

DEFAULT_FIGURES = ["curves", "summary", "discrepancy", "moments", "deltas"]
PAGES = ["cover"] + ["claims"] * bool(CLAIMS) + ["signal_propagation"] * ("probe" in STUDY)
for name in EXPERIMENT_AXES:
    for kind in STUDY["experiments"][name].get("figures", DEFAULT_FIGURES):
        parts = FACETS[name] if kind in FACET_FIGURES else [""]
        PAGES += [f"{name}-{kind}{part}" for part in parts]
USED_DATASETS = sorted(
    {dataset for axes in EXPERIMENT_AXES.values() for dataset in axes["dataset"]}
)


rule plot_cover:
    input:
        runs=sorted({run for axes in EXPERIMENT_AXES.values() for run in runs(axes)}),
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
        tables=[f"results/tables/{name}.csv" for name in EXPERIMENT_AXES],
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
        " --data {input.data:q} --tables {input.tables:q} --benchmarks results/benchmarks/cells --output {output:q}"
        " > {log:q} 2>&1"


rule bind_figures:
    input:
        pages=[f"results/figures/{page}.pdf" for page in PAGES],
        # Not bound: whoever asks for the figures finds the tables beside them.
        summaries=[f"results/tables/{name}-summary.csv" for name in EXPERIMENT_AXES],
        signals=["results/tables/signal_propagation.csv"] * ("probe" in STUDY),
        code=modules("scripts/bind.py"),
    output:
        report(
            "results/figures/all.pdf",
            caption="../report/all.rst",
            category="Whole study",
            labels={"result": "all figures, PDF"},
        ),
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
