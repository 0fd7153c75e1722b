"""What the tests of initializers share: data with structure, and a context on them."""

import functools

import numpy as np
import torch

from helpers.small_data import bare_context
from initstudy.core import seeds
from initstudy.initializers import Context, initialize
from initstudy.networks.architectures import lenet5
from initstudy.networks.layers import after_each_layer
from initstudy.optimizers import make_optimizer
from initstudy.training.batches import Normalizer
from initstudy.training.initial import LabelledBatches

CLASSES = 10


@functools.cache
def labelled_images(count, seed=0):
    """uint8 images, correlated in space and colour like photographs, and the labels they show."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, CLASSES, count)
    templates = np.random.default_rng(99).normal(size=(CLASSES, 3, 8, 8))
    coarse = templates[labels] + random.normal(size=(count, 3, 8, 8))
    coarse += random.normal(size=(count, 1, 1, 1))
    fine = coarse.repeat(4, axis=2).repeat(4, axis=3) + random.normal(size=(count, 3, 32, 32)) / 2
    return (128 + 25 * fine).clip(0, 255).astype(np.uint8), labels.astype(np.int64)


@functools.cache
def normalizer():
    images, _ = labelled_images(1000, seed=1)
    pixels = images / 255
    return Normalizer(pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3)), torch.device("cpu"))


def inputs(count, seed=0):
    """Normalised network inputs."""
    return normalizer()(torch.from_numpy(labelled_images(count, seed)[0]))


def make_context(size=512, replica=0, optimizer="adam", learning_rate=1e-3, output_std=0.1):
    """A context with `size` calibration inputs and 2,048 labelled ones."""
    images, labels = labelled_images(2048, seed=2)
    generator = seeds.generator(seeds.CALIBRATION, replica)
    return Context(
        generator=seeds.generator(seeds.WEIGHTS, replica),
        images=inputs(size, seed=3),
        labelled_batch=LabelledBatches(images, labels, normalizer(), generator),
        optimizer=lambda parameters: make_optimizer(optimizer, parameters, learning_rate, 0.9),
        output_std=output_std,
    )


def initial_networks(construct, initializer, count, check):
    """Networks made and checked as a job does it; construct: of one, check: an InitialCheck."""
    networks = []
    for replica in range(count):
        with seeds.global_generators(seeds.GLOBAL, replica, 0):
            network = construct()
        context = bare_context(replica)
        with seeds.global_generators(seeds.GLOBAL, replica, 1), check.of(network, context):
            initialize(network, initializer, {}, context)
        networks.append(network)
    check.replicas_differ(networks)
    return networks


def preactivations(network, images):
    """Every weighted layer's outputs, one row a position, by the layer's name."""
    found = {}
    with torch.no_grad(), after_each_layer(network, found.__setitem__):
        network(images)
    return found


def made(initializer, network=None, context=None, **options):
    """A network, LeNet-5 by default, that `initializer` has set; and the calibration."""
    network = lenet5(CLASSES, 3, "none") if network is None else network
    context = make_context() if context is None else context
    return network, initialize(network, initializer, options, context)


# Two steps show as much as hundreds.
SHORTENED = {"metainit": {"steps": 2}, "gradinit": {"iterations": 2}}
SHORTENED["gradinit_own_rate"] = SHORTENED["gradinit"]
# Those that need a network of their own kind, and its options; the others get LeNet-5.
RESIDUAL = {
    "fixup": {"fixup": True},
    "skipinit": {"branch_scale": True},
    "rezero": {"branch_scale": True},
    "zero_gamma": {},
}
