# Initial networks, probed without training: one job an initializer, all its draws.


rule probe_initializer:
    """A prepared data set -> probe.h5, how signals pass through one initializer's networks."""
    input:
        data="results/data/{dataset}.h5",
    output:
        f"results/probes/{PROBE}/probe.h5",
    log:
        f"results/logs/probes/{PROBE}/probe.log",
    benchmark:
        f"results/benchmarks/probes/{PROBE}.tsv"
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        cell=lambda wildcards: as_json(probe_task(wildcards)),
        code=lambda wildcards: method_code("probe.py", wildcards.network, wildcards.initializer),
        methods=methods,
    shell:
        f"{KEEP_BUFFERS}"
        ' python "$STUDY_SCRIPTS/probe.py" --cell {params.cell:q}'
        " {params.methods:q} --data {input.data:q} --threads {threads} --output {output:q} > {log:q} 2>&1"


rule tabulate_signals:
    """All probes -> the rates at which signals grow or vanish from layer to layer."""
    input:
        probes=probes,
    output:
        table=report(
            f"{HOME}/tables/signal_propagation.csv",
            caption="../report/caption.rst",
            category="Signal propagation",
            labels={"result": "table"},
        ),
        caption=f"{HOME}/tables/signal_propagation.rst",
    log:
        f"results/logs/studies/{STUDY.name}/tables/signal_propagation.log",
    conda:
        "../envs/study.yaml"
    params:
        code=lambda wildcards: code_of("tabulate_results.py:signals"),
    shell:
        'python "$STUDY_SCRIPTS/tabulate_results.py" signals --probes {input.probes:q}'
        " --table {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"


rule plot_signals:
    """All probes -> the figure of signal propagation."""
    input:
        probes=probes,
    output:
        pdf=f"{HOME}/figures/signal_propagation.pdf",
        png=report(
            f"{HOME}/figures/signal_propagation.png",
            caption="../report/caption.rst",
            category="Signal propagation",
            labels={"result": "figure"},
        ),
        caption=f"{HOME}/figures/signal_propagation.rst",
    log:
        f"results/logs/studies/{STUDY.name}/figures/signal_propagation.log",
    conda:
        "../envs/study.yaml"
    params:
        study=lambda wildcards: as_json(STUDY.title),
        initializers=probed_initializers,
        code=lambda wildcards: page_code("signals"),
    shell:
        'python "$STUDY_SCRIPTS/plot.py" signals --study {params.study:q}'
        " --initializers {params.initializers:q} --probes {input.probes:q} --output {output.pdf:q}"
        " --preview {output.png:q} --caption {output.caption:q} > {log:q} 2>&1"
