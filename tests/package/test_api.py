"""`initialize` and its companions: the pipeline's own code, for anybody's network."""

import functools
import math

import numpy as np
import pytest
import torch
import yaml
from torch import nn

import initstudy
from helpers.initializing import RESIDUAL, SHORTENED
from helpers.small_cell import CELL
from helpers.small_data import write_noise
from helpers.synthetic_runs import ROOT
from initstudy.catalogue import IMAGES, LABELS, METHODS, NOTHING
from initstudy.core import seeds
from initstudy.core.errors import InputError
from initstudy.data.store import read_dataset
from initstudy.networks.architectures import lenet5
from initstudy.optimizers import make_optimizer
from initstudy.training.batches import Normalizer
from initstudy.training.initial import (
    LabelledBatches,
    Methods,
    calibration_inputs,
    initial_networks,
    new_network,
)
from initstudy.training.settings import Settings

SIZE = 32
"""Of the calibration set."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_noise(tmp_path_factory.mktemp("data") / "noise.h5", 250, 50, classes=4)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def network(norm: str = "none") -> nn.Module:
    return lenet5(4, 3, norm)


def images(count: int = 64) -> torch.Tensor:
    return torch.randn(count, 3, 32, 32, generator=generator())


def test_the_catalogue_is_that_of_the_study():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())["initializers"]
    assert list(METHODS) == list(config)
    for name, entry in config.items():
        base = config[entry["like"]] if "like" in entry else {}
        options = base.get("options", {}) | entry.get("options", {})
        assert METHODS[name].function == entry.get("method", base.get("method"))
        assert METHODS[name].options == options
        calibrated = entry.get("calibrated", base.get("calibrated", False))
        assert calibrated == (METHODS[name].needs != NOTHING and "gradinit" not in name)


@pytest.mark.parametrize("method", METHODS)
def test_weights_are_those_of_the_pipelines_cell_bit_for_bit(method, data):
    chosen = METHODS[method]
    calibrated = chosen.needs != NOTHING and "gradinit" not in method
    function = "architectures.lenet5"
    axes = {"norm": "none", "network_options": {}}
    if method in RESIDUAL:
        function = "residual.resnet"
        axes = {"depth": 8, "norm": "batch" if method == "zero_gamma" else "none"}
        axes["network_options"] = RESIDUAL[method]
    options = chosen.options | SHORTENED.get(method, {})
    calibration = {"calibration_size": SIZE, "calibration_source": "train"} if calibrated else {}
    cell = Settings(CELL | axes | calibration | {"options": options})
    methods = Methods(function, chosen.function)
    dataset = read_dataset(data)
    pool, labels = dataset.images["train"], dataset.labels["train"]
    expected, costs = initial_networks(cell, methods, dataset, pool, labels, None)
    normalize = Normalizer(dataset.mean, dataset.std, torch.device("cpu"))
    for replica, (plain, cost) in enumerate(zip(expected, costs, strict=True)):
        model = new_network(methods, cell, 4, 32, replica)
        drawn = images(2)
        if calibrated:
            stream = seeds.generator(seeds.CALIBRATION, replica)
            drawn = calibration_inputs(cell, pool, normalize, stream)
        stream = seeds.generator(seeds.LABELLED, replica)
        with seeds.global_generators(seeds.GLOBAL, replica, 1):
            found = initstudy.initialize(
                model,
                drawn,
                method,
                labels=LabelledBatches(pool, labels, normalize, stream),
                generator=seeds.generator(seeds.WEIGHTS, replica),
                optimizer=functools.partial(
                    make_optimizer, "sgd", learning_rate=0.002, momentum=0.9
                ),
                **SHORTENED.get(method, {}),
            )
        for name, tensor in plain.state_dict().items():
            assert torch.equal(model.state_dict()[name], tensor), name
        assert (found.samples, found.steps) == (cost.samples, cost.steps)
        assert found.backward_samples == cost.backward_samples


def test_methods_say_where_they_come_from_and_what_they_need():
    listed = {one.name: one for one in initstudy.methods()}
    assert list(listed) == list(METHODS)
    assert listed["lsuv"].source == "Mishkin & Matas 2015"
    assert {one.needs for one in listed.values()} == {NOTHING, IMAGES, LABELS}


class Mixed(nn.Module):
    """A small U-Net with GroupNorm, an embedding and a shortcut."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = nn.GroupNorm(2, 8)
        self.inner = nn.Conv2d(8, 8, 3, 1, 1, bias=False)
        self.up = nn.ConvTranspose2d(8, 3, 2, 2)
        self.out = nn.Conv2d(6, 4, 1)
        self.position = nn.Parameter(torch.zeros(1, 8, 16, 16))
        self.unused = nn.Linear(3, 3)

    def forward(self, x):
        inner = torch.relu(self.norm(self.down(x))) + self.position
        wide = self.up(torch.relu(self.inner(inner)))
        return self.out(torch.cat([x, wide], dim=1)).mean(dim=(2, 3))


def test_layers_are_set_and_others_left_and_named():
    model = Mixed()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    cost = initstudy.initialize(model, images(), generator=generator())
    assert cost.set == ["down", "inner", "out"]
    assert cost.left == ["", "norm", "up", "unused"]
    assert cost.samples == 64
    changed = {
        name for name, tensor in model.state_dict().items() if not tensor.equal(before[name])
    }
    assert changed == {"down.weight", "down.bias", "inner.weight", "out.weight", "out.bias"}
    assert initstudy.discrepancy(model, images())["down"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_keep_their_type(kind):
    torch.manual_seed(0)
    model, plain = network().to(kind), network()
    for one in (model, plain):
        initstudy.initialize(one, images(), generator=generator())
    assert {tensor.dtype for tensor in model.parameters()} == {kind}
    if kind == torch.float64:  # They have more digits than float32 holds.
        assert not torch.equal(model.C1.weight, model.C1.weight.float().double())
    else:  # They are the same numbers, rounded.
        for own, other in zip(model.parameters(), plain.parameters(), strict=True):
            assert torch.equal(own, other.to(kind))
    spread = initstudy.signals(model, images())["variance"]
    assert spread[:-1].to_numpy() == pytest.approx(1, abs=0.05)


def test_equal_generators_give_equal_weights_and_modes_stay():
    first, second = network("batch").eval(), network("batch")
    for model in (first, second):
        initstudy.initialize(model, images(), generator=generator())
    assert not first.training
    assert second.training
    for own, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(own, other)


def test_without_a_generator_weights_follow_the_global_one():
    first, second, third = network(), network(), network()
    torch.manual_seed(0)
    for model in (first, second):
        initstudy.initialize(model, images(), "he_normal")
    torch.manual_seed(0)
    initstudy.initialize(third, images(), "he_normal")
    assert not torch.equal(first.C1.weight, second.C1.weight)
    assert torch.equal(first.C1.weight, third.C1.weight)


def test_labels_may_be_a_tensor_of_which_half_calibrates():
    labels = torch.randint(4, (64,), generator=generator())
    model = network()
    cost = initstudy.initialize(
        model, images(), "consistency_auto", labels=labels, generator=generator()
    )
    assert cost.strength in (0, 0.25, 0.5, 0.75, 1)
    assert cost.steps == 5
    assert math.isfinite(cost.samples)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"method": "best"}, "method 'best': choose one of zero, normal, consistency"),
        ({"method": "gradinit"}, "method 'gradinit' needs labels"),
        ({"images": torch.zeros(2, 3, 32, 32, dtype=torch.uint8)}, "not floating point"),
        (
            {"method": "consistency_auto", "labels": torch.zeros(3)},
            "3 labels for 64 images: give one an image",
        ),
        ({"strength": 2}, "strength 2: choose auto or a number from 0 to 1"),
        ({"model": network().to("meta")}, "the model is on the meta device"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(change, sentence):
    arguments = {"model": network(), "images": images()} | change
    before = [tensor.clone() for tensor in arguments["model"].parameters()]
    with pytest.raises(InputError, match=sentence):
        initstudy.initialize(**arguments)
    if "model" not in change:
        for own, other in zip(arguments["model"].parameters(), before, strict=True):
            assert torch.equal(own, other)


def test_signals_are_a_row_a_layer_and_a_figure():
    model = network()
    initstudy.initialize(model, images(), "zero")
    table = initstudy.signals(model, images())
    assert list(table.index) == ["C1", "C3", "C5", "F6", "logits"]
    assert (table["discrepancy"][:-1] == 1).all()
    assert (table["dead_fraction"] == 1).all()
    initstudy.initialize(model, images(), "he_normal", generator=generator())
    table = initstudy.signals(model, images())
    with torch.no_grad():
        outputs = model.C1(images())
    assert table["mean"]["C1"] == pytest.approx(outputs.mean().item(), abs=1e-4)
    variance = outputs.transpose(0, 1).flatten(1).var(dim=1, correction=0).mean().item()
    assert table["variance"]["C1"] == pytest.approx(variance, rel=1e-4)
    found = initstudy.discrepancy(model, images())
    assert list(found.values()) == pytest.approx(table["discrepancy"].tolist())
    figure = initstudy.plot_signals(table)
    assert [axes.get_ylabel() for axes in figure.axes][:2] == ["mean", "variance"]
    drawn = figure.axes[1].lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, table["variance"])
