# What the study costs, before it starts.


rule estimate_cost:
    """Prepared data sets -> cost.csv, hours of every experiment, from a short measurement."""
    input:
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
    output:
        f"{HOME}/tables/cost.csv",
    log:
        f"results/logs/studies/{STUDY.name}/tables/cost.log",
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        experiments=lambda wildcards: as_json(
            [entry.as_dict() for entry in STUDY.experiments.values()]
        ),
        networks=lambda wildcards: as_json(
            {name: vars(network) for name, network in STUDY.networks.items()}
        ),
        block=STUDY.block,
        common_rates=as_json(COMMON_RATES),
        tuning=as_json(STUDY.tuning and STUDY.tuning.as_dict()),
        device=STUDY.device,
        code=lambda wildcards: code_of("cost.py"),
    shell:
        f"{KEEP_BUFFERS}"
        ' python "$STUDY_SCRIPTS/cost.py" --experiments {params.experiments:q}'
        " --networks {params.networks:q} --block {params.block} --data {input.data:q}"
        " --common-rates {params.common_rates:q} --tuning {params.tuning:q}"
        " --device {params.device:q} --output {output:q} 2>&1 | tee {log:q}"
