"""The examples of README and docs, run as they stand there."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
README, STUDIES = ((ROOT / page).read_text() for page in ("README.md", "docs/studies.md"))
QUICK = ("--config", "study=mine", "replicas=2", 'defaults={"epochs": 1, "train_size": 512}')


@pytest.fixture
def extended(project):
    """A project with the files that the README's example consists of."""
    for name, text in re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", README, flags=re.DOTALL):
        (project.path / name).write_text(text)
    return project


def test_the_example_is_short():
    example = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)[1]
    assert len(example.splitlines()) < 15


@pytest.mark.slow
def test_an_initializer_of_ones_own_runs_and_an_edit_retrains_just_its_cells(extended):
    target = "results/studies/mine/figures/photos-curves.pdf"
    outcome = extended.snakemake(*QUICK, "--", target)
    assert outcome.returncode == 0, outcome.stderr
    runs = list(extended.path.glob("results/cells/**/run.h5"))
    assert sorted(
        part for run in runs for part in run.parts if part.startswith("initializer=")
    ) == [f"initializer={name}" for name in ("consistency", "he_normal", "truncated")]

    def retrained():
        plan = extended.snakemake(*QUICK, "--dry-run", "--", target)
        jobs = (plan.stdout + plan.stderr).split("rule train_cell:")[1:]
        return [re.search(r"initializer=(\w+)", job)[1] for job in jobs]

    assert retrained() == []
    file = extended.path / "my_initializers.py"
    file.write_text(file.read_text().replace("gain=1.0", "gain=2.0"))
    assert retrained() == ["truncated"]


def test_every_study_that_is_shown_is_valid(extended):
    texts = re.findall(r"```yaml\n(.*?)```", README + STUDIES, flags=re.DOTALL)
    assert len(texts) >= 3
    for text in texts:
        if "experiments" in yaml.safe_load(text):
            extended.write_study(text, "mine")
            outcome = extended.snakemake("--dry-run", "--config", "study=mine")
            assert outcome.returncode == 0, outcome.stderr
