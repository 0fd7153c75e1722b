"""Initializers that learn the scales of weights by gradient descent before training.

Both leave every weight tensor a multiple of what He's initializer drew. They need derivatives of
gradients, which makes them far dearer than a pass over the data: with the defaults, about 36 s
(MetaInit) and 15 s (GradInit) a replica of LeNet-5 on one core.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from initstudy.initializers import Calibration, Context
from initstudy.initializers.fixed import he_normal
from initstudy.networks.layers import weighted_layers
from initstudy.optimizers import Adam, Optimizer

SCALE_GRADIENT_CLIP = 1.0


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
    return Calibration(samples=steps * batch_size, steps=steps)


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
    learning_rate: float = 0.01,
    gamma: float = 1.0,
    min_scale: float = 0.01,
) -> Calibration:
    """GradInit (Zhu et al. 2021): make the first optimizer step lower the loss the most.

    One positive scale for each parameter tensor is learnt by Adam, from 1. Where the gradient's
    norm exceeds its bound, an iteration lowers the norm; elsewhere it lowers the loss after one
    step of training's optimizer, -eta g for SGD or -eta sign(g) for Adam, on a batch that shares
    half of its samples with the step's. The step counts as constant, as in the published code.

    gamma: the bound of the gradient's 2-norm for SGD. For Adam the paper bounds the 1-norm, which
    grows with the number N of parameters: by gamma sqrt(N), reached by equal entries of 2-norm
    gamma. min_scale: lower bound of the scales.
    """
    he_normal(network, context)
    names, blocks = zip(*network.named_parameters(), strict=True)
    optimizer = context.optimizer(network.parameters())
    adam, eta = isinstance(optimizer, Adam), optimizer.learning_rate
    bound = gamma * sum(block.numel() for block in blocks) ** 0.5 if adam else gamma
    scales = torch.ones(len(blocks), requires_grad=True)
    # The two tasks have gradients of different size, hence, as published, moments of their own.
    constraint, objective = (Adam([scales], learning_rate, momentum=0.9) for _ in range(2))

    def loss(parameters: Sequence[Tensor], images: Tensor, labels: Tensor) -> Tensor:
        logits = functional_call(network, dict(zip(names, parameters, strict=True)), (images,))
        return F.cross_entropy(logits, labels)

    samples = 0
    for _ in range(iterations):
        images, labels = context.labelled_batch(batch_size)
        samples += batch_size
        with torch.enable_grad():
            scaled = [s * block.detach() for s, block in zip(scales, blocks, strict=True)]
            gradients = torch.autograd.grad(loss(scaled, images, labels), scaled, create_graph=True)
            norm = _flat(gradients).norm(p=1 if adam else 2)
            if norm > bound:
                update(scales, norm, constraint, min_scale)
                continue
            steps = [g.detach().sign() if adam else g.detach() for g in gradients]
            stepped = [p - eta * step for p, step in zip(scaled, steps, strict=True)]
            half = batch_size // 2
            new_images, new_labels = context.labelled_batch(batch_size - half)
            samples += batch_size
            images = torch.cat([images[:half], new_images])
            labels = torch.cat([labels[:half], new_labels])
            update(scales, loss(stepped, images, labels), objective, min_scale)
    for scale, block in zip(scales, blocks, strict=True):
        block *= scale
    return Calibration(samples=samples, steps=iterations)


def update(scales: Tensor, value: Tensor, optimizer: Optimizer, min_scale: float) -> None:
    """One step on the scales to lower `value`; gradients are clipped one by one, as published."""
    (scales.grad,) = torch.autograd.grad(value, scales)
    scales.grad.clamp_(-SCALE_GRADIENT_CLIP, SCALE_GRADIENT_CLIP)
    optimizer.step()
    with torch.no_grad():
        scales.clamp_(min=min_scale)


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])
