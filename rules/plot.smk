# Figures, each from just the cells that it shows. A figure of an experiment has one panel a facet
# (a combination of the values of the varied axes other than the initializer), a figure of a facet
# one panel a layer.


def facet_suffix(facet):
    """A facet as a part of file names: -optimizer=adam,batch_size=32, or nothing."""
    return "-" + ",".join(f"{axis}={value}" for axis, value in facet.items()) if facet else ""


FACETS = {
    name: {facet_suffix(facet): facet for facet in facets(axes)}
    for name, axes in EXPERIMENT_AXES.items()
}


def facet_axes(wildcards):
    """The axes of an experiment, restricted to one facet."""
    facet = FACETS[wildcards.experiment][wildcards.facet]
    return EXPERIMENT_AXES[wildcards.experiment] | {axis: [facet[axis]] for axis in facet}


rule plot_experiment:
    input:
        runs=lambda wildcards: runs(EXPERIMENT_AXES[wildcards.experiment]),
        code=lambda wildcards: modules(f"scripts/plot_{wildcards.kind}.py"),
    output:
        pdf="results/figures/{experiment}-{kind}.pdf",
        png="results/figures/{experiment}-{kind}.png",
    log:
        "results/logs/figures/{experiment}-{kind}.log",
    wildcard_constraints:
        kind="curves|discrepancy",
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
        " --results results/cells --output {output.pdf:q} --preview {output.png:q} > {log:q} 2>&1"


rule plot_facet:
    input:
        runs=lambda wildcards: runs(facet_axes(wildcards)),
        code=lambda wildcards: modules(f"scripts/plot_{wildcards.kind}.py"),
    output:
        pdf="results/figures/{experiment}-{kind}{facet}.pdf",
        png="results/figures/{experiment}-{kind}{facet}.png",
    log:
        "results/logs/figures/{experiment}-{kind}{facet}.log",
    wildcard_constraints:
        kind="moments|deltas",
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
        " --output {output.pdf:q} --preview {output.png:q} > {log:q} 2>&1"
