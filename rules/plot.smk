# Figures, each from just the cells that it shows. A figure of an experiment has one panel a facet
# (a combination of the values of the varied axes other than the initializer), a figure of a facet
# the panels of one.

FACET_FIGURES = ["summary", "moments", "deltas"]


rule plot_experiment:
    input:
        runs=lambda wildcards: runs(EXPERIMENT_AXES[wildcards.experiment]),
        code=lambda wildcards: modules(f"scripts/plot_{wildcards.kind}.py"),
    output:
        pdf="results/figures/{experiment}-{kind}.pdf",
        png=report(
            "results/figures/{experiment}-{kind}.png",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels={"result": "{kind}", "part": "all"},
        ),
        caption="results/figures/{experiment}-{kind}.rst",
    log:
        "results/logs/figures/{experiment}-{kind}.log",
    wildcard_constraints:
        kind="curves|discrepancy|sweep|best_rate|strength|hypothesis|variance",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        experiment=lambda wildcards: as_json(experiment(wildcards.experiment)),
    shell:
        "python scripts/plot_{wildcards.kind}.py --experiment {params.experiment:q}"
        " --results results/cells --output {output.pdf:q} --preview {output.png:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"


rule plot_facet:
    input:
        runs=lambda wildcards: runs(facet_axes(wildcards)),
        code=lambda wildcards: modules(f"scripts/plot_{wildcards.kind}.py"),
    output:
        pdf="results/figures/{experiment}-{kind}{facet}.pdf",
        png=report(
            "results/figures/{experiment}-{kind}{facet}.png",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels=facet_labels,
        ),
        caption="results/figures/{experiment}-{kind}{facet}.rst",
    log:
        "results/logs/figures/{experiment}-{kind}{facet}.log",
    wildcard_constraints:
        kind="|".join(FACET_FIGURES),
        facet="(-[^/]+)?",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        experiment=lambda wildcards: as_json(experiment(wildcards.experiment)),
        facet=lambda wildcards: as_json(FACETS[wildcards.experiment][wildcards.facet]),
    shell:
        "python scripts/plot_{wildcards.kind}.py --experiment {params.experiment:q}"
        " --facet {params.facet:q} --results results/cells"
        " --output {output.pdf:q} --preview {output.png:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"
