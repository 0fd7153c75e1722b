"""A Slurm for the session, and the small study without it."""

import pytest

from helpers import slurm_node as single_node
from helpers.slurm_project import Project


@pytest.fixture(scope="session")
def slurm(tmp_path_factory) -> single_node.SingleNode:
    if reason := single_node.missing():
        pytest.fail(f"no Slurm to test on: {reason}. `pytest -m 'not slow'` goes without.")
    node = single_node.SingleNode(tmp_path_factory.mktemp("slurm"))
    try:
        node.start()
        yield node
    except (RuntimeError, TimeoutError) as error:
        pytest.fail(f"{error}\n{node.logs()}")
    finally:
        node.stop()


@pytest.fixture(scope="session")
def local(tmp_path_factory) -> Project:
    """The small study's cells, trained without Slurm."""
    project = Project(tmp_path_factory.mktemp("local") / "project")
    tables = [f"results/studies/small/tables/{name}.csv" for name in ("first", "second")]
    code, text = project.run("--cores", "2", *tables)
    assert code == 0, text
    return project
