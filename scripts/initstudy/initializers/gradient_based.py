"""Initializers that learn the scales of weights by gradient descent before training.

Both leave every weight tensor a multiple of what He's initializer drew. They need derivatives of
gradients, which makes them far dearer than a pass over the data: with the defaults, about 36 s
(MetaInit) and 15 s (GradInit) a replica of LeNet-5 on one core.

What they cost is counted in forward passes. The derivatives of a computation cost twice what it
costs itself, and those come on top of it: a gradient makes 3 of 1 (2 backward), the gradient of
something made of gradients 9 of 3, and once more 27 of 9.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from initstudy.core.errors import InputError
from initstudy.initializers import Calibration, Context
from initstudy.initializers.fixed import he_normal
from initstudy.networks.layers import weighted_layers
from initstudy.optimizers import Adam

SCALE_GRADIENT_CLIP = 1.0
SECOND_ORDER, THIRD_ORDER = (9 - 1) / 2, (27 - 1) / 2
"""What a sample counts backward, in units of two forward passes, where gradients of gradients are
taken, and where these are derived again."""
PUBLISHED_ETA = 0.1
"""Of GradInit's normalised step."""
BETAS, ADAM_EPSILON = (0.9, 0.999), 1e-8


def metainit(
    network: nn.Module,
    context: Context,
    steps: int = 500,
    batch_size: int = 64,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    epsilon: float = 1e-5,
) -> Calibration:
    """MetaInit (Dauphin & Schoenholz 2019): make the loss locally linear.

    Signed gradient descent with momentum on the norms of the weights minimises the gradient
    quotient. As in the published code, which leaves the batch size open, every step sees a new
    batch of standard normal inputs with random labels, so no data are needed; BatchNorm, whose
    third derivative PyTorch lacks, is in evaluation mode, fresh and thus the identity; and a norm
    that crosses zero turns its weights.
    """
    he_normal(network, context)
    network.eval()
    weights = [layer.weight for layer in weighted_layers(network, context.example).values()]
    classes = len(weights[-1])
    velocity = torch.zeros(len(weights))
    for _ in range(steps):
        shape = (batch_size, *context.images.shape[1:])
        images = torch.randn(shape, generator=context.generator)
        labels = torch.randint(classes, (batch_size,), generator=context.generator)
        with torch.enable_grad():
            quotient = gradient_quotient(network, images, labels, epsilon)
            gradients = torch.autograd.grad(quotient, weights)
        # The derivative by a weight's norm has the sign of <weight, gradient>.
        slopes = torch.stack([(w * g).sum() for w, g in zip(weights, gradients, strict=True)])
        velocity = momentum * velocity - learning_rate * slopes.sign()
        for weight, change in zip(weights, velocity, strict=True):
            weight *= 1 + change / weight.norm()
    network.train()
    samples = steps * batch_size
    return Calibration(samples=samples, backward_samples=THIRD_ORDER * samples, steps=steps)


def gradient_quotient(network: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Mean over all parameters of |(g - H g) / (g +- epsilon) - 1|, gradient g, Hessian H.

    Zero where a gradient step of size 1 leaves the gradient as it was. epsilon has the sign of g.
    """
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    loss = F.cross_entropy(network(images), labels)
    gradient = _flat(torch.autograd.grad(loss, parameters, create_graph=True))
    half_square = gradient.square().sum() / 2
    product = _flat(torch.autograd.grad(half_square, parameters, create_graph=True))
    guarded = gradient + torch.where(gradient >= 0, epsilon, -epsilon)
    return ((gradient - product) / guarded - 1).abs().mean()


def gradinit(
    network: nn.Module,
    context: Context,
    iterations: int = 390,
    batch_size: int = 128,
    step: str = "published",
    learning_rate: float = 0.01,
    gamma: float = 1.0,
    min_scale: float = 0.01,
) -> Calibration:
    """GradInit (Zhu et al. 2021): make the first optimizer step lower the loss the most.

    One positive scale for each parameter tensor is learnt by Adam, from 1. Where the gradient's
    norm exceeds its bound, an iteration lowers the norm; elsewhere it lowers the loss, divided by
    eta, after one step of training's optimizer on a batch that shares half of its samples with the
    step's. The step counts as constant. Both tasks share Adam's second moments, as in the authors'
    code for CIFAR-10.

    step: published is that of their launch script under SGD, -eta g / |g| with eta 0.1; own is that
    of training, -eta g with the cell's learning rate. Under Adam both are -eta sign(g) with the
    cell's rate. gamma: the bound of the gradient's 2-norm for SGD. For Adam the paper bounds the
    1-norm, which grows with the number N of parameters: by gamma sqrt(N), reached by equal entries
    of 2-norm gamma. min_scale: lower bound of the scales.

    Raises InputError for another step.
    """
    if step not in ("published", "own"):
        raise InputError(f"step {step!r}: choose published or own")
    he_normal(network, context)
    names, blocks = zip(*network.named_parameters(), strict=True)
    optimizer = context.optimizer(network.parameters())
    adam = isinstance(optimizer, Adam)
    normalizes = step == "published" and not adam
    eta = PUBLISHED_ETA if normalizes else optimizer.learning_rate
    bound = gamma * sum(block.numel() for block in blocks) ** 0.5 if adam else gamma
    scales = torch.ones(len(blocks), requires_grad=True)
    updates = TwoTaskAdam(scales, learning_rate, min_scale)

    def loss(parameters: Sequence[Tensor], images: Tensor, labels: Tensor) -> Tensor:
        logits = functional_call(network, dict(zip(names, parameters, strict=True)), (images,))
        return F.cross_entropy(logits, labels)

    batches, backward = 0, 0
    for _ in range(iterations):
        images, labels = context.labelled_batch(batch_size)
        batches += 1
        with torch.enable_grad():
            scaled = [s * block.detach() for s, block in zip(scales, blocks, strict=True)]
            gradients = torch.autograd.grad(loss(scaled, images, labels), scaled, create_graph=True)
            norm = _flat(gradients).norm(p=1 if adam else 2)
            if norm > bound:
                updates.lower(norm, "bound")
                backward += SECOND_ORDER
                continue
            constant = [gradient.detach() for gradient in gradients]
            if adam:
                constant = [gradient.sign() for gradient in constant]
            elif normalizes:
                constant = [gradient / norm.detach() for gradient in constant]
            stepped = [p - eta * change for p, change in zip(scaled, constant, strict=True)]
            half = batch_size // 2
            new_images, new_labels = context.labelled_batch(batch_size - half)
            batches += 1
            images = torch.cat([images[:half], new_images])
            labels = torch.cat([labels[:half], new_labels])
            updates.lower(loss(stepped, images, labels) / eta, "loss")
            backward += 2
    for scale, block in zip(scales, blocks, strict=True):
        block *= scale
    return Calibration(batches * batch_size, backward * batch_size, iterations)


class TwoTaskAdam:
    """Adam on GradInit's scales for two tasks: each has first moments and a count of steps of its
    own, while second moments and their count are shared. Gradients are clipped one by one.
    """

    def __init__(self, scales: Tensor, learning_rate: float, min_scale: float):
        self.scales = scales
        self.learning_rate = learning_rate
        self.min_scale = min_scale
        self.first = {task: torch.zeros_like(scales) for task in ("bound", "loss")}
        self.steps = {task: 0 for task in self.first}
        self.second = torch.zeros_like(scales)

    def lower(self, value: Tensor, task: str) -> None:
        """One step on the scales to lower `value`."""
        (gradient,) = torch.autograd.grad(value, self.scales)
        gradient = gradient.clamp(-SCALE_GRADIENT_CLIP, SCALE_GRADIENT_CLIP)
        self.steps[task] += 1
        self.first[task].lerp_(gradient, 1 - BETAS[0])
        self.second.lerp_(gradient.square(), 1 - BETAS[1])
        first = self.first[task] / (1 - BETAS[0] ** self.steps[task])
        second = self.second / (1 - BETAS[1] ** sum(self.steps.values()))
        with torch.no_grad():
            self.scales -= self.learning_rate * first / (second.sqrt() + ADAM_EPSILON)
            self.scales.clamp_(min=self.min_scale)


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])
