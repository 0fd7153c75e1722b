"""The axes of the grid: one record each, from which all that is said of an axis is made.

Folders, wildcards, the schema of studies and the words of figures come from these records; the
defaults in config.yaml and the lists in the documentation are checked against them. To add an axis
is to add a record here and to read its value where a cell is trained: a job refuses a cell with an
axis that nothing reads.
"""

from dataclasses import dataclass

Value = str | int | float

ACTIVATIONS = ["relu", "leaky_relu", "tanh", "gelu", "silu", "elu", "selu", "identity"]
COMMON, TUNED = "common", "tuned"
"""What stands for a learning rate in experiments that are tuned: see `study.tuning`."""
OPTIMIZERS = ["adam", "adamw", "nesterov", "sgd"]
AUGMENTATIONS = ["none", "flip", "flip_crop"]

_NAME = {"$ref": "#/$defs/name"}
_TO_1000 = {"$ref": "#/$defs/to_1000"}
_SIZE = {"$ref": "#/$defs/size"}


@dataclass(frozen=True)
class Axis:
    """One axis; `Axis.read` and `Axis.spelled` are inverse to each other."""

    name: str
    type: type
    """str, int or float."""
    check: dict
    """JSON Schema of a value. Its `description` completes the sentence "... must be"."""
    meaning: str
    """What it is, for people who write a study; a comment in config.yaml."""
    default: Value | dict[str, Value]
    """The value where a study does not say otherwise; by optimizer where it is a dict."""
    label: str
    """What figures call it."""
    scale: str | None = None
    """How a figure sweeps over it: log, linear, below one (0.9 as far from 0.99 as 0 from 0.9) or
    names (side by side); None if it does not."""
    table: str | None = None
    """The key of a study under which the values are declared that it may have."""
    used_by: str = "training"
    """network or initializer if there are some that do not use it: a network that takes no depth,
    an initializer that looks at no calibration inputs."""
    unused: Value | None = None
    """The value in cells of those, which the axis does not multiply."""
    shapes_network: bool = False
    """Whether an untrained network depends on it: what a probe is a point of."""

    def value(self, given: Value) -> Value:
        """A value in its one form: 0 is 0.0 on an axis of floats. What is no number stays."""
        return float(given) if self.type is float and isinstance(given, int | float) else given

    def read(self, text: str) -> Value:
        """The value that a folder's name spells; raises ValueError if it is none of the axis."""
        is_word = self.type is not str and text.isalpha() and text not in ("inf", "nan")
        return text if is_word else self.type(text)


AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis(
            name="dataset",
            type=str,
            check=_NAME,
            meaning="What is trained on, one of `datasets`.",
            default="photos",
            label="data set",
            table="datasets",
            shapes_network=True,
        ),
        Axis(
            name="network",
            type=str,
            check=_NAME,
            meaning="One of `networks`.",
            default="lenet5",
            label="network",
            table="networks",
            shapes_network=True,
        ),
        Axis(
            name="depth",
            type=int,
            check=_TO_1000,
            meaning="Layers of the network, as its own description counts them.",
            default=3,
            label="depth",
            scale="log",
            shapes_network=True,
            used_by="network",
            unused=0,
        ),
        Axis(
            name="norm",
            type=str,
            check={"enum": ["none", "batch"], "description": "one of none, batch"},
            meaning="none, or batch for BatchNorm after every hidden layer.",
            default="none",
            label="norm",
            shapes_network=True,
            used_by="network",
            unused="own",
        ),
        Axis(
            name="activation",
            type=str,
            check={"enum": ACTIVATIONS, "description": f"one of {', '.join(ACTIVATIONS)}"},
            meaning="relu, leaky_relu, tanh, gelu, silu, elu, selu or identity.",
            default="relu",
            label="activation",
            scale="names",
            shapes_network=True,
            used_by="network",
            unused="own",
        ),
        Axis(
            name="initializer",
            type=str,
            check=_NAME,
            meaning="One of `initializers`.",
            default="pytorch_default",
            label="initializer",
            table="initializers",
            shapes_network=True,
        ),
        Axis(
            name="optimizer",
            type=str,
            check={"enum": OPTIMIZERS, "description": f"one of {', '.join(OPTIMIZERS)}"},
            meaning="adam, adamw, nesterov or sgd.",
            default="adam",
            label="optimizer",
        ),
        Axis(
            name="learning_rate",
            type=float,
            check={"$ref": "#/$defs/positive"},
            meaning="By optimizer.",
            default={"adam": 0.001, "adamw": 0.001, "nesterov": 0.01, "sgd": 0.01},
            label="learning rate",
            scale="log",
        ),
        Axis(
            name="momentum",
            type=float,
            check={
                "type": "number",
                "minimum": 0,
                "exclusiveMaximum": 1,
                "description": "a number from 0, below 1",
            },
            meaning="Adam's beta1, SGD's momentum.",
            default=0.9,
            label="momentum",
            scale="below one",
        ),
        Axis(
            name="weight_decay",
            type=float,
            check={
                "type": "number",
                "minimum": 0,
                "maximum": 1000,
                "description": "a number from 0 to 1000",
            },
            meaning="As in torch.optim: of all parameters, decoupled with adamw.",
            default=0.0,
            label="weight decay",
            scale="names",
        ),
        Axis(
            name="schedule",
            type=str,
            check=_NAME,
            meaning="Of the learning rate, one of `schedules`.",
            default="constant",
            label="schedule",
            scale="names",
            table="schedules",
        ),
        Axis(
            name="augmentation",
            type=str,
            check={"enum": AUGMENTATIONS, "description": f"one of {', '.join(AUGMENTATIONS)}"},
            meaning="none, flip (left to right) or flip_crop (and shifted by up to 1/8).",
            default="none",
            label="augmentation",
            scale="names",
        ),
        Axis(
            name="batch_size",
            type=int,
            check=_SIZE,
            meaning="Images a mini-batch.",
            default=32,
            label="batch size",
            scale="log",
        ),
        Axis(
            name="train_size",
            type=int,
            check={
                "type": ["string", "integer"],
                "pattern": "^all$",
                "minimum": 1,
                "maximum": 100_000_000,
                "description": "all or an integer from 1 to 100000000",
            },
            meaning="Training images used; `all` is the whole training split.",
            default="all",
            label="training images",
            scale="log",
        ),
        Axis(
            name="calibration_size",
            type=int,
            check=_SIZE,
            meaning="Inputs that a calibrated initializer sees.",
            default=512,
            label="calibration inputs",
            scale="log",
            used_by="initializer",
            unused=0,
        ),
        Axis(
            name="calibration_source",
            type=str,
            check=_NAME,
            meaning="Where these come from: `train`, another data set by name, or `noise`.",
            default="train",
            label="calibrated on",
            scale="names",
            used_by="initializer",
            unused="none",
        ),
        Axis(
            name="epochs",
            type=int,
            check={
                "type": "integer",
                "minimum": 1,
                "maximum": 100_000,
                "description": "an integer from 1 to 100000",
            },
            meaning="Passes over the training images.",
            default=10,
            label="epochs",
        ),
        Axis(
            name="seed",
            type=int,
            check={
                "type": "integer",
                "minimum": 0,
                "maximum": 2**32 - 1,
                "description": f"an integer from 0 to {2**32 - 1}",
            },
            meaning="Seed of the data order.",
            default=0,
            label="data order",
        ),
    )
}
"""Every axis by its name, in the order of the folders."""

CALIBRATION = tuple(name for name, axis in AXES.items() if axis.used_by == "initializer")
"""The axes that initializers without calibration do not use."""
ARCHITECTURE = tuple(name for name, axis in AXES.items() if axis.used_by == "network")
"""The axes that a network's function takes by name, if it does."""
PROBE_AXES = tuple(name for name, axis in AXES.items() if axis.shapes_network)
"""What a probe without training is a point of, in the order of its folders."""
