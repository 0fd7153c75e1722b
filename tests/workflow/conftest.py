"""The small study: to be run, and finished once."""

import fcntl

import pytest

from helpers.project_copy import Project, new_project


@pytest.fixture
def project(tmp_path) -> Project:
    return new_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id) -> Project:
    """The small study, run to its end. To be copied before anything in it is changed."""
    if worker_id == "master":
        return run_to_its_end(tmp_path_factory.mktemp("finished"))
    # All test processes share the one that the first of them runs.
    shared = tmp_path_factory.getbasetemp().parent / "finished"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (shared / "ended").exists():
            return Project(shared / "project")
        project = run_to_its_end(shared)
        (shared / "ended").touch()
        return project


def run_to_its_end(folder) -> Project:
    project = new_project(folder / "project")
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    return project
