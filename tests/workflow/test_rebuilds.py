"""An edit rebuilds what depends on it, exactly; everything else stays as it is, to the byte."""

import pytest

from helpers.rebuilds import EDITS
from helpers.small_study import STUDY
from helpers.small_study_jobs import NOTHING, made_by, outputs, planned

PLANNED_ALIKE = ("the C code", "the title", "one initializer's option", "a claim's margin")
"""Edits whose runs are those of others here: the same stages, from other texts."""
RUN = [name for name in EDITS if EDITS[name].expected != NOTHING and name not in PLANNED_ALIKE]


@pytest.fixture
def edited(request, finished, tmp_path):
    """The finished study after an edit, and what it says."""
    edit = EDITS[request.param]
    project = finished.copied(tmp_path / "project")
    edit.change(project.path)
    return project, edit


@pytest.mark.parametrize("edited", EDITS, indirect=True)
def test_an_edit_plans_exactly_what_depends_on_it(edited):
    project, edit = edited
    outcome = project.snakemake("--dry-run", *edit.arguments)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert planned(outcome.stdout) == edit.expected


@pytest.mark.slow
@pytest.mark.parametrize("edited", RUN, indirect=True)
def test_the_run_after_an_edit_leaves_the_rest_as_it_is(edited):
    project, edit = edited
    before = outputs(project.path)
    outcome = project.snakemake(*edit.arguments)
    assert outcome.returncode == 0, outcome.stderr
    for path, content in before.items():
        relative = path.relative_to(project.path)
        assert made_by(edit.expected, relative) or path.read_bytes() == content, relative
    assert planned(project.snakemake("--dry-run", *edit.arguments).stdout) == NOTHING


@pytest.mark.slow
def test_switching_study_and_back_trains_nothing(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    project.write_study(STUDY.replace("A small study", "Another study"), "another")
    outcome = project.snakemake("--config", "study=another")
    assert outcome.returncode == 0, outcome.stderr
    assert "train_cell" not in outcome.stderr
    back = planned(project.snakemake("--dry-run").stdout)
    assert not back.cells
    assert not back.data
