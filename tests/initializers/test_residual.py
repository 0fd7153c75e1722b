"""Initializers for residual networks, against formulas of their publications."""

import math
import statistics

import pytest
import torch
from torch import nn

from helpers.initializing import make_context
from helpers.small_data import BLANK, bare_context
from initstudy.core.errors import InputError
from initstudy.initializers import initialize
from initstudy.initializers.consistency import consistency
from initstudy.initializers.fixed import he_normal, pytorch_default
from initstudy.initializers.orthogonal import zero_hadamard
from initstudy.initializers.residual import fixup, rezero, skipinit, zero_gamma
from initstudy.networks.architectures import lenet5
from initstudy.networks.branches import residual_branches
from initstudy.networks.layers import after_each_layer, weighted_layers
from initstudy.networks.residual import resnet

IMAGES = torch.randn(64, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def initialized(initializer, depth=20, norm="none", context=None, options=None, **network):
    made = resnet(10, depth, norm, **network)
    context = bare_context(0) if context is None else context
    initialize(made, initializer, options or {}, context)
    return made


def block_signals(network, images):
    """The second moments of what goes into every block, and of what its branch ends in."""
    befores, branches = [], []
    hooks = []
    for block in network.blocks:
        hooks += [
            block.register_forward_pre_hook(lambda _, given: befores.append(moment(given[0]))),
            block.norm2.register_forward_hook(lambda *given: branches.append(moment(given[-1]))),
        ]
    with torch.no_grad():
        network(images)
    for hook in hooks:
        hook.remove()
    return list(zip(befores, branches, strict=True))


def moment(signal):
    return signal.square().mean().item()


def test_fixup_draws_as_published():
    """Zhang et al. (2019), section 3.2: 9 branches of 2 layers scale He's weights by 9^(-1/2)."""
    network = initialized(fixup, width=64, fixup=True)
    for block in network.blocks:
        fan_out = block.conv1.out_channels * 9
        std = math.sqrt(2 / fan_out) * 9**-0.5
        assert block.conv1.weight.std().item() == pytest.approx(std, rel=0.02)
        assert not block.conv2.weight.any()
        assert block.scale.item() == 1
        for bias in (block.bias1a, block.bias1b, block.bias2a, block.bias2b):
            assert bias.item() == 0
    assert network.stem.weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.05)
    for parameter in network.logits.parameters():
        assert not parameter.any()


def test_fixup_has_as_many_scalars_as_the_authors_block():
    """Their ResNet-20 has 5 scalars in each of 9 blocks, one behind the stem, one at the end."""
    count = sum(parameter.numel() for parameter in resnet(10, 20, "none", fixup=True).parameters())
    weights = sum(
        layer.weight.numel() for layer in weighted_layers(resnet(10, 20, "none"), BLANK).values()
    )
    assert count == weights + 10 + 9 * 5 + 2


def test_fixup_sets_scales_and_no_other_scalar():
    network = resnet(10, 8, "none", fixup=True)
    network.blocks[0].activation = nn.PReLU()
    with torch.no_grad():
        network.blocks[0].scale.fill_(0.5)
    initialize(network, fixup, {}, bare_context(0))
    assert network.blocks[0].scale.item() == 1
    assert network.blocks[0].activation.weight.item() == 0.25
    assert network.stem_norm.bias.item() == network.shift.bias.item() == 0


@pytest.mark.parametrize(
    ("initializer", "base"), [(skipinit, he_normal), (rezero, pytorch_default)]
)
def test_scalars_of_branches_start_at_zero_and_weights_as_usual(initializer, base):
    network = initialized(initializer, branch_scale=True)
    expected = initialized(base, branch_scale=True)
    assert [block.scale.item() for block in network.blocks] == 9 * [0]
    for name, layer in weighted_layers(network, BLANK).items():
        assert torch.equal(layer.weight, expected.get_submodule(name).weight)


def test_skipinit_may_start_elsewhere():
    network = initialized(skipinit, branch_scale=True, options={"scale": 1 / 3})
    assert network.blocks[4].scale.item() == pytest.approx(1 / 3)


def test_zero_gamma_is_the_last_norm_of_every_branch():
    """As `zero_init_residual` of torchvision's ResNet does."""
    network = initialized(zero_gamma, norm="batch")
    for block in network.blocks:
        assert not block.norm2.weight.any()
        assert block.norm1.weight.all()
    assert network.stem_norm.weight.all()


def test_zero_hadamard_ends_branches_with_zeros():
    network = initialized(zero_hadamard)
    for block in network.blocks:
        assert not block.conv2.weight.any()
        assert block.conv1.weight.any()
    assert network.logits.weight.any()


@pytest.mark.parametrize(
    ("initializer", "made", "reason"),
    [
        (fixup, lambda: lenet5(10, 3, "none"), "fixup is about residual branches"),
        (zero_gamma, lambda: lenet5(10, 3, "batch"), "zero_gamma is about residual branches"),
        (fixup, lambda: resnet(10, 8, "none"), "fixup needs its scalars .* fixup: true"),
        (fixup, lambda: resnet(10, 8, "none", branch_scale=True), "fixup: true"),
        (skipinit, lambda: resnet(10, 8, "none"), "skipinit needs a scalar .* branch_scale: true"),
        (rezero, lambda: resnet(10, 8, "batch"), "rezero needs a scalar"),
        (
            zero_gamma,
            lambda: resnet(10, 8, "none"),
            "zero_gamma needs a norm.* norm: batch",
        ),
    ],
)
def test_a_network_that_lacks_what_it_needs_is_refused(initializer, made, reason):
    with pytest.raises(InputError, match=reason):
        initialize(made(), initializer, {}, bare_context(0))


def test_a_network_of_two_kinds_is_refused():
    with pytest.raises(InputError, match="fixup: its scalars replace norm"):
        resnet(10, 8, "batch", fixup=True)


# What is known of deep networks at their start.


@pytest.mark.parametrize("depth", [20, 98])
def test_hes_weights_let_the_second_moment_grow_in_every_block(depth):
    """Without normalisation a branch has twice the second moment of its input, which is behind a
    ReLU, and is added to it (Zhang et al. 2019, section 2). Zeros at the border take a tenth."""
    network = initialized(he_normal, depth, context=bare_context(0), width=64)
    blocks = block_signals(network, IMAGES[:8])
    ratios = [branch / before for before, branch in blocks[: len(blocks) // 3]]
    assert statistics.geometric_mean(ratios) == pytest.approx(1.85, rel=0.15)
    befores = [before for before, _ in blocks]
    growth = (befores[-1] / befores[0]) ** (1 / (len(blocks) - 1))
    assert 1.5 < growth < 2.5


@pytest.mark.parametrize("depth", [20, 98])
@pytest.mark.parametrize(
    ("initializer", "network"),
    [
        (fixup, {"fixup": True}),
        (skipinit, {"branch_scale": True}),
        (rezero, {"branch_scale": True}),
        (zero_gamma, {"norm": "batch"}),
        (zero_hadamard, {}),
    ],
)
def test_others_start_every_block_as_its_shortcut(initializer, network, depth):
    made = initialized(initializer, depth, **network)
    before = []
    hooks = [
        block.register_forward_hook(lambda _, given, output: before.append((given[0], output)))
        for block in made.blocks
    ]
    with torch.no_grad():
        made(IMAGES[:4])
    for hook in hooks:
        hook.remove()
    for given, output in before:
        kept = output[:, : given.shape[1]]
        stride = given.shape[-1] // output.shape[-1]
        torch.testing.assert_close(kept, given[:, :, ::stride, ::stride], rtol=0, atol=1e-6)


@pytest.mark.parametrize("branch_std", [None, 0.5])
def test_consistency_shares_the_sum_among_its_branches(branch_std):
    context = make_context(256)
    network = initialized(consistency, 20, context=context, options={"branch_std": branch_std})
    found = {}
    with torch.no_grad(), after_each_layer(network, found.__setitem__):
        network(context.images)
    branches = residual_branches(network, BLANK)
    ends = {branch.layers[-1] for branch in branches}
    assert len(ends) == 9
    for name, outputs in found.items():
        tau = (branch_std or 1 / 3) if name in ends else 0.1 if name == "logits" else 1.0
        deviations = outputs.double().std(dim=0, correction=0)
        torch.testing.assert_close(deviations, torch.full_like(deviations, tau), rtol=1e-3, atol=0)
    # Nine times a ninth is added.
    befores = [before for before, _ in block_signals(network, context.images)]
    assert branch_std or befores[-1] < 2 * befores[0]


def test_a_network_whose_branches_cannot_be_found_is_told_of():
    class Deciding(nn.Module):
        def __init__(self):
            super().__init__()
            self.flatten, self.logits = nn.Flatten(), nn.Linear(3072, 10)

        def forward(self, x):
            return self.logits(self.flatten(x)) if x.sum() < 1e9 else x

    network = Deciding()
    with pytest.warns(UserWarning, match="cannot be found"):
        initialize(network, consistency, {}, make_context(64))
