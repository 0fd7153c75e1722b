"""Networks from functions: what a function is called with is what its signature names."""

import inspect
from collections.abc import Callable, Mapping

from torch import nn
from torch.nn.parameter import is_lazy

from initstudy.core.errors import InputError
from initstudy.core.plugins import NETWORKS, failures_named, load_function
from initstudy.study.axes import ARCHITECTURE, AXES, Value


def construct(
    method: str,
    classes: int,
    size: int,
    axes: Mapping[str, Value],
    options: Mapping[str, object],
) -> nn.Module:
    """The network of the function that `method` names, which gets what it takes by name.

    classes: of the data; size: height and width of its images in pixels; axes: those of
    ARCHITECTURE, some of which may be unused. Raises InputError where the function cannot be given
    what it takes (see `arguments`), and if no module comes out that has all its parameters.
    """
    architecture = load_function(method, NETWORKS)
    if isinstance(architecture, nn.Module):
        raise InputError(f"{method} is a network; give a function that makes one for each replica")
    used = {axis: axes[axis] for axis in ARCHITECTURE if axes[axis] != AXES[axis].unused}
    taken = arguments(method, architecture, {"classes": classes, "size": size} | used, options)
    with failures_named(method):
        network = architecture(**taken)
    if not isinstance(network, nn.Module):
        raise InputError(f"{method} must return a torch.nn.Module, not {type(network).__name__}")
    if lazy := [name for name, parameter in network.named_parameters() if is_lazy(parameter)]:
        raise InputError(
            f"{method}: {', '.join(lazy)} get a shape only in the first pass; use layers that are"
            " told how many inputs they have"
        )
    return network


def arguments(
    method: str,
    architecture: Callable[..., nn.Module],
    known: Mapping[str, Value],
    options: Mapping[str, object],
) -> dict[str, object]:
    """What a function takes of what is known of data and cell, and of its options.

    Raises InputError for an option or an axis that the function does not take, unless the axis has
    its usual value, and for a parameter that nothing gives a value; method: its name for messages.
    """
    given = known | options
    parameters = inspect.signature(architecture).parameters.values()
    names = {parameter.name for parameter in parameters}
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    left = {} if takes_all else {name: given[name] for name in given if name not in names}
    for name, value in left.items():
        if name in options:
            raise InputError(f"{method} has no parameter {name}, which is an option")
        if name in AXES and value != AXES[name].default:
            raise InputError(
                f"{name} {value}: {method} has no parameter {name}, so it would change nothing;"
                f" leave the axis at {AXES[name].default}"
            )
    for parameter in parameters:
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if not variadic and parameter.default is parameter.empty and parameter.name not in given:
            raise InputError(
                f"{method}: nothing gives its parameter {parameter.name} a value; give"
                " it a default, or a value under the network's options"
            )
    return {name: given[name] for name in given if name not in left}
