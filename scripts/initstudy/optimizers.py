"""Optimizers by name: PyTorch's fused kernels, without the second and a half of imports (of its
compiler) that making the first `torch.optim.Optimizer` of a process takes; cells are short.

They are element-wise, so replicas that share a tensor do not touch each other.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd


class Optimizer(ABC):
    """What the two have in common; the interface is that of torch.optim, as far as it goes."""

    STATE: tuple[str, ...]
    """The attributes that change from step to step: lists of tensors, one a parameter."""

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, momentum: float):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters that have a gradient: those that are in use and not frozen."""
        self._update([i for i, each in enumerate(self.parameters) if each.grad is not None])

    def state_dict(self) -> dict[str, list]:
        """What changes from step to step, by the names in STATE."""
        return {name: getattr(self, name) for name in self.STATE}

    def load_state_dict(self, state: dict[str, list]) -> None:
        """Put back what `state_dict` returned."""
        for name, tensors in state.items():
            setattr(self, name, tensors)

    @abstractmethod
    def _update(self, chosen: list[int]) -> None:
        """Update the parameters at these places."""


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015) with `momentum` as beta1, beta2 = 0.999, epsilon = 1e-8."""

    STATE = ("first_moments", "second_moments", "steps")

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, momentum: float):
        super().__init__(parameters, learning_rate, momentum)
        self.first_moments = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.second_moments = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    def _update(self, chosen: list[int]) -> None:
        parameters = [self.parameters[i] for i in chosen]
        adam(
            parameters,
            [parameter.grad for parameter in parameters],
            [self.first_moments[i] for i in chosen],
            [self.second_moments[i] for i in chosen],
            max_exp_avg_sqs=[],
            state_steps=[self.steps[i] for i in chosen],
            fused=True,
            amsgrad=False,
            beta1=self.momentum,
            beta2=0.999,
            lr=self.learning_rate,
            weight_decay=0,
            eps=1e-8,
            maximize=False,
        )


class SGD(Optimizer):
    """Stochastic gradient descent: v <- momentum v + g, w <- w - learning_rate v."""

    STATE = ("velocities",)

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, momentum: float):
        super().__init__(parameters, learning_rate, momentum)
        # The first step makes them.
        self.velocities: list[Tensor | None] = [None] * len(self.parameters)

    def _update(self, chosen: list[int]) -> None:
        parameters = [self.parameters[i] for i in chosen]
        velocities = [self.velocities[i] for i in chosen]
        sgd(
            parameters,
            [parameter.grad for parameter in parameters],
            velocities,
            fused=True,
            weight_decay=0,
            momentum=self.momentum,
            lr=self.learning_rate,
            dampening=0,
            nesterov=False,
            maximize=False,
        )
        for i, velocity in zip(chosen, velocities, strict=True):
            self.velocities[i] = velocity


def make_optimizer(
    name: str, parameters: Iterable[Tensor], learning_rate: float, momentum: float
) -> Optimizer:
    """adam or sgd; momentum is Adam's beta1."""
    if name == "adam":
        return Adam(parameters, learning_rate, momentum)
    if name == "sgd":
        return SGD(parameters, learning_rate, momentum)
    raise ValueError(f"optimizer {name!r}: choose adam or sgd")
