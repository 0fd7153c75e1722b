"""Every initializer of config.yaml by name, for those who use the package without the study."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from initstudy.core.errors import InputError

NOTHING = ""
IMAGES = "images"
LABELS = "images and labels"
"""What a method looks at."""


@dataclass(frozen=True)
class Method:
    """An initializer with its options."""

    function: str
    """module.function of initstudy.initializers."""
    source: str
    """Where it was published."""
    needs: str = NOTHING
    options: dict = field(default_factory=dict)

    def load(self) -> Callable:
        """The function; what its module needs is imported now."""
        module, _, name = self.function.partition(".")
        return getattr(import_module(f"initstudy.initializers.{module}"), name)


def _consistency(needs: str = IMAGES, **options) -> Method:
    base = {"match": "channel", "strength": 1.0, "base": "orthogonal"}
    return Method("consistency.consistency", "this study", needs, base | options)


METHODS = {
    "zero": Method("fixed.zero", "the study's lower end"),
    "normal": Method("fixed.normal", "Krizhevsky et al. 2012", options={"std": 0.01}),
    "consistency": _consistency(),
    "consistency_auto": _consistency(LABELS, strength="auto"),
    "consistency_joint": _consistency(match="joint"),
    "he_normal": Method("fixed.he_normal", "He et al. 2015", options={"mode": "fan_in"}),
    "lsuv": Method(
        "data_dependent.lsuv",
        "Mishkin & Matas 2015",
        IMAGES,
        {"tolerance": 0.1, "max_iterations": 10},
    ),
    "pytorch_default": Method("fixed.pytorch_default", "torch.nn"),
    "consistency_scalar": _consistency(match="scalar"),
    "xavier_uniform": Method("fixed.xavier_uniform", "Glorot & Bengio 2010"),
    "xavier_normal": Method("fixed.xavier_normal", "Glorot & Bengio 2010"),
    "he_uniform": Method("fixed.he_uniform", "He et al. 2015", options={"mode": "fan_in"}),
    "he_fan_out": Method("fixed.he_normal", "He et al. 2015", options={"mode": "fan_out"}),
    "lecun_normal": Method("fixed.lecun_normal", "LeCun et al. 1998"),
    "orthogonal": Method("orthogonal.orthogonal", "Saxe et al. 2014"),
    "delta_orthogonal": Method("orthogonal.delta_orthogonal", "Xiao et al. 2018"),
    "zero_hadamard": Method("orthogonal.zero_hadamard", "Zhao et al. 2021"),
    "kraehenbuehl": Method("data_dependent.kraehenbuehl", "Kraehenbuehl et al. 2015", IMAGES),
    "metainit": Method("gradient_based.metainit", "Dauphin & Schoenholz 2019"),
    "gradinit": Method("gradient_based.gradinit", "Zhu et al. 2021", LABELS, {"step": "published"}),
    "consistency_half": _consistency(strength=0.5),
    "orthogonal_gain": Method(
        "orthogonal.orthogonal", "Saxe et al. 2014", options={"gain": "activation"}
    ),
    "delta_orthogonal_gain": Method(
        "orthogonal.delta_orthogonal", "Xiao et al. 2018", options={"gain": "activation"}
    ),
    "gradinit_own_rate": Method(
        "gradient_based.gradinit", "Zhu et al. 2021", LABELS, {"step": "own"}
    ),
    "he_truncated": Method("fixed.he_truncated", "He et al. 2015, as in Keras"),
    "dirac": Method("fixed.dirac", "Zagoruyko & Komodakis 2017"),
    "salimans_kingma": Method("data_dependent.salimans_kingma", "Salimans & Kingma 2016", IMAGES),
    "fixup": Method("residual.fixup", "Zhang et al. 2019"),
    "skipinit": Method("residual.skipinit", "De & Smith 2020"),
    "rezero": Method("residual.rezero", "Bachlechner et al. 2020"),
    "zero_gamma": Method("residual.zero_gamma", "Goyal et al. 2017"),
}
"""In the order of config.yaml, with which a test compares them."""


def method_of(name: str) -> Method:
    """The method of a name; raises InputError if there is none."""
    if name not in METHODS:
        raise InputError(f"method {name!r}: choose one of {', '.join(METHODS)}")
    return METHODS[name]
