# Official archives. One that is already in its place, put there by hand say, is used as it is.


rule fetch_archive:
    output:
        f"{STUDY['data_dir']}/{{dataset}}/{{file}}",
    log:
        "results/logs/fetch/{dataset}/{file}.log",
    wildcard_constraints:
        dataset="|".join(
            name for name in STUDY["datasets"] if "archives" in STUDY["datasets"][name]
        ),
        file="[^/]+",
    conda:
        "../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=120,
    params:
        url=lambda wildcards: archive(wildcards)["url"],
        checksum=lambda wildcards: archive(wildcards)["checksum"],
    # The script is no input here: a newer script is no reason to delete a good archive.
    shell:
        "python scripts/fetch.py --url {params.url:q} --checksum {params.checksum:q}"
        " --output {output:q} 2>&1 | tee {log:q}"
