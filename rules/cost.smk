# What the study costs, before it starts.


rule estimate_cost:
    input:
        data=[f"results/data/{dataset}.h5" for dataset in USED_DATASETS],
        code=modules("scripts/estimate_cost.py"),
    output:
        "results/tables/cost.csv",
    log:
        "results/logs/tables/cost.log",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
        device=STUDY["device"],
    params:
        experiments=as_json([design(name) for name in EXPERIMENT_AXES]),
        networks=as_json({name: entry["method"] for name, entry in STUDY["networks"].items()}),
    shell:
        f"{KEEP_BUFFERS}"
        " python scripts/estimate_cost.py --experiments {params.experiments:q}"
        " --networks {params.networks:q} --data {input.data:q}"
        " --device {resources.device:q} --output {output:q} 2>&1 | tee {log:q}"
