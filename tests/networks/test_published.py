"""Networks of other publications: as many parameters as published, replicated as fast as any."""

import pytest
import torch

from initstudy.core.errors import InputError
from initstudy.networks.activations import ACTIVATIONS
from initstudy.networks.architectures import lenet5, plain
from initstudy.networks.published import all_cnn_c, deepobs_3c3d, vgg
from initstudy.networks.replicated.checked import replicate
from initstudy.networks.residual import resnet


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(("depth", "millions"), [(11, 133), (13, 133), (16, 138), (19, 144)])
def test_vgg(depth, millions):
    """Simonyan & Zisserman (2014), table 2."""
    with torch.device("meta"):
        network = vgg(1000, depth, "none", size=224, hidden=4096)
    assert round(parameters(network) / 1e6) == millions


def test_3c3d():
    """As Dangel et al. (2020), table 3, count them, on CIFAR-10."""
    assert parameters(deepobs_3c3d(10, "none")) == 895_210


def test_all_cnn_c():
    """As the same table counts them on CIFAR-100."""
    assert parameters(all_cnn_c(10, "none")) == 1_369_738
    assert parameters(all_cnn_c(100, "none")) == 1_387_108


MADE = {
    "vgg": lambda **given: vgg(depth=11, width=4, hidden=8, **given),
    "3c3d": deepobs_3c3d,
    "all_cnn_c": lambda size, **given: all_cnn_c(width=4, **given),
    "resnet": lambda size, **given: resnet(depth=8, width=4, **given),
    "lenet5": lambda **given: lenet5(depth=4, **given),
    "plain": lambda **given: plain(depth=4, width=4, **given),
}


@pytest.mark.parametrize(("norm", "size"), [("none", 64), ("batch", 32)])
@pytest.mark.parametrize("name", MADE)
def test_networks_of_the_catalogue_need_no_slower_way(name, norm, size, capsys):
    made = [MADE[name](classes=10, norm=norm, size=size) for _ in range(2)]
    images = torch.randn(4, 3, size, size, generator=torch.Generator().manual_seed(0))
    assert replicate(made, images)(images).shape == (2, 4, 10)
    assert not capsys.readouterr().err


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nor_does_any_activation(activation, capsys):
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    for architecture, depth in ((lenet5, 3), (resnet, 8)):
        made = [architecture(10, depth, "none", activation) for _ in range(2)]
        assert replicate(made, images)(images).shape == (2, 4, 10)
    assert not capsys.readouterr().err


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: vgg(10, 12, "none"), "depth 12: vgg has one of 11, 13, 16, 19 layers"),
        (lambda: vgg(10, 11, "none", size=31), "size 31: .* at least 32"),
        (lambda: deepobs_3c3d(10, "none", size=16), "size 16: .* at least 20"),
        (lambda: lenet5(10, 3, "none", size=15), "size 15: .* at least 16"),
        (lambda: plain(10, 3, "none", size=30), "size 30: .* multiple of 4"),
        (lambda: all_cnn_c(10, "layer"), "norm 'layer': choose none or batch"),
        (lambda: all_cnn_c(10, "none", "swish"), "activation 'swish': choose one of relu"),
    ],
)
def test_what_they_cannot_be_is_refused(made, reason):
    with pytest.raises(InputError, match=reason):
        made()
