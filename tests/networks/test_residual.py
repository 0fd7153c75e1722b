"""The residual network of the catalogue."""

import pytest
import torch

from helpers.small_data import BLANK
from initstudy.core.errors import InputError
from initstudy.networks.branches import residual_branches
from initstudy.networks.layers import weighted_layers
from initstudy.networks.replicated.checked import replicate
from initstudy.networks.residual import resnet


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85)])
def test_it_has_as_many_parameters_as_published(depth, millions):
    """He et al. (2015), table 6."""
    count = sum(parameter.numel() for parameter in resnet(10, depth, "batch").parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.006)


@pytest.mark.parametrize(
    "options",
    [
        {"norm": "none"},
        {"norm": "batch"},
        {"norm": "none", "branch_scale": True},
        {"norm": "batch", "branch_scale": True},
        {"norm": "none", "fixup": True},
    ],
)
def test_it_is_replicated_by_its_operations(options, capsys):
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    network = replicate([resnet(10, 8, **options) for _ in range(3)], images)
    assert network(images).shape == (3, 4, 10)
    assert not capsys.readouterr().err


def test_its_branches_are_found():
    network = resnet(10, 20, "batch")
    branches = residual_branches(network, BLANK)
    assert len(branches) == 9
    assert all(len(branch.layers) == len(branch.norms) == 2 for branch in branches)
    assert not any(branch.shortcut or branch.scales for branch in branches)
    assert branches[0].last_norm == "blocks.1_1.norm2"
    assert len(weighted_layers(network, BLANK)) == 20


def test_scales_of_its_branches_are_found():
    for options in ({"branch_scale": True}, {"fixup": True}):
        branches = residual_branches(resnet(10, 8, "none", **options), BLANK)
        names = [branch.scales for branch in branches]
        assert names == [(f"blocks.{stage}_1.scale",) for stage in (1, 2, 3)]
        assert not any(branch.last_norm for branch in branches)


def test_a_shortcut_keeps_every_second_pixel_and_appends_zeros():
    network = resnet(10, 8, "none")
    block = network.blocks[1]
    for layer in (block.conv1, block.conv2):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    images = torch.rand(2, 16, 32, 32)
    expected = torch.cat([images[:, :, ::2, ::2], torch.zeros(2, 16, 16, 16)], dim=1)
    assert torch.equal(block(images), expected)


@pytest.mark.parametrize("depth", [7, 2, 9])
def test_other_depths_are_refused(depth):
    with pytest.raises(InputError, match="6n"):
        resnet(10, depth, "none")
