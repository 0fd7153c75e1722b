"""The compiled gradients of pooled convolutions against PyTorch's own."""

import shutil
import subprocess

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.core import native
from initstudy.networks import pooled_convolution as module
from initstudy.networks.pooled_convolution import SOURCE, pooled_convolution
from initstudy.networks.replicated.network import ReplicatedNetwork

needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None, reason="no C compiler, so that nothing of this is in use"
)


def reference(x: Tensor, weight: Tensor, bias: Tensor, groups: int) -> Tensor:
    return F.relu(F.max_pool2d(F.conv2d(x, weight, bias, groups=groups), 2))


def layer(groups: int, inputs: int, outputs: int, kernel: int, size: int) -> list[Tensor]:
    """Inputs, of which many are equal as in pictures, weight and bias; all want gradients."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(-2, 3, (3, groups * inputs, size, size), generator=generator).float()
    weight = torch.randn(groups * outputs, inputs, kernel, kernel, generator=generator)
    bias = torch.randn(groups * outputs, generator=generator)
    x, weight = (part.contiguous(memory_format=torch.channels_last) for part in (x, weight))
    return [part.requires_grad_() for part in (x, weight, bias)]


def gradients(function, parts: list[Tensor], groups: int) -> tuple[Tensor, ...]:
    outputs = function(*parts, groups)
    return torch.autograd.grad((outputs * torch.cos(outputs)).sum(), parts)


@needs_compiler
@pytest.mark.parametrize(
    ("groups", "inputs", "outputs", "kernel", "size"),
    [(1, 3, 18, 5, 32), (4, 6, 16, 5, 14), (2, 1, 1, 3, 7), (1, 17, 5, 2, 9), (3, 4, 2, 7, 12)],
)
def test_gradients_are_those_of_pytorch(groups, inputs, outputs, kernel, size):
    parts = layer(groups, inputs, outputs, kernel, size)
    assert "PooledConvolution" in pooled_convolution(*parts, groups).grad_fn.name()
    assert torch.equal(pooled_convolution(*parts, groups), reference(*parts, groups))
    doubles = [part.detach().double().requires_grad_() for part in parts]
    found, expected = (
        gradients(pooled_convolution, parts, groups),
        gradients(reference, parts, groups),
    )
    for ours, theirs, exact in zip(
        found, expected, gradients(reference, doubles, groups), strict=True
    ):
        rounding = (theirs - exact).abs().max()
        assert (ours - exact).abs().max() < max(2 * rounding, 1e-6 * exact.abs().max())


@needs_compiler
def test_nan_goes_on_and_stays_in_its_group():
    parts = layer(groups=3, inputs=6, outputs=16, kernel=5, size=14)
    clean = gradients(pooled_convolution, parts, 3)
    with torch.no_grad():
        parts[1][20] = torch.nan
    x, weight, bias = gradients(pooled_convolution, parts, 3)
    assert weight[20].isnan().all()
    assert bias[20].isnan()
    assert x[:, 6:12].isnan().any()
    for found, whole in ((weight, clean[1]), (bias, clean[2])):
        others = [channel for channel in range(48) if not 16 <= channel < 32]
        assert torch.equal(found[others], whole[others])
    assert torch.equal(x[:, :6], clean[0][:, :6])
    assert torch.equal(x[:, 12:], clean[0][:, 12:])


def test_without_a_compiler_the_operations_are_those_of_pytorch(monkeypatch, capsys):
    monkeypatch.setattr(native.shutil, "which", lambda _: None)
    native.compiled.cache_clear()
    parts = layer(2, 3, 4, 5, 10)
    for found, expected in zip(
        gradients(pooled_convolution, parts, 2), gradients(reference, parts, 2), strict=True
    ):
        assert torch.equal(found, expected)
    assert capsys.readouterr().err.count("no C compiler") == 1
    native.compiled.cache_clear()


def test_a_failing_compiler_is_said_and_leaves_nothing(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(native.shutil, "which", lambda _: "false")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    native.compiled.cache_clear()
    assert native.compiled(SOURCE, KERNEL=5, CHANNELS=3, LANES=16) is None
    assert "cannot be compiled" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    native.compiled.cache_clear()


@needs_compiler
def test_a_library_is_compiled_once_for_a_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls, run = [], subprocess.run
    monkeypatch.setattr(native.subprocess, "run", lambda *a, **k: calls.append(a) or run(*a, **k))
    for _ in range(2):
        native.compiled.cache_clear()
        assert native.compiled(SOURCE, KERNEL=5, CHANNELS=3, LANES=16) is not None
    assert len(calls) == 1
    monkeypatch.setattr(native, "_processor_features", lambda: "another processor")
    native.compiled.cache_clear()
    assert native.compiled(SOURCE, KERNEL=5, CHANNELS=3, LANES=16) is not None
    assert len(calls) == 2
    native.compiled.cache_clear()


def network(*modules: nn.Module) -> ReplicatedNetwork:
    return ReplicatedNetwork([nn.Sequential(*modules)], torch.randn(2, 3, 32, 32))


@pytest.mark.parametrize(
    ("convolution", "pooling", "fits"),
    [
        ({}, {}, True),
        ({"padding": 2}, {}, False),
        ({"stride": 2}, {}, False),
        ({}, {"stride": 1}, False),
        ({}, {"padding": 1}, False),
        ({}, {"ceil_mode": True}, False),
    ],
)
def test_only_what_the_code_is_made_for_goes_to_it(convolution, pooling, fits, monkeypatch):
    """And whatever does is as in the plain network."""
    monkeypatch.setattr(module, "compiled", lambda *_, **__: None)
    calls = []
    original = module.pooled_convolution
    monkeypatch.setattr(
        "initstudy.networks.replicated.weighted.pooled_convolution",
        lambda *arguments: calls.append(1) or original(*arguments),
    )
    torch.manual_seed(0)
    parts = (nn.Conv2d(3, 4, 5, **convolution), nn.ReLU(), nn.MaxPool2d(2, **pooling))
    images = torch.randn(2, 3, 32, 32)
    found = network(*parts)(images)[0]
    torch.testing.assert_close(found, nn.Sequential(*parts)(images))
    assert bool(calls) == fits
