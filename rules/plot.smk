# Figures of experiments: one of all of it, with a panel a facet (a combination of the values of the
# varied axes other than the initializer), or one of every facet, as the kind of figure says.

import zlib

LONGEST = 150  # bytes of a name, of which file systems take 255, temporary parts included


def facet_suffix(facet):
    """A facet as a part of file names: -optimizer=adam,batch_size=32, or nothing."""
    text = "-" + ",".join(f"{axis}={value}" for axis, value in facet.items()) if facet else ""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}-{zlib.crc32(text.encode()):08x}"


# Experiment -> suffix -> facet.
FACETS = {
    name: {facet_suffix(facet): facet for facet in entry.facets()} | {"": {}}
    for name, entry in STUDY.experiments.items()
}


def facet_of(wildcards):
    """The facet that a figure shows; of a kind that shows all of them, the empty one."""
    facets = FACETS[experiment(wildcards).name]
    if wildcards.facet not in facets:
        raise WorkflowError(
            f"{wildcards.experiment} has no facet {wildcards.facet[1:]!r}; it has"
            f" {' and '.join(suffix[1:] for suffix in facets if suffix)}"
        )
    return facets[wildcards.facet]


def facet_labels(wildcards):
    """What the report says of a figure."""
    part = ", ".join(f"{axis} {value}" for axis, value in facet_of(wildcards).items())
    return {"result": wildcards.kind, "part": part or "all"}


rule plot_experiment:
    """An experiment's runs and table -> one figure, PDF and PNG, with its caption."""
    input:
        runs=f"{HOME}/runs/{{experiment}}.h5",
        table=f"{HOME}/tables/{{experiment}}.csv",
    output:
        pdf=f"{HOME}/figures/{{experiment}}-{{kind}}{{facet}}.pdf",
        png=report(
            f"{HOME}/figures/{{experiment}}-{{kind}}{{facet}}.png",
            caption="../report/caption.rst",
            category="Experiment {experiment}",
            labels=facet_labels,
        ),
        caption=f"{HOME}/figures/{{experiment}}-{{kind}}{{facet}}.rst",
    log:
        f"results/logs/studies/{STUDY.name}/figures/{{experiment}}-{{kind}}{{facet}}.log",
    wildcard_constraints:
        kind="|".join(KINDS),
        facet="(-[^/]+)?",
    conda:
        "../envs/study.yaml"
    params:
        experiment=lambda wildcards: as_json(STUDY.shown(experiment(wildcards).name).as_dict()),
        facet=lambda wildcards: as_json(facet_of(wildcards)),
        code=lambda wildcards: figure_code(f"kinds.{wildcards.kind}"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" experiment --kind {wildcards.kind}'
        " --experiment {params.experiment:q} --facet {params.facet:q} --runs {input.runs:q}"
        " --table {input.table:q} --output {output.pdf:q} --preview {output.png:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"
