# Official archives. One that is already in its place, put there by hand say, is used as it is.


rule fetch_archive:
    """Download one official archive and verify its checksum."""
    output:
        f"{STUDY.data_dir}/{{dataset}}/{{file}}",
    log:
        "results/logs/fetch/{dataset}/{file}.log",
    wildcard_constraints:
        dataset="|".join(name for name, entry in STUDY.datasets.items() if "archives" in entry),
        file="[^/]+",
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=500,
        runtime=120,
    params:
        url=lambda wildcards: archive(wildcards)["url"],
        checksum=lambda wildcards: archive(wildcards)["checksum"],
    # Its code does not count: a newer command is no reason to delete a good archive.
    shell:
        'python "$STUDY_SCRIPTS/fetch.py" --url {params.url:q} --checksum {params.checksum:q}'
        " --output {output:q} 2>&1 | tee {log:q}"
