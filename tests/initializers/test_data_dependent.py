"""LSUV, Kraehenbuehl and consistency: the moments that they promise, in every layer."""

import dataclasses
import warnings

import lsuv as published_lsuv
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from helpers.initializing import CLASSES, inputs, made, make_context, preactivations
from helpers.small_data import BLANK, bare_context
from initstudy.initializers.consistency import consistency
from initstudy.initializers.data_dependent import (
    kraehenbuehl,
    lsuv,
    rates_of_change,
    salimans_kingma,
)
from initstudy.initializers.orthogonal import orthogonal
from initstudy.networks.architectures import plain
from initstudy.networks.layers import weighted_layers

SIZE = 512

# Per method and options: the unit whose variance is promised, and the tolerance of the promise.
PROMISES = {
    "lsuv": (lsuv, {}, "layer", 0.1),
    "lsuv, tight": (lsuv, {"tolerance": 1e-4}, "layer", 1e-3),
    "kraehenbuehl, within": (kraehenbuehl, {"max_iterations": 0}, "channel", 1e-3),
    "consistency, scalar": (consistency, {"match": "scalar"}, "layer", 1e-3),
    "consistency, channel": (consistency, {"match": "channel"}, "channel", 1e-3),
}


def variances(outputs, unit):
    """Of the whole layer or of each channel, with their standard errors.

    Positions of an image are not independent: the error comes from the images' own mean squares.
    """
    values = outputs.double() if unit == "channel" else outputs.double().reshape(-1, 1)
    squares = (values - values.mean(dim=0)).square()
    by_image = squares.reshape(SIZE, -1, values.shape[1]).mean(dim=1)
    return by_image.mean(dim=0), by_image.std(dim=0) / SIZE**0.5


@pytest.mark.parametrize("architecture", ["lenet5", "plain"])
@pytest.mark.parametrize("name", PROMISES)
def test_every_layer_has_the_promised_variance(name, architecture):
    """On the calibration batch closely, on a fresh one within 6 standard errors of both batches'.

    That is a false-alarm rate of about 1e-6 over all of them.
    """
    initializer, options, unit, tolerance = PROMISES[name]
    network = plain(CLASSES, 6, "none") if architecture == "plain" else None
    context = make_context(SIZE, output_std=0.5)
    network, _ = made(initializer, network, context, **options)
    on_calibration = preactivations(network, context.images)
    on_fresh = preactivations(network, inputs(SIZE, seed=7))
    last = list(on_calibration)[-1]
    for layer, outputs in on_calibration.items():
        target = 0.25 if layer == last and initializer is consistency else 1.0
        found, error = variances(outputs, unit)
        torch.testing.assert_close(found, torch.full_like(found, target), rtol=tolerance, atol=0)
        fresh, fresh_error = variances(on_fresh[layer], unit)
        within = 6 * (error.square() + fresh_error.square()).sqrt()
        assert ((fresh - found).abs() < within).all(), layer


@pytest.mark.parametrize(
    ("initializer", "options"), [(kraehenbuehl, {"max_iterations": 0}), (consistency, {})]
)
def test_methods_by_channel_centre_every_channel(initializer, options):
    context = make_context(SIZE)
    network, _ = made(initializer, None, context, **options)
    for outputs in preactivations(network, context.images).values():
        assert outputs.mean(dim=0).abs().max() < 1e-5


def test_salimans_and_kingmas_start_is_that_of_weight_normalization():
    """Scale and bias of torch's weight_norm, set by the formulas of the paper's section 3."""
    context = make_context(SIZE)
    network, cost = made(salimans_kingma, plain(CLASSES, 4, "none"), context)
    assert cost.samples == SIZE
    context = make_context(SIZE)
    theirs = plain(CLASSES, 4, "none")
    x = context.images
    with torch.no_grad():
        for module in theirs:
            if isinstance(module, nn.Conv2d | nn.Linear):
                weight_norm(module)
                direction, scale = (
                    module.parametrizations.weight.original1,
                    module.parametrizations.weight.original0,
                )
                direction.normal_(0, 0.05, generator=context.generator)
                scale.fill_(1)
                module.bias.zero_()
                dims = (0, 2, 3)[: x.dim() - 1]
                t = module(x)
                std = t.std(dim=dims, correction=0)
                scale /= std.view_as(scale)
                module.bias -= t.mean(dim=dims) / std
            x = module(x)
        torch.testing.assert_close(network(context.images), x, rtol=1e-3, atol=1e-3)


def test_joint_match_whitens_what_it_knows_and_centres_every_layer():
    """C1 has 400,000 outputs, on 5x5 patches of colour: hardly any shrinkage, no floor."""
    context = make_context(SIZE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network, _ = made(consistency, None, context, match="joint")
    outputs = preactivations(network, context.images)
    for values in outputs.values():
        assert values.mean(dim=0).abs().max() < 1e-4
    covariance = outputs["C1"].double().T.cov(correction=0)
    torch.testing.assert_close(covariance, torch.eye(6, dtype=torch.float64), rtol=0, atol=0.02)


def test_lsuv_agrees_with_the_published_package():
    """The package normalises the first layer too, so all layers are compared.

    Same orthogonal weights, same batch, tolerances so tight that each layer is scaled just once
    (in its later attempts at a layer the package corrects another one, the first).
    """
    context = make_context(SIZE)
    theirs, _ = made(orthogonal, context=bare_context(0))
    published_lsuv.lsuv_with_singlebatch(
        theirs, context.images, std_tol=1e-4, do_orthonorm=False, verbose=False
    )
    ours, _ = made(lsuv, None, context, tolerance=1e-4)
    expected = preactivations(theirs, context.images)
    for name, outputs in preactivations(ours, context.images).items():
        torch.testing.assert_close(outputs.var(), expected[name].var(), rtol=1e-3, atol=0)
        torch.testing.assert_close(
            ours.get_submodule(name).weight, theirs.get_submodule(name).weight, rtol=1e-3, atol=1e-6
        )


def test_lsuv_stops_within_its_tolerance_and_charges_its_passes():
    context = make_context(SIZE)
    network, calibration = made(lsuv, None, context, tolerance=1e6)
    expected, _ = made(orthogonal, context=bare_context(0))
    assert torch.equal(network.C5.weight, expected.C5.weight)
    assert calibration.samples == SIZE
    _, calibration = made(lsuv, None, make_context(SIZE), tolerance=1e-4)
    assert calibration.samples == 2 * SIZE


def relative_rates(network, images):
    """The paper's rate of change of each layer, from one gradient an image."""
    weights = [layer.weight for layer in weighted_layers(network, BLANK).values()]
    generator = torch.Generator().manual_seed(1)
    squares = torch.zeros(len(weights))
    for image in images:
        direction = torch.randn(1, CLASSES, generator=generator)
        loss = (direction * network(image[None])).sum()
        gradients = torch.autograd.grad(loss, weights)
        squares += torch.stack([gradient.square().sum() for gradient in gradients])
    norms = torch.stack([weight.detach().norm() for weight in weights])
    return (squares / len(images)).sqrt() / norms


def test_kraehenbuehl_balances_the_layers_and_computes_the_same_function():
    context = make_context(SIZE)
    within, _ = made(kraehenbuehl, None, make_context(SIZE), max_iterations=0)
    between, calibration = made(kraehenbuehl, None, context)
    with torch.no_grad():
        torch.testing.assert_close(
            between(context.images), within(context.images), rtol=1e-3, atol=1e-3
        )
    before = relative_rates(within, context.images[:128])
    after = relative_rates(between, context.images[:128])
    # By other losses, on some of the images: what is left is their noise.
    assert after.log().std() < 0.2 * before.log().std()
    assert 10 * SIZE < calibration.samples < 40 * SIZE
    assert calibration.backward_samples == calibration.samples - SIZE


def test_kraehenbuehls_rates_are_within_a_hundredth_of_each_other():
    """As in the authors' code; on the images and the loss that decided."""
    context = make_context(SIZE)
    network, _ = made(kraehenbuehl, None, context)
    again = make_context(SIZE)
    for layer in weighted_layers(network, BLANK).values():
        nn.init.normal_(torch.empty_like(layer.weight), generator=again.generator)
    direction = torch.randn(SIZE, CLASSES, generator=again.generator)
    rates = rates_of_change(network, again, direction)
    assert rates.max() / rates.min() <= 1.0101


def test_inputs_without_variance_give_finite_weights():
    constant = dataclasses.replace(make_context(SIZE), images=torch.zeros(8, 3, 32, 32))
    for initializer, options in [
        (lsuv, {}),
        (kraehenbuehl, {"max_iterations": 0}),
        (consistency, {}),
    ]:
        network, _ = made(initializer, None, constant, **options)
        assert nn.utils.parameters_to_vector(network.parameters()).isfinite().all()
