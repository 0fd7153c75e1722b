"""Optimizers by name."""

from collections.abc import Iterable

import torch
from torch import Tensor


def make_optimizer(
    name: str, parameters: Iterable[Tensor], learning_rate: float, momentum: float
) -> torch.optim.Optimizer:
    """adam, with `momentum` as beta1, or sgd; PyTorch's fused kernels, its other defaults.

    Both are element-wise, so replicas that share a tensor do not touch each other.
    """
    if name == "adam":
        return torch.optim.Adam(parameters, learning_rate, betas=(momentum, 0.999), fused=True)
    if name == "sgd":
        return torch.optim.SGD(parameters, learning_rate, momentum=momentum, fused=True)
    raise ValueError(f"optimizer {name!r}: choose adam or sgd")
