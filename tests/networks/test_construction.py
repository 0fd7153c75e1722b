"""What a network's function is called with, and what has to come out."""

import functools

import pytest

from initstudy.core.errors import InputError
from initstudy.networks.construction import arguments, construct

KNOWN = {"classes": 10, "size": 32, "depth": 3, "norm": "none", "activation": "relu"}
AXES = {"depth": 3, "norm": "none", "activation": "relu"}
IMPORTS = "import torch\nfrom torch import nn\n\n\n"


def all_of_them(classes, depth, norm, activation, size): ...


def some(activation, classes, width=16): ...


def anything(**given): ...


def lacking(classes, blocks): ...


def test_it_gets_what_its_signature_names():
    assert arguments("all", all_of_them, KNOWN, {}) == KNOWN
    assert arguments("some", some, KNOWN, {}) == {"classes": 10, "activation": "relu"}
    assert arguments("anything", anything, KNOWN, {"a": 1}) == KNOWN | {"a": 1}


def test_options_are_its_other_parameters_and_may_fix_an_axis():
    assert arguments("some", some, KNOWN, {"width": 8})["width"] == 8
    without = {name: value for name, value in KNOWN.items() if name != "depth"}
    assert arguments("all", all_of_them, without, {"depth": 20}) == KNOWN | {"depth": 20}
    two_blocks = functools.partial(lacking, blocks=2)
    assert arguments("lacking", two_blocks, KNOWN, {}) == {"classes": 10}


@pytest.mark.parametrize(
    ("architecture", "known", "options", "reason"),
    [
        (
            some,
            {"depth": 5},
            {},
            "depth 5: mine has no parameter depth, so it would change nothing",
        ),
        (some, {"norm": "batch"}, {}, "norm batch: mine has no parameter norm"),
        (some, {}, {"widht": 8}, "mine has no parameter widht, which is an option"),
        (lacking, {}, {}, "mine: nothing gives its parameter blocks a value"),
    ],
)
def test_what_it_cannot_use_is_refused(architecture, known, options, reason):
    with pytest.raises(InputError, match=reason):
        arguments("mine", architecture, KNOWN | known, options)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def net(classes):\n    nn.Linear(3, 9)", "must return a torch.nn.Module, not NoneType"),
        ("def net(classes):\n    return nn.LazyLinear(9)", "weight, bias get a shape only in"),
        ("def net():\n    1 / 0", r"nets.py:net fails: ZeroDivisionError.* \(nets.py, line 6\)"),
        ("net = nn.Linear(3, 9)", "is a network; give a function that makes one for each replica"),
        (
            "class Net(nn.Module): ...\n\n\ndef net(**given):\n    return Net(**given)",
            r"unexpected keyword argument 'classes' \(nets.py, line 9\)",
        ),
    ],
)
def test_what_makes_no_network_is_refused(tmp_path, monkeypatch, code, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(IMPORTS + code)
    with pytest.raises(InputError, match=reason):
        construct("nets.py:net", 10, 32, AXES, {})
