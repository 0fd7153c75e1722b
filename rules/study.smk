# The study that is run, and what rules ask of it. Everything here is plain data: rules hand it to
# scripts as JSON with sorted keys, which is also what Snakemake compares to find out what changed.

import json
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from initstudy.axes import AXES
from initstudy.code import project_modules
from initstudy.commands import InputError
from initstudy.data.sources import MODULES
from initstudy.study import (
    PROBE_AXES,
    calibrated_initializers,
    cell_folder,
    cell_options,
    expand,
    experiment_axes,
    facets,
    load_study,
    probe_options,
)

try:
    STUDY = load_study(
        config,
        workflow.config_settings.overwrite_config,
        Path("studies"),
        Path("rules/study.schema.yaml"),
    )
except InputError as error:
    raise WorkflowError(str(error))

CALIBRATED = calibrated_initializers(STUDY)
EXPERIMENT_AXES = {name: experiment_axes(STUDY, name) for name in STUDY["experiments"]}
CLAIMS = STUDY.get("claims", {})
CELL = Path(*[f"{axis}={{{axis}}}" for axis in AXES])
PROBE = Path(*[f"{axis}={{{axis}}}" for axis in PROBE_AXES])


wildcard_constraints:
    **{axis: "[^/=]+" for axis in AXES},
    experiment="[a-z][a-z0-9_]*",


def as_json(value):
    return json.dumps(value, sort_keys=True)


def modules(*scripts):
    """The project's files that decide what scripts do."""
    return sorted({path for script in scripts for path in project_modules(script, "scripts")})


def runs(axes):
    """The runs of all cells within some axes."""
    return [f"results/cells/{cell_folder(cell)}/run.h5" for cell in expand(axes, CALIBRATED)]


def design(name):
    """What decides an experiment's results: its cells."""
    axes = EXPERIMENT_AXES[name]
    initializers = {key: {"calibrated": key in CALIBRATED} for key in axes["initializer"]}
    return {
        "name": name,
        "replicas": STUDY["replicas"],
        "axes": axes,
        "initializers": initializers,
    }


def experiment(name):
    """Its design, and what figures say of it besides."""
    result = design(name) | {
        "study": STUDY["title"],
        "learning_rate": STUDY["defaults"]["learning_rate"],
    }
    for position, (key, entry) in enumerate(STUDY["initializers"].items()):
        if key in result["initializers"]:
            result["initializers"][key] |= {
                "label": entry["label"],
                "options": entry.get("options", {}),
                "position": position,
            }
    return result
