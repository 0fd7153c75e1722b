"""Init functions as public code has them run as initializers, with at most three changed lines.

Each pair below is the function as it is found, and the initializer that is made of it.
"""

import functools
import math

import pytest
import torch
from torch import nn

from helpers.initializing import initial_networks
from initstudy.networks.architectures import lenet5
from initstudy.networks.residual import Block, FixupBlock, resnet
from initstudy.training.initial_check import InitialCheck


def dcgan(module):
    """As in PyTorch's DCGAN example: by the class's name, from the global generator."""
    name = module.__class__.__name__
    if name.find("Conv") != -1:
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif name.find("BatchNorm") != -1:
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def torchvision_vgg(model):
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.constant_(module.bias, 0)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01)
            nn.init.constant_(module.bias, 0)


def torchvision_resnet(model, zero_init_residual=True):
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
            nn.init.constant_(module.weight, 1)
            nn.init.constant_(module.bias, 0)
    if zero_init_residual:
        for module in model.modules():
            if isinstance(module, Block):  # changed: BasicBlock
                nn.init.constant_(module.norm2.weight, 0)  # changed: bn2


def vision_transformer(module, name=""):
    """As timm's: truncated normal weights, by named_apply."""
    if isinstance(module, nn.Linear | nn.Conv2d):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def efficientnet(module):
    """As timm's goog init: by hand from fan_out, and uniform for the classifier."""
    if isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
        module.weight.data.normal_(0, math.sqrt(2.0 / (fan_out // module.groups)))
        if module.bias is not None:
            module.bias.data.zero_()
    elif isinstance(module, nn.Linear):
        bound = 1.0 / math.sqrt(module.weight.size(0))
        module.weight.data.uniform_(-bound, bound)
        module.bias.data.zero_()


def identity_mapping(module):
    if isinstance(module, nn.Conv2d):
        nn.init.dirac_(module.weight)


def leaky(model, a=0.1):
    """As fast.ai's: kaiming_normal_ with a slope, returns the model."""
    if getattr(model, "bias", None) is not None:
        nn.init.constant_(model.bias, 0)
    if isinstance(model, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(model.weight, a)
    for child in model.children():
        leaky(child, a)
    return model


def numpy_like(model):
    """By Python's and numpy's global generators, as older code has it."""
    import random

    import numpy as np

    for parameter in model.parameters():
        scale = random.uniform(0.01, 0.02)
        parameter.data = torch.from_numpy(np.random.randn(*parameter.shape) * scale).float()  # noqa: NPY002


def fixup(model):
    """As in the constructor of the authors' ResNet for CIFAR."""
    blocks = [module for module in model.modules() if isinstance(module, FixupBlock)]
    for module in model.modules():
        if isinstance(module, FixupBlock):
            shape = module.conv1.weight.shape
            std = math.sqrt(2 / (shape[0] * math.prod(shape[2:]))) * len(blocks) ** -0.5
            nn.init.normal_(module.conv1.weight, mean=0, std=std)
            nn.init.constant_(module.conv2.weight, 0)
        elif isinstance(module, nn.Linear):
            nn.init.constant_(module.weight, 0)
            nn.init.constant_(module.bias, 0)


def of_modules(function):
    """`model.apply(function)`, as an initializer."""
    return lambda network, context: network.apply(function)


def of_models(function, **options):
    return lambda network, context: function(network, **options)


FUNCTIONS = {
    "DCGAN": (of_modules(dcgan), True),
    "torchvision's VGG": (of_models(torchvision_vgg), True),
    "torchvision's ResNet": (of_models(torchvision_resnet), True),
    "vision transformer": (of_modules(vision_transformer), True),
    "EfficientNet": (of_modules(efficientnet), True),
    "dirac_": (of_modules(identity_mapping), True),
    "kaiming with a slope": (of_models(leaky, a=0.1), True),
    "numpy and random": (of_models(numpy_like), True),
    "Fixup": (of_models(fixup), True),
    "orthogonal_": (of_modules(lambda module: _weights(module, nn.init.orthogonal_)), True),
    "constant_": (
        of_modules(lambda module: _weights(module, functools.partial(nn.init.constant_, val=0.01))),
        False,
    ),
}
"""Name -> the initializer, and whether replicas differ."""
NETWORKS = {
    "lenet5": lambda: lenet5(10, 3, "batch"),
    "resnet": lambda: resnet(10, 8, "batch", width=4),
    "resnet for Fixup": lambda: resnet(10, 8, "none", width=4, fixup=True),
}


def _weights(module, function):
    if isinstance(module, nn.Conv2d | nn.Linear):
        function(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def drawn(name, network, count=2):
    """The networks of replicas, made and checked as a job makes and checks them."""
    initializer, _ = FUNCTIONS[name]
    check = InitialCheck(network, name, classes=10)
    return initial_networks(NETWORKS[network], initializer, count, check)


def flat(network):
    return nn.utils.parameters_to_vector(network.parameters())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_runs_reproducibly_and_replicas_are_its_own(name, network):
    first, second = drawn(name, network)
    torch.manual_seed(1)  # whatever was drawn before
    again, *_ = drawn(name, network, count=3)
    assert torch.equal(flat(first), flat(again))
    _, differ = FUNCTIONS[name]
    assert torch.equal(flat(first), flat(second)) != differ
