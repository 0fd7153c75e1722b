# The runs of an experiment in one file, from which its tables and figures are made: of all rules
# this one alone takes every run, so `--batch gather_experiment=1/3` does a study by thirds.


rule gather_experiment:
    """All run.h5 of an experiment -> one file, without the initial parameters."""
    input:
        runs=lambda wildcards: runs_at("", wildcards),
        common=lambda wildcards: runs_at(COMMON, wildcards),
        tuned=lambda wildcards: runs_at(TUNED, wildcards),
    output:
        f"{HOME}/runs/{{experiment}}.h5",
    log:
        f"results/logs/studies/{STUDY.name}/gather/{{experiment}}.log",
    conda:
        "../envs/study.yaml"
    resources:
        mem_mb=lambda wildcards, input: 1000 + int(input.size_mb),
    params:
        code=code_of("gather.py"),
    # Through a pipe, as the names of ten thousand runs are no command line.
    shell:
        "(printf '%s\\n' {input.runs:q}; printf 'common %s\\n' {input.common:q};"
        " printf 'tuned %s\\n' {input.tuned:q}) |"
        ' python "$STUDY_SCRIPTS/gather.py" --output {output:q} > {log:q} 2>&1'
