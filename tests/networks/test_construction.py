"""What a network's function is called with."""

import functools

import pytest

from initstudy.core.errors import InputError
from initstudy.networks.construction import construct

AXES = {"depth": 3, "norm": "none", "activation": "relu"}


def all_of_them(classes, depth, norm, activation, size):
    return classes, depth, norm, activation, size


def some(activation, classes, width=16):
    return activation, classes, width


def anything(**given):
    return given


def lacking(classes, blocks):
    return classes, blocks


def test_it_gets_what_its_signature_names():
    assert construct(all_of_them, 10, 64, AXES, {}) == (10, 3, "none", "relu", 64)
    assert construct(some, 10, 32, AXES | {"activation": "tanh"}, {}) == ("tanh", 10, 16)
    assert construct(anything, 10, 32, AXES, {"a": 1}) == {"classes": 10, "size": 32, "a": 1} | AXES


def test_options_are_its_other_parameters_and_may_fix_an_axis():
    assert construct(some, 10, 32, AXES, {"width": 8}) == ("relu", 10, 8)
    unused = AXES | {"depth": 0}
    assert construct(all_of_them, 10, 32, unused, {"depth": 20}) == (10, 20, "none", "relu", 32)
    assert construct(functools.partial(lacking, blocks=2), 10, 32, AXES, {}) == (10, 2)


@pytest.mark.parametrize(
    ("architecture", "axes", "options", "reason"),
    [
        (
            some,
            {"depth": 5},
            {},
            "depth 5: some has no parameter depth, so it would change nothing",
        ),
        (some, {"norm": "batch"}, {}, "norm batch: some has no parameter norm"),
        (some, {}, {"widht": 8}, "some has no parameter widht, which is an option"),
        (lacking, {}, {}, "lacking: nothing gives its parameter blocks a value"),
        (all_of_them, {"depth": 0}, {}, "nothing gives its parameter depth a value"),
    ],
)
def test_what_it_cannot_use_is_refused(architecture, axes, options, reason):
    with pytest.raises(InputError, match=reason):
        construct(architecture, 10, 32, AXES | axes, options)
