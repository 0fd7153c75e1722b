# Figures of experiments: one of all of it, with a panel a facet (a combination of the values of the
# varied axes other than the initializer), or one of every facet, as the kind of figure says.

import re


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
        facet=f"({'|'.join(map(re.escape, SUFFIXES))})?",
    conda:
        "../envs/study.yaml"
    params:
        experiment=lambda wildcards: as_json(STUDY.shown(wildcards.experiment).as_dict()),
        facet=lambda wildcards: as_json(facet_of(wildcards)),
        code=lambda wildcards: kind_code(wildcards.kind),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" experiment --kind {wildcards.kind}'
        " --experiment {params.experiment:q} --facet {params.facet:q} --runs {input.runs:q}"
        " --table {input.table:q} --output {output.pdf:q} --preview {output.png:q}"
        " --caption {output.caption:q} > {log:q} 2>&1"
