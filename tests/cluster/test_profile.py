"""The profile, as far as it can be tried without a cluster."""

import re
import shutil

import pytest
import yaml

from helpers.slurm_project import ROOT, Project


def keys(profile):
    return set(yaml.safe_load((ROOT / profile / "config.yaml").read_text()))


def test_neither_profile_undoes_the_other():
    assert not keys("slurm") & keys("profiles/default")


@pytest.mark.parametrize(
    ("arguments", "gpus"),
    [
        (["--profile", "slurm"], {"1"}),
        (["--profile", "slurm", "--set-resources", "train_cell:gpu=0"], {"0"}),
        (["--cores", "8", "--resources", "gpu=2"], {"1"}),
        (["--cores", "8", "--config", "device=cpu"], {"0"}),
    ],
    ids=" ".join,
)
def test_training_alone_asks_for_a_gpu(tmp_path, arguments, gpus):
    code, text = Project(tmp_path / "project").run("--dry-run", *arguments)
    assert code == 0, text
    jobs = re.findall(r"rule (\w+):.*?resources: (.*?)$", text, flags=re.DOTALL | re.MULTILINE)
    found = {(rule, amount) for rule, needs in jobs for amount in re.findall(r"\bgpu=(\d)", needs)}
    assert found == {("train_cell", amount) for amount in gpus}


def test_where_there_is_no_slurm_one_sentence_says_so(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    for command in ("bash", "which"):
        (tmp_path / "bin" / command).symlink_to(shutil.which(command))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    code, text = Project(tmp_path / "project").run("--profile", "slurm", "results/data/digits.h5")
    assert code == 1
    assert "there is no Slurm on this machine (no sbatch)" in text
    assert "Traceback" not in text
