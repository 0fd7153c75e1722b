"""The small study: to be run, and finished once."""

import pytest

from helpers.project_copy import Project, new_project


@pytest.fixture
def project(tmp_path) -> Project:
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """The small study, run to its end. To be copied before anything in it is changed."""
    project = new_project(tmp_path_factory.mktemp("finished") / "project")
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    return project
