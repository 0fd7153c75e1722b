"""The workflow from other folders than its own, and as a part of another workflow."""

import re
import shlex
import shutil
import string
import subprocess

import pytest

from helpers.faults import confined
from helpers.project_copy import SOURCES
from helpers.running import ROOT, SNAKEMAKE, new_folder, results, snakemake
from helpers.small_study import TINY, TUNED

TARGETS = ("results/figures/all.pdf", "results/explore.html")


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """What the tiny study comes to by `-s`, in a folder that holds nothing else."""
    folder = new_folder(tmp_path_factory.mktemp("elsewhere") / "a folder")
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-c2", "--config", "study=tiny")
    assert outcome.returncode == 0, outcome.stderr
    again = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-n", "--config", "study=tiny")
    assert "Nothing to be done" in again.stdout
    return results(folder / "results")


def outer(folder, snakefile: str, config: str, prefix: str = "") -> None:
    """A workflow of somebody's own that the study is a part of."""
    place = f"    prefix: {prefix!r}\n" if prefix else ""
    (folder / "Snakefile").write_text(
        f"module weights:\n    snakefile: {snakefile!r}\n    config: {config}\n{place}\n"
        "use rule * from weights as weights_*\n\n"
        "rule mine:\n    default_target: True\n"
        f"    input: {[f'{prefix}/{target}'.lstrip('/') for target in TARGETS]}\n"
    )


@pytest.mark.slow
def test_what_comes_out_does_not_depend_on_the_folder(expected):
    assert {"figures/all.pdf", "explore.html", "tables/claims.csv"} <= expected.keys()
    assert expected["figures/all.pdf"] == expected["studies/tiny/figures/all.pdf"]


@pytest.mark.slow
def test_a_checkout_that_cannot_be_written_to_is_enough(tmp_path, expected):
    checkout, folder = tmp_path / "checkout", new_folder(tmp_path / "elsewhere")
    checkout.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, checkout / name)
    mount = shlex.join(["mount", "--bind", str(checkout), str(checkout)])
    outcome = confined(
        f"{mount} && mount -o remount,bind,ro {shlex.quote(str(checkout))}",
        [
            "sh",
            "-c",
            f"cd {checkout} && {shlex.join(SNAKEMAKE)} -c2 --directory {folder}"
            " --config study=tiny",
        ],
        folder,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert results(folder / "results") == expected


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "inner"])
def test_it_can_be_a_module(tmp_path, expected, prefix):
    folder = new_folder(tmp_path / "outer")
    outer(folder, f"{ROOT}/Snakefile", '{"study": "tiny"}', prefix)
    outcome = snakemake(folder, "-c2")
    assert outcome.returncode == 0, outcome.stderr
    assert results(folder / prefix / "results") == expected


@pytest.mark.slow
def test_a_module_searches_for_learning_rates_too(tmp_path):
    folder = new_folder(tmp_path / "outer")
    (folder / "studies/tiny.yaml").write_text(TUNED)
    outer(folder, f"{ROOT}/Snakefile", '{"study": "tiny"}', "inner")
    outcome = snakemake(folder, "-c2")
    assert outcome.returncode == 0, outcome.stderr
    assert (folder / "inner/results/tables/first-rates.csv").exists()
    assert "Nothing to be done" in snakemake(folder, "-n").stdout


@pytest.mark.slow
def test_it_can_be_deployed_from_a_git_host(tmp_path, expected):
    repository = tmp_path / "host"
    subprocess.run(["git", "clone", "-q", ROOT, repository], check=True)
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        options = {"dirs_exist_ok": True} if copy is shutil.copytree else {}
        copy(ROOT / name, repository / name, **options)
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@localhost")
    for command in (["add", "-A"], ["commit", "-qm", "Now", "--allow-empty"], ["tag", "v9"]):
        subprocess.run(["git", *identity, *command], cwd=repository, check=True)
    folder = new_folder(tmp_path / "deployed")
    outer(folder, f"git+file://{repository}/workflow/Snakefile@v9", '{"study": "tiny"}')
    outcome = snakemake(folder, "-c2")
    assert outcome.returncode == 0, outcome.stderr
    assert results(folder / "results") == expected


@pytest.mark.slow
def test_a_configuration_file_may_be_a_whole_study(tmp_path, expected):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "tiny.yaml").write_text(TINY)
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-c2", "--configfile", "tiny.yaml")
    assert outcome.returncode == 0, outcome.stderr
    assert results(folder / "results") == expected


@pytest.mark.parametrize("title", ["Study #2", "2026", "No", "*x"])
def test_a_title_of_a_configuration_file_is_text(tmp_path, title):
    (tmp_path / "mine.yaml").write_text(TINY.replace("Tiny #1", title))
    arguments = ("-s", f"{ROOT}/Snakefile", "-n", "-p", "--configfile", "mine.yaml")
    outcome = snakemake(tmp_path, *arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "results/studies/mine/" in outcome.stdout
    assert f'"study": "{title}"' in outcome.stdout


@pytest.mark.parametrize(
    "target",
    [
        "results/studies/tiny/figures/nope-curves.pdf",
        "results/studies/tiny/figures/first-nope.pdf",
        "results/studies/tiny/figures/first-summary-depth=3.pdf",
        "results/studies/article/figures/all.pdf",
        "results/data/cifar100.h5",
    ],
)
def test_a_wrong_target_gets_one_sentence(tmp_path, target):
    folder = new_folder(tmp_path / "elsewhere")
    study = ("-s", f"{ROOT}/Snakefile", "-c1", "--config", "study=tiny")
    outcome = snakemake(folder, *study, "--", target)
    assert outcome.returncode == 1
    text = outcome.stdout + outcome.stderr
    assert f"Error: nothing makes {target} in the study tiny (--config study=NAME" in text
    assert "which has experiments: first; data sets: photos, digits, cifar10" in text
    assert "Traceback" not in text


def test_names_of_figures_fit_into_a_file_system(tmp_path):
    """A suffix of many axes is cut, and a digest keeps it apart from others."""
    folder = new_folder(tmp_path / "elsewhere")
    name = (string.ascii_lowercase + string.digits + string.ascii_lowercase[::-1])[:60]
    varied = """\
    optimizer: [adam, sgd]
    learning_rate: [0.001, 0.002]
    momentum: [0.5, 0.9]
    batch_size: [16, 32]
    train_size: [128, 256]
    calibration_size: [32, 64]
    calibration_source: [train, noise]
    epochs: [1, 2]
    figures: [summary]
"""
    axes = [line.split(":")[0].strip() for line in varied.splitlines()[:-1]]
    over = [axis for axis in axes if not axis.startswith("calibration")]
    text = TINY.replace("    figures: [curves]\n", varied)
    text = text.replace("    margin:", f"    over: [{', '.join(over)}]\n    margin:")
    (folder / "studies/tiny.yaml").write_text(text.replace("first", name))
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-n", "--config", "study=tiny")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    figures = re.findall(rf"figures/({name}-summary\S*?\.pdf)", outcome.stdout)
    assert len({*figures}) == 2**8
    # Beside its place a file is called .STEM-NUMBER-XXXXXXXX.pdf while it is written.
    assert max(map(len, figures)) + len(".-4194304-xxxxxxxx") <= 255


def test_a_cell_has_one_spelling(tmp_path):
    folder = new_folder(tmp_path / "elsewhere")
    study = ("-s", f"{ROOT}/Snakefile", "-n", "--config", "study=tiny")
    plan = snakemake(folder, *study).stdout
    run = next(line for line in plan.splitlines() if line.strip().endswith("run.h5"))
    path = run.split()[-1]
    assert snakemake(folder, *study, "--", path).returncode == 0
    outcome = snakemake(folder, *study, "--", path.replace("momentum=0.9", "momentum=0.90"))
    assert "momentum=0.90 is spelled momentum=0.9" in outcome.stdout + outcome.stderr
