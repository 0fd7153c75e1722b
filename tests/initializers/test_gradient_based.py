"""MetaInit and GradInit against plain autograd computations of the papers' objectives."""

import copy
import inspect
import math
from collections import Counter, OrderedDict

import pytest
import torch
from torch import nn
from torch.func import functional_call, hessian

from helpers.initializing import CLASSES, made, make_context
from helpers.small_data import BLANK, bare_context
from initstudy.core.plugins import load_function
from initstudy.initializers.fixed import he_normal
from initstudy.initializers.gradient_based import gradient_quotient, gradinit, metainit
from initstudy.networks.layers import weighted_layers
from initstudy.study.checks.functions import BUDGETS

EPSILON = 1e-5
NAMES = ("C1", "C2", "logits")


def tiny_network():
    """Small enough for its whole Hessian."""
    modules = {
        "C1": nn.Conv2d(3, 4, kernel_size=4, stride=4),
        "relu": nn.ReLU(),
        "C2": nn.Conv2d(4, 4, kernel_size=3, stride=2),
        "relu2": nn.ReLU(),
        "pool": nn.MaxPool2d(3),
        "flatten": nn.Flatten(),
        "logits": nn.Linear(4, CLASSES),
    }
    return nn.Sequential(OrderedDict(modules))


def noise(size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(size, 3, 32, 32, generator=generator)
    return images, torch.randint(CLASSES, (size,), generator=generator)


def explicit_quotient(network, images, labels):
    """The gradient quotient from the whole Hessian matrix."""
    parameters = dict(network.named_parameters())
    shapes = [parameter.shape for parameter in parameters.values()]
    flat = torch.cat([parameter.detach().flatten() for parameter in parameters.values()])

    def loss(vector):
        parts = vector.split([shape.numel() for shape in shapes])
        values = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        named = dict(zip(parameters, values, strict=True))
        return nn.functional.cross_entropy(functional_call(network, named, (images,)), labels)

    gradient = torch.autograd.functional.jacobian(loss, flat)
    moved = gradient - hessian(loss)(flat) @ gradient
    guard = torch.where(gradient >= 0, EPSILON, -EPSILON)
    return float((moved / (gradient + guard) - 1).abs().mean())


def multiples(network, reference):
    """The factor by which every weight is a multiple of the reference's, which is checked."""
    pairs = zip(
        weighted_layers(network, BLANK).values(),
        weighted_layers(reference, BLANK).values(),
        strict=True,
    )
    factors = []
    for layer, original in pairs:
        weight, drawn = layer.weight.detach(), original.weight.detach()
        factors.append(float((weight * drawn).sum() / drawn.square().sum()))
        torch.testing.assert_close(weight, factors[-1] * drawn, rtol=1e-4, atol=1e-6)
    return factors


def test_gradient_quotient_is_that_of_the_whole_hessian():
    network, _ = made(he_normal, tiny_network().double(), bare_context(0))
    images, labels = noise()
    found = gradient_quotient(network, images.double(), labels, EPSILON).detach()
    expected = explicit_quotient(network, images.double(), labels)
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_metainit_lowers_the_gradient_quotient():
    before, _ = made(he_normal, tiny_network(), bare_context(0))
    after, calibration = made(metainit, tiny_network(), bare_context(0), steps=100)
    quotients = [
        sum(explicit_quotient(network, *noise(seed=seed)) for seed in range(2))
        for network in (before, after)
    ]
    assert quotients[1] < 0.5 * quotients[0]
    assert multiples(after, before) != [1, 1, 1]
    assert (calibration.samples, calibration.steps) == (100 * 64, 100)


def test_a_step_of_metainit_goes_down_the_slope_by_each_norm():
    """Every norm changes by the learning rate, against the sign of a finite difference."""
    after, _ = made(metainit, tiny_network(), bare_context(0), steps=1, batch_size=16)
    # The batch that the step saw: drawn after the weights, inputs first.
    context = bare_context(0)
    before = made(he_normal, tiny_network(), context)[0].double()
    images = torch.randn(16, 3, 32, 32, generator=context.generator).double()
    labels = torch.randint(CLASSES, (16,), generator=context.generator)
    for name, layer in weighted_layers(before, BLANK).items():
        quotients = []
        for factor in (1 + 1e-6, 1 - 1e-6):
            with torch.no_grad():
                layer.weight *= factor
            quotients.append(explicit_quotient(before, images, labels))
            with torch.no_grad():
                layer.weight /= factor
        change = after.get_submodule(name).weight.norm() - layer.weight.norm()
        expected = -0.1 if quotients[0] > quotients[1] else 0.1
        assert float(change.detach()) == pytest.approx(expected, abs=1e-4)


OPTIMIZERS = {"sgd": 0.1, "adam": 0.01}


def loss_after_a_step(network, optimizer, seed):
    """GradInit's objective on fresh batches, by PyTorch's own optimizer; and the gradient's norm.

    As in the paper, half of the second batch is that of the step.
    """
    stepped, _ = made(he_normal, tiny_network(), bare_context(0))
    stepped.load_state_dict(network.state_dict())
    images, labels = make_context(8, replica=100 + seed).labelled_batch(192)
    nn.functional.cross_entropy(stepped(images[:128]), labels[:128]).backward()
    gradient = torch.cat([parameter.grad.flatten() for parameter in stepped.parameters()])
    kind = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
    kind(stepped.parameters(), OPTIMIZERS[optimizer]).step()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(stepped(images[64:]), labels[64:])
    return float(loss), float(gradient.norm())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gradinit_lowers_the_loss_after_a_step(optimizer):
    before, _ = made(he_normal, tiny_network(), bare_context(0))
    context = make_context(8, optimizer=optimizer, learning_rate=OPTIMIZERS[optimizer])
    after, calibration = made(gradinit, tiny_network(), context, iterations=60)
    measured = {
        name: torch.tensor([loss_after_a_step(network, optimizer, seed) for seed in range(5)])
        for name, network in {"before": before, "after": after}.items()
    }
    assert measured["after"][:, 0].mean() < measured["before"][:, 0].mean() - 0.05
    assert min(multiples(after, before)) > 0
    assert calibration.steps == 60
    assert 60 * 128 <= calibration.samples <= 60 * 256


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step_of_gradinit_goes_down_the_slope_by_each_scale(optimizer):
    """Without a bound, Adam's first step changes every scale by its rate, against the sign of a
    finite difference of the loss after a step that counts as constant."""
    eta = 10 * OPTIMIZERS[optimizer]
    options = {"iterations": 1, "gamma": 1e6, "step": "own"}
    context = make_context(8, optimizer=optimizer, learning_rate=eta)
    after, _ = made(gradinit, tiny_network(), context, **options)
    before = made(he_normal, tiny_network(), bare_context(0))[0].double()
    batches = make_context(8).labelled_batch
    (images, labels), (new_images, new_labels) = batches(128), batches(64)
    nn.functional.cross_entropy(before(images.double()), labels).backward()
    images = torch.cat([images[:64], new_images]).double()
    labels = torch.cat([labels[:64], new_labels])

    @torch.no_grad()
    def loss(scaled, factor):
        parameters = {}
        for name, parameter in before.named_parameters():
            step = parameter.grad.sign() if optimizer == "adam" else parameter.grad
            parameters[name] = (factor if name == scaled else 1) * parameter - eta * step
        return nn.functional.cross_entropy(functional_call(before, parameters, (images,)), labels)

    slopes = [loss(f"{name}.weight", 1.001) - loss(f"{name}.weight", 0.999) for name in NAMES]
    expected = [0.99 if slope > 0 else 1.01 for slope in slopes]
    assert multiples(after, before.float()) == pytest.approx(expected, abs=1e-5)


def published_gradinit(network, batches, iterations, rate, gamma, eta=0.1):
    """The factor of every weight after the authors' algorithm for SGD, in numbers one by one.

    Weights themselves are rescaled; what is learnt is each one's multiple alpha of what it was.
    """
    weights = [layer.weight for layer in weighted_layers(network, BLANK).values()]
    state = [
        {"alpha": 1.0, "first": {"gnorm": 0.0, "loss": 0.0}, "second": 0.0, "steps": Counter()}
        for _ in weights
    ]
    kinds = []
    for _ in range(iterations):
        images, labels = batches(128)
        loss = nn.functional.cross_entropy(network(images.double()), labels)
        parameters = list(network.parameters())
        gradients = torch.autograd.grad(loss, parameters, create_graph=True)
        gnorm = sum(gradient.square().sum() for gradient in gradients).sqrt()
        if gnorm.item() > gamma:
            task, value = "gnorm", gnorm
        else:
            stepped = {
                name: parameter - eta * (gradient / gnorm).detach()
                for (name, parameter), gradient in zip(
                    network.named_parameters(), gradients, strict=True
                )
            }
            new_images, new_labels = batches(64)
            inputs = torch.cat([images[:64], new_images]).double()
            targets = torch.cat([labels[:64], new_labels])
            logits = functional_call(network, stepped, (inputs,))
            task, value = "loss", nn.functional.cross_entropy(logits, targets) / eta
        kinds.append(task)
        for weight, gradient, own in zip(
            weights, torch.autograd.grad(value, weights), state, strict=True
        ):
            slope = (gradient * weight).sum().item() / own["alpha"]
            slope = max(min(slope, 1.0), -1.0)
            own["steps"][task] += 1
            own["first"][task] = 0.9 * own["first"][task] + 0.1 * slope
            own["second"] = 0.999 * own["second"] + 0.001 * slope**2
            root = math.sqrt(own["second"] / (1 - 0.999 ** own["steps"].total()))
            step = rate / (1 - 0.9 ** own["steps"][task]) * own["first"][task] / (root + 1e-8)
            alpha = max(own["alpha"] - step, 0.01)
            with torch.no_grad():
                weight *= alpha / own["alpha"]
            own["alpha"] = alpha
    assert len(set(kinds)) == 2
    return [own["alpha"] for own in state]


def test_gradinit_is_the_authors_algorithm():
    """To four digits, over 40 iterations of both tasks."""
    context = make_context(8, optimizer="sgd", learning_rate=0.01)
    options = {"iterations": 40, "learning_rate": 0.02, "gamma": 0.6}
    after, _ = made(gradinit, tiny_network(), context, **options)
    before, _ = made(he_normal, tiny_network(), bare_context(0))
    double = copy.deepcopy(before).double()
    expected = published_gradinit(double, make_context(8).labelled_batch, 40, 0.02, 0.6)
    assert multiples(after, before) == pytest.approx(expected, rel=1e-4)
    assert max(abs(factor - 1) for factor in expected) > 0.05


def test_gradinit_brings_the_gradient_below_its_bound():
    """From a start whose gradient is far above it, so that nothing else happens at first."""
    before, _ = made(he_normal, tiny_network(), bare_context(0))
    norm = loss_after_a_step(before, "sgd", seed=0)[1]
    context = make_context(8, optimizer="sgd", learning_rate=0.1)
    after, calibration = made(
        gradinit, tiny_network(), context, iterations=60, gamma=norm / 2, learning_rate=0.02
    )
    assert loss_after_a_step(after, "sgd", seed=0)[1] < 0.75 * norm
    # An iteration on the bound passes one batch, one on the loss two.
    assert 60 * 128 < calibration.samples < 60 * 256


def test_gradinit_keeps_scales_above_their_minimum():
    before, _ = made(he_normal, tiny_network(), bare_context(0))
    context = make_context(8, optimizer="sgd", learning_rate=0.1)
    options = {"iterations": 20, "learning_rate": 1.0, "min_scale": 0.5}
    after, _ = made(gradinit, tiny_network(), context, **options)
    assert min(multiples(after, before)) == pytest.approx(0.5, abs=1e-6)


def test_budgets_are_those_that_a_study_must_say_it_reduces():
    for method, published in BUDGETS.items():
        function = load_function(method, "initstudy.initializers")
        parameters = inspect.signature(function).parameters
        assert {name: parameters[name].default for name in published} == published


def test_no_step_leaves_hes_weights():
    expected, _ = made(he_normal, tiny_network(), bare_context(0))
    for initializer, options in [(metainit, {"steps": 0}), (gradinit, {"iterations": 0})]:
        network, calibration = made(initializer, tiny_network(), make_context(8), **options)
        assert torch.equal(network.C1.weight, expected.C1.weight)
        assert calibration.samples == 0
