# Initial networks, probed without training: one job an initializer, all its draws.


rule probe_initializer:
    input:
        data="results/data/{dataset}.h5",
        code=probe_code,
    output:
        f"results/probes/{PROBE}/probe.h5",
    log:
        f"results/logs/probes/{PROBE}/probe.log",
    benchmark:
        f"results/benchmarks/probes/{PROBE}.tsv"
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        cell=lambda wildcards: as_json(probe_of(wildcards)),
    shell:
        f"{KEEP_BUFFERS}"
        " python scripts/probe.py --cell {params.cell:q} --data {input.data:q}"
        " --threads {threads} --output {output:q} > {log:q} 2>&1"


rule tabulate_signals:
    input:
        probes=probes,
        code=modules("scripts/tabulate_signals.py"),
    output:
        table=report(
            "results/tables/signal_propagation.csv",
            caption="../report/caption.rst",
            category="Signal propagation",
            labels={"result": "table"},
        ),
        caption="results/tables/signal_propagation.rst",
    log:
        "results/logs/tables/signal_propagation.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    shell:
        "python scripts/tabulate_signals.py --probes {input.probes:q}"
        " --output {output.table:q} --caption {output.caption:q} > {log:q} 2>&1"


rule plot_signals:
    input:
        probes=probes,
        code=modules("scripts/plot_signals.py"),
    output:
        pdf="results/figures/signal_propagation.pdf",
        png=report(
            "results/figures/signal_propagation.png",
            caption="../report/caption.rst",
            category="Signal propagation",
            labels={"result": "figure"},
        ),
        caption="results/figures/signal_propagation.rst",
    log:
        "results/logs/figures/signal_propagation.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        study=STUDY["title"],
        initializers=lambda wildcards: as_json(probed_initializers()),
    shell:
        "python scripts/plot_signals.py --study {params.study:q}"
        " --initializers {params.initializers:q} --probes {input.probes:q}"
        " --output {output.pdf:q} --preview {output.png:q} --caption {output.caption:q}"
        " > {log:q} 2>&1"
