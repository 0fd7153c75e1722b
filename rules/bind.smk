# all.pdf: the answer, the claims and what each experiment shows; in an appendix what is seen in its
# single conditions, and last of all what was run.

DEFAULT_FIGURES = ["curves", "summary", "discrepancy", "moments", "deltas"]
PAGES = ["answer"] * bool(STUDY.answer) + ["claims"] * bool(STUDY.claims)
APPENDIX = ["signal_propagation"] * bool(STUDY.probe)
for name, entry in STUDY.experiments.items():
    for kind in STUDY.figures.get(name, DEFAULT_FIGURES):
        if KINDS[kind]:
            APPENDIX += [f"{name}-{kind}{facet_suffix(facet)}" for facet in entry.facets()]
        else:
            PAGES.append(f"{name}-{kind}")
    APPENDIX += [f"{name}-rates"] * entry.tuned
APPENDIX.append("cover")

# What a study comes to besides its figures: whoever asks for these finds the tables beside them.
TABLES = [f"{name}{part}" for name in STUDY.experiments for part in ("", "-summary")]
TABLES += [f"{name}-rates" for name in TUNED_EXPERIMENTS]
TABLES += ["answer"] * bool(STUDY.answer) + ["claims"] * bool(STUDY.claims)
TABLES += ["signal_propagation"] * bool(STUDY.probe)
SHOWN = as_json([STUDY.shown(name).as_dict() for name in STUDY.experiments])


rule plot_cover:
    """What was run, on which data, devices and software, as a page."""
    input:
        runs=of_experiments("runs/{experiment}.h5"),
        tables=of_experiments("tables/{experiment}.csv"),
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
    output:
        f"{HOME}/figures/cover.pdf",
    log:
        f"results/logs/studies/{STUDY.name}/figures/cover.log",
    conda:
        "../envs/study.yaml"
    params:
        experiments=lambda wildcards: SHOWN,
        code=page_code("cover"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" cover --experiments {params.experiments:q}'
        " --runs {input.runs:q} --tables {input.tables:q} --data {input.data:q}"
        " --output {output:q} > {log:q} 2>&1"


rule bind_figures:
    """All figures of the study -> all.pdf, one file with an outline."""
    input:
        pages=[f"{HOME}/figures/{page}.pdf" for page in PAGES],
        appendix=[f"{HOME}/figures/{page}.pdf" for page in APPENDIX],
    output:
        report(
            f"{HOME}/figures/all.pdf",
            caption="../report/all.rst",
            category="Whole study",
            labels={"result": "all figures, PDF"},
        ),
    log:
        f"results/logs/studies/{STUDY.name}/figures/all.log",
    conda:
        "../envs/study.yaml"
    params:
        code=code_of("bind.py"),
    shell:
        'python "$STUDY_SCRIPTS/bind.py" --pages {input.pages:q} --appendix {input.appendix:q}'
        " --output {output:q} > {log:q} 2>&1"
