"""Add replicas to a study until its claims are decided, or a budget is used.

Writes studies/STUDY_decided.yaml, which extends the study by the replicas that its claims turned
out to need and says how many looks were taken, and runs it. Given again, it goes on from there.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import yaml

from initstudy.analysis.claims_table import read_claims
from initstudy.core.code import SCRIPTS
from initstudy.core.errors import InputError, run
from initstudy.core.files import written_whole
from initstudy.figures.kinds import kinds
from initstudy.records import benchmarks
from initstudy.reporting.claims import headline
from initstudy.study import tuning
from initstudy.study.cells import Experiment, blocks
from initstudy.study.deciding import further_replicas
from initstudy.study.layers import Sources
from initstudy.study.load import Study, load_study

FOLDER = Path("studies")
HEADING = """\
# Written by `make decide`: the study with as many replicas as its claims turned out to need, and
# how many looks were taken, each of which has its share of the error that all of them may have.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", required=True, help="by its name")
    parser.add_argument("--hours", type=float, required=True, help="the budget")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="of this machine")
    parser.add_argument("snakemake", nargs="*", help="after --: further words for Snakemake")
    arguments = parser.parse_args()
    name = f"{arguments.study}_decided"
    path = FOLDER / f"{name}.yaml"
    ends = time.monotonic() + 3600 * arguments.hours
    if not path.exists():
        study = loaded(arguments.study)
        if not study.claims:
            raise InputError(f"{study.name} declares no claims, so there is nothing to decide")
        replicas = {key: entry.replicas for key, entry in study.experiments.items()}
        write(path, arguments.study, study, 1, replicas)
    while True:
        study = loaded(name)
        print(f"Look {study.look.number} of {study.look.of}", file=sys.stderr, flush=True)
        snakemake(arguments, name, f"results/studies/{name}/tables/claims.csv")
        claims = claims_of(study, name)
        replicas, reason = next_replicas(study, claims, ends, arguments.cores)
        print(f"{headline(claims)}. {reason}", file=sys.stderr, flush=True)
        if replicas is None:
            break
        write(path, arguments.study, study, study.look.number + 1, replicas)
    snakemake(arguments, name, "all")


def loaded(name: str) -> Study:
    """A study by its name, as the workflow loads it."""
    folders = (FOLDER, SCRIPTS.parent / FOLDER)
    sources = Sources(SCRIPTS.parent / "config.yaml", folders, overrides={"study": name})
    return load_study(sources, list(kinds()))


def write(path: Path, base: str, study: Study, look: int, replicas: dict[str, int]) -> None:
    """The study file of a look."""
    content = {
        "extends": base,
        "decide": {"look": look},
        "experiments": {name: {"replicas": count} for name, count in replicas.items()},
    }
    path.parent.mkdir(exist_ok=True)
    with written_whole(path) as partial:
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        partial.write_text(HEADING + text, encoding="utf-8")


def snakemake(arguments: argparse.Namespace, study: str, target: str) -> None:
    """Have a target made; ends as Snakemake does if that fails."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SCRIPTS.parent / "Snakefile")]
    command += ["--cores", str(arguments.cores), "--quiet", "rules", "host"]
    command += [*arguments.snakemake, "--config", f"study={study}", "--", target]
    outcome = subprocess.run(command)
    if outcome.returncode:
        sys.exit(outcome.returncode)


def claims_of(study: Study, name: str) -> list[dict]:
    """The rows of claims.csv, each with its experiment."""
    rows = read_claims(f"results/studies/{name}/tables/claims.csv").to_dict("records")
    return [row | {"experiment": study.claims[row["claim"]].experiment} for row in rows]


def next_replicas(
    study: Study, claims: list[dict], ends: float, cores: int
) -> tuple[dict[str, int] | None, str]:
    """The replicas of every experiment at the next look, or None, and why.

    ends: when the budget is used. Experiments whose further replicas do not fit into what is left,
    by the time that earlier ones took, stay as they are.
    """
    if study.look.number == study.look.of:
        return None, "All looks are taken."
    replicas = {name: entry.replicas for name, entry in study.experiments.items()}
    wanted = further_replicas(claims, replicas, study.block, study.most_replicas)
    if not wanted:
        return None, "No claim lacks replicas that it may have."
    left, said = ends - time.monotonic(), []
    for name, count in sorted(wanted.items(), key=lambda item: item[1] - replicas[item[0]]):
        seconds = foreseen(study, study.experiments[name], count) / cores
        if seconds > left:
            said.append(f"{name} would take {seconds / 3600:.1f} hours and does not fit.")
            continue
        left -= seconds
        said.append(f"{name}: {replicas[name]} -> {count} replicas.")
        replicas[name] = count
    grows = any(replicas[name] > study.experiments[name].replicas for name in replicas)
    return (replicas if grows else None), " ".join(said)


def foreseen(study: Study, experiment: Experiment, replicas: int) -> float:
    """Seconds on one core that further replicas of an experiment take, by what others took."""
    seconds = 0.0
    new = len(blocks(replicas, study.block)) - len(study.blocks(experiment))
    for cell in experiment.cells:
        # A chosen rate stands there as its number, which may be any of those that were tried.
        pattern = replace(cell, learning_rate="*").folder if cell.rate else cell.folder
        took = [
            time
            for folder in benchmarks.FOLDER.glob(pattern)
            for block, time in benchmarks.block_seconds(folder).items()
            if block.first < tuning.FIRST_REPLICA
        ]
        seconds += new * max(took, default=0.0)
    return seconds


if __name__ == "__main__":
    run(main)
