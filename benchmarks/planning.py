"""What planning costs: this workflow beside a plain Snakefile of as many jobs and the same paths.

    python benchmarks/planning.py --cells 10000 30000

CPU time of dry runs, and of runs that find nothing to do, each beside its plain counterpart in
turn; medians of the repetitions with the lowest and the highest. The plain Snakefile has the
wildcards, logs and benchmarks of this one, and no function, parameter or resource: what Snakemake
itself takes.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from initstudy.study.axes import AXES
from initstudy.study.layers import Sources
from initstudy.study.load import Study, load_study

ROOT = Path(__file__).parents[1]
STUDY = """\
title: {cells} cells
replicas: 2
defaults: {{dataset: digits, optimizer: sgd, epochs: 1, train_size: 256, calibration_size: 64}}
experiments:
  all:
    initializer: [normal, he_normal, consistency, lsuv, xavier_normal]
    learning_rate: [0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009, 0.01]
    seed: {seeds}
    figures: [best_rate]
"""
CELLS_A_SEED = 50
ONE_CELL = """\
title: One cell
replicas: 2
defaults: {dataset: digits, optimizer: sgd, epochs: 1, train_size: 256}
experiments:
  all: {initializer: [zero], figures: [curves]}
"""
PLAIN = """\
from pathlib import Path

CELL = "{pattern}"


wildcard_constraints:
    **{{axis: "[^/=]+" for axis in {axes}}},


rule all:
    input:
        "gathered",


rule prepare:
    output:
        "data/{{dataset}}.h5",
    shell:
        "touch {{output}}"


rule train:
    input:
        "data/{{dataset}}.h5",
    output:
        f"cells/{{CELL}}/replicas={{replicas}}/run.h5",
    log:
        f"logs/cells/{{CELL}}/replicas={{replicas}}/train.log",
    benchmark:
        f"benchmarks/cells/{{CELL}}/replicas={{replicas}}.tsv"
    shell:
        "touch {{output}}"


rule gather:
    input:
        Path("runs").read_text().split(),
    output:
        "gathered",
    shell:
        "touch {{output}}"
"""
ONE_RULE = """\
rule one:
    output:
        "one.txt",
    shell:
        "touch {output}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="+", default=[10_000], help="of the study")
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'':24}{'this':>22}{'plain':>22}{'ratio':>22}")
    with tempfile.TemporaryDirectory() as folder:
        for cells in arguments.cells:
            ours, plain = planning_folders(Path(folder) / str(cells), cells)
            compare(f"planning {cells:,} cells", arguments.repetitions, ours, plain, "--dry-run")
        ours, plain = finished_folders(Path(folder) / "finished")
        compare("nothing to do", arguments.repetitions, ours, plain)


def compare(name: str, repetitions: int, ours: list, plain: list, *options: str) -> None:
    """Print seconds of CPU time of two Snakemakes, each a folder with arguments, run in turn."""
    pairs = [(seconds(*ours, *options), seconds(*plain, *options)) for _ in range(repetitions)]
    columns = [*zip(*pairs, strict=True), [one / other for one, other in pairs]]
    print(f"{name:24}" + "".join(f"{spread(column):>22}" for column in columns), flush=True)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def seconds(folder: Path, *arguments: str) -> float:
    """CPU time of a Snakemake, that of the processes it starts included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    snakemake(folder, *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def snakemake(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "rules", *arguments]
    # Jobs start the python that they find first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def planning_folders(folder: Path, cells: int) -> tuple[list, list]:
    """A study of so many cells, and a plain Snakefile of the same ones, as `compare` takes them."""
    ours, plain = folder / "ours", folder / "plain"
    write_study(ours, STUDY.format(cells=cells, seeds=list(range(cells // CELLS_A_SEED))))
    pattern = "/".join(f"{axis}={{{axis}}}" for axis in AXES)
    plain.mkdir()
    (plain / "Snakefile").write_text(PLAIN.format(pattern=pattern, axes=[*AXES, "replicas"]))
    [experiment] = loaded(ours).experiments.values()
    runs = "\n".join(f"cells/{one.folder}/replicas=0-9/run.h5" for one in experiment.cells)
    (plain / "runs").write_text(runs)
    return [ours, *of_study()], [plain]


def finished_folders(folder: Path) -> tuple[list, list]:
    """A study of one cell and a Snakefile of one rule, both run to their ends."""
    ours, plain = folder / "ours", folder / "plain"
    write_study(ours, ONE_CELL)
    plain.mkdir()
    (plain / "Snakefile").write_text(ONE_RULE)
    for run in ([ours, *of_study()], [plain]):
        snakemake(*run)
    return [ours, *of_study()], [plain]


def write_study(folder: Path, text: str) -> None:
    (folder / "studies").mkdir(parents=True)
    (folder / "studies/planned.yaml").write_text(text)


def of_study() -> list[str]:
    return ["--snakefile", f"{ROOT}/Snakefile", "--config", "study=planned"]


def loaded(folder: Path) -> Study:
    sources = Sources(ROOT / "config.yaml", (folder / "studies",), [], {"study": "planned"})
    return load_study(sources, kinds=["best_rate"])


if __name__ == "__main__":
    main()
