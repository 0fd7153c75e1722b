# What is said when a run has ended. Snakemake calls these after runs alone: not after dry runs, for
# graphs and reports, nor in the jobs. Its logger keeps standard output clean and minds --quiet.

import shutil

import psutil
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from initstudy.reporting import terminal

PAGES_TO_OPEN = {
    "results/figures/all.pdf": "every figure, after the answer and the claims",
    "results/explore.html": "the results to look around in, with a browser",
    f"{HOME}/tables/claims.csv": "the claims with their tests",
    f"{HOME}/figures/answer.pdf": "how every initializer stands beside the best one",
}


def other_snakemake():
    """The number of another Snakemake's process that runs in this folder, if there is one."""
    own = {psutil.Process().pid, *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter(["cwd", "cmdline"]):
        words = [Path(word).name for word in (process.info["cmdline"] or [])[:3]]
        here = process.info["cwd"] == os.getcwd()
        if here and process.pid not in own and {"snakemake", "__main__.py"} & {*words}:
            return process.pid


def in_words_of_the_study(record):
    """What Snakemake says that can be said better here."""
    said = record.getMessage()
    if terminal.LOCKED in said and (other := other_snakemake()):
        record.msg = terminal.another_runs(other)
    elif target := terminal.UNKNOWN.search(said):
        has = {"experiments": STUDY.experiments, "data sets": STUDY.datasets, "figures": KINDS}
        record.msg = terminal.nothing_makes(target[1], STUDY.name, has)
    return True


logger.addFilter(in_words_of_the_study)


def together(job):
    """Rule, logs and outputs of a job, or of all jobs of a group."""
    jobs = job.jobs if job.is_group() else [job]
    return [(single.rule.name, list(single.log), list(single.output)) for single in jobs]


def answer_of(made):
    """The headline's sentences, if its table is among what was made."""
    table = made.get(f"{HOME}/tables/answer.csv", "")
    if not os.path.exists(table):
        return []
    from initstudy.analysis.standings import read_ranking  # pandas, which only the end needs
    from initstudy.reporting.answer import headline

    return headline(read_ranking(table), STUDY.answer, labels())


def name_of(file):
    """What the study calls a file, also where results are kept in a storage."""
    prefix = str(workflow.storage_settings.default_storage_prefix or "")
    return place_of(file).removeprefix(prefix).lstrip("/")


def place_of(file):
    """Where people find a file: its address, where it is in a storage. Targets may be mere text."""
    return file.storage_object.query if getattr(file, "is_storage", False) else str(file)


onstart:
    # Else every job waits for an answer of commands that are not there.
    if workflow.executor_plugin.name == "slurm" and shutil.which("sbatch") is None:
        raise WorkflowError(terminal.NO_SLURM)


onsuccess:
    made = {name_of(file): file for job in workflow.dag.jobs for file in job.output}
    asked = set(workflow.dag.targetfiles)
    # Of rules that were asked for by name, such as `all`.
    asked |= {file for job in workflow.dag.targetjobs if not job.output for file in job.input}
    claims = made.get(f"{HOME}/tables/claims.csv", "")
    logger.info(
        terminal.success(
            STUDY.title,
            answer_of(made),
            Path(claims) if os.path.exists(claims) else None,
            {
                place_of(made[page]): said
                for page, said in PAGES_TO_OPEN.items()
                if page in made
            },
            sorted(place_of(file) for file in asked if name_of(file) not in PAGES_TO_OPEN),
        )
    )


onerror:
    # A job that is stopped when its run has just been written is done again.
    to_do = {name_of(file) for job in workflow.dag.needrun_jobs() for file in job.output}
    planned = {name_of(file) for job in workflow.dag.jobs for file in job.output}
    runs = {}  # Of every cell, in whatever experiments it is.
    for name, cells in KNOWN.items():
        for one in cells:
            runs.setdefault(one, set()).update(run_files(one.folder, STUDY.experiments[name]))
    logger.error(
        terminal.failure(
            [together(job) for job in workflow.scheduler.failed],
            sum(
                all(
                    run not in to_do and (run in planned or os.path.exists(run)) for run in cell
                )
                for cell in runs.values()
            ),
            len(CELLS),
        )
    )
