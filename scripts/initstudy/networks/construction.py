"""Networks from functions: what a function is called with is what its signature names."""

import inspect
from collections.abc import Callable, Mapping

from torch import nn

from initstudy.core.errors import InputError
from initstudy.study.axes import ARCHITECTURE, AXES, Value


def construct(
    architecture: Callable[..., nn.Module],
    classes: int,
    size: int,
    axes: Mapping[str, Value],
    options: Mapping[str, object],
) -> nn.Module:
    """The network of a function, which gets what it takes by name.

    classes: of the data; size: height and width of its images in pixels; axes: those of
    ARCHITECTURE, some of which may be unused. Raises InputError for an option or an axis that the
    function does not take, unless the axis has its usual value, and for a parameter that nothing
    gives a value.
    """
    used = {axis: axes[axis] for axis in ARCHITECTURE if axes[axis] != AXES[axis].unused}
    given = {"classes": classes, "size": size} | used | options
    parameters = inspect.signature(architecture).parameters.values()
    names = {parameter.name for parameter in parameters}
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    left = {} if takes_all else {name: given[name] for name in given if name not in names}
    for name, value in left.items():
        if name in options:
            raise InputError(f"{_name(architecture)} has no parameter {name}, which is an option")
        if name in used and value != AXES[name].default:
            raise InputError(
                f"{name} {value}: {_name(architecture)} has no parameter {name}, so it would change"
                f" nothing; leave the axis at {AXES[name].default}"
            )
    for parameter in parameters:
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if not variadic and parameter.default is parameter.empty and parameter.name not in given:
            raise InputError(
                f"{_name(architecture)}: nothing gives its parameter {parameter.name} a value; give"
                " it a default, or a value under the network's options"
            )
    return architecture(**{name: given[name] for name in given if name not in left})


def _name(architecture: Callable) -> str:
    return getattr(architecture, "__name__", repr(architecture))
