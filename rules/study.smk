# The study that is run, and the files of it that several stages name.

import io
import json
import os
import sys
import tarfile
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError


def project_folder():
    """Where the project's files lie: a checkout, or what is deployed from a git host.

    Of that, Snakemake itself has single files alone; the commit's whole tree is unpacked once.
    """
    rules_folder = workflow.current_basedir
    local = Path(rules_folder.get_path_or_uri(secret_free=True))
    if local.is_dir():
        return local.parent
    from git import Repo  # which Snakemake needs for the purpose

    hosted = hasattr(rules_folder, "hosted_repo")
    repository = rules_folder.hosted_repo.repo if hosted else Repo(rules_folder.repo_path)
    commit = repository.commit(rules_folder.ref).hexsha
    folder = Path(".snakemake", "deployed", commit).absolute()
    if not folder.exists():
        archive = io.BytesIO()
        repository.archive(archive, commit)
        archive.seek(0)
        partial = folder.with_suffix(f".{os.getpid()}")
        tarfile.open(fileobj=archive).extractall(partial, filter="data")
        partial.replace(folder)
    return folder


# Commands find the scripts by the environment: were their place in a command, results would be out
# of date wherever the checkout is moved.
PROJECT = project_folder()
SCRIPTS = PROJECT / "scripts"
os.environ.update(STUDY_SCRIPTS=str(SCRIPTS))
# At the front, as the package may be installed, too; not for longer than it takes to find it.
sys.path.insert(0, str(SCRIPTS))
import initstudy

sys.path.remove(str(SCRIPTS))

from initstudy.core.code import digest
from initstudy.core.errors import InputError
from initstudy.figures.kinds import kinds
from initstudy.study.axes import AXES, PROBE_AXES
from initstudy.study.cells import Block, cell
from initstudy.study.layers import Sources
from initstudy.study.load import load_study
from initstudy.study.yaml_files import read_yaml

# Kind of figure -> whether every facet has one of its own.
KINDS = kinds()


def study():
    """The study that is asked for, on the command line or by the workflow that this is part of."""
    settings = workflow.config_settings
    if workflow.modifier.is_main_snakefile():
        files, overrides = settings.configfiles, settings.config
        layers = [(str(path), read_yaml(path)) for path in files]
    else:
        layers, overrides = [("the module's config", config)], {}
    folders = (Path("studies"), PROJECT / "studies")
    sources = Sources(PROJECT / "config.yaml", folders, layers, dict(overrides))
    return load_study(sources, list(KINDS))


try:
    STUDY = study()
except InputError as error:
    raise WorkflowError(str(error))

config["study"] = STUDY.name  # for the report
HOME = f"results/studies/{STUDY.name}"
CELL = str(Path(*[f"{axis}={{{axis}}}" for axis in AXES]))
BLOCK = "replicas={replicas}"
PROBE = str(Path(*[f"{axis}={{{axis}}}" for axis in PROBE_AXES]))
USED_DATASETS = sorted(
    {dataset for experiment in STUDY.experiments.values() for dataset in experiment.axes["dataset"]}
)


wildcard_constraints:
    **{axis: "[^/=]+" for axis in AXES},
    replicas="[0-9]+-[0-9]+",
    experiment="|".join(STUDY.experiments),


def as_json(value):
    # Reports hold parameters within a script element, which a text with </script> would end.
    return json.dumps(value, sort_keys=True).replace("</", "<\\/")


def code_of(command, *further):
    """The digest of what a command, script.py or script.py:subcommand, runs.

    further: what it imports by name.
    """
    script, _, subcommand = command.partition(":")
    path = SCRIPTS / script
    return digest((path, subcommand) if subcommand else path, *further)


@cache
def kind_code(kind):
    """The digest of what draws a kind of figure of an experiment."""
    return code_of("plot.py:experiment", SCRIPTS / f"initstudy/figures/kinds/{kind}.py")


def page_code(page):
    """The digest of what draws a page on the whole study."""
    return code_of(f"plot.py:{page}", SCRIPTS / f"initstudy/figures/pages/{page}.py")


def of_experiments(pattern):
    """A file of every experiment."""
    return [f"{HOME}/{pattern}".format(experiment=name) for name in STUDY.experiments]
