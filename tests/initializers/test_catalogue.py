"""Every initializer of config.yaml: what replica k gets is what it would get alone."""

from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.initializing import RESIDUAL, SHORTENED, labelled_images
from helpers.small_data import BLANK
from initstudy.core import seeds
from initstudy.core.plugins import load_function
from initstudy.data.store import Dataset
from initstudy.initializers import Context, initialize
from initstudy.networks.architectures import lenet5
from initstudy.networks.layers import weighted_layers
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.networks.residual import resnet
from initstudy.optimizers import make_optimizer
from initstudy.study.layers import Sources
from initstudy.study.load import load_study
from initstudy.training.batches import Normalizer
from initstudy.training.initial import (
    LabelledBatches,
    Methods,
    calibration_inputs,
    initial_networks,
)
from initstudy.training.settings import Settings

ROOT = Path(__file__).parents[2]
CATALOGUE = load_study(
    Sources(ROOT / "config.yaml", (ROOT / "studies",), [], {"study": "catalogue"}), kinds=[]
)
INITIALIZERS = CATALOGUE.initializers
REPLICAS = 3
NORMS = {"fixup": ["none"], "zero_gamma": ["batch"]}
CASES = [(name, norm) for name in INITIALIZERS for norm in NORMS.get(name, ["none", "batch"])]


def cell_of(name, norm):
    residual = name in RESIDUAL
    return {
        "replicas": REPLICAS,
        "depth": 8 if residual else 3,
        "norm": norm,
        "activation": "relu",
        "network_options": RESIDUAL[name] | {"width": 4} if residual else {},
        "options": INITIALIZERS[name].options | SHORTENED.get(name, {}),
        "optimizer": "sgd",
        "learning_rate": 0.01,
        "momentum": 0.9,
        "weight_decay": 0.0,
        "first_replica": 0,
        "output_std": 0.1,
        "calibration_size": 64,
        "calibration_source": "train",
    }


def dataset_of(images):
    pixels = images / 255
    return Dataset(
        images={},
        labels={},
        mean=pixels.mean(axis=(0, 2, 3)),
        std=pixels.std(axis=(0, 2, 3)),
        classes=[str(number) for number in range(10)],
        provenance={},
    )


def drawn(name, cell, dataset, images, labels):
    """The networks of a cell, as a job makes them."""
    network = "residual.resnet" if name in RESIDUAL else "architectures.lenet5"
    methods = Methods(network, CATALOGUE.methods[name])
    return initial_networks(Settings(cell), methods, dataset, images, labels, None)


def drawn_alone(name, cell, dataset, images, labels, replica):
    """The network of one replica, from nothing but its seed."""
    normalize = Normalizer(dataset.mean, dataset.std, torch.device("cpu"))
    calibration, labelled = (
        seeds.generator(stream, replica) for stream in (seeds.CALIBRATION, seeds.LABELLED)
    )
    context = Context(
        generator=seeds.generator(seeds.WEIGHTS, replica),
        images=calibration_inputs(Settings(cell), images, normalize, calibration),
        labelled_batch=LabelledBatches(images, labels, normalize, labelled),
        optimizer=lambda parameters: make_optimizer("sgd", parameters, 0.01, 0.9),
        output_std=0.1,
    )
    architecture = resnet if name in RESIDUAL else lenet5
    network = architecture(10, cell["depth"], cell["norm"], **cell["network_options"])
    initializer = load_function(CATALOGUE.methods[name], "initstudy.initializers")
    calibration = initialize(network, initializer, cell["options"], context)
    return network, calibration


@pytest.mark.parametrize(("name", "norm"), CASES)
def test_a_replicated_draw_is_the_single_draw_with_that_replicas_seed(name, norm):
    images, labels = labelled_images(512)
    dataset = dataset_of(images)
    cell = cell_of(name, norm)
    networks, calibrations = drawn(name, cell, dataset, images, labels)
    replicated = ReplicatedNetwork(networks, BLANK)
    # The last one first: nothing is left over from the replicas before it.
    for replica in reversed(range(REPLICAS)):
        single, calibration = drawn_alone(name, cell, dataset, images, labels, replica)
        found = vars(calibrations[replica]) | {"discrepancies": {}}
        np.testing.assert_equal(found, vars(calibration))
        for (key, found), expected in zip(
            networks[replica].state_dict().items(), single.state_dict().values(), strict=True
        ):
            assert torch.equal(found, expected), key
            assert found.isfinite().all(), key
        for key, layer in weighted_layers(single, BLANK).items():
            assert torch.equal(replicated.layers()[key].weight[replica], layer.weight)
            if layer.bias is not None:
                assert torch.equal(replicated.layers()[key].bias[replica], layer.bias)


UNCALIBRATED = [name for name in INITIALIZERS if name not in CATALOGUE.calibrated]


@pytest.mark.parametrize("name", UNCALIBRATED)
def test_what_is_not_called_calibrated_does_not_depend_on_calibration_inputs(name):
    """Its cells are shared by all calibration sizes and sources."""
    images, labels = labelled_images(512)
    dataset = dataset_of(images)
    found = []
    for changes in ({}, {"calibration_size": 32, "calibration_source": "noise"}):
        cell = cell_of(name, NORMS.get(name, ["none"])[0]) | {"replicas": 1} | changes
        (network,), _ = drawn(name, cell, dataset, images, labels)
        found.append(torch.nn.utils.parameters_to_vector(network.parameters()))
    assert torch.equal(*found)
