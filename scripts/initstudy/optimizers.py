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
    """What the two have in common; the interface is that of torch.optim, as far as it goes.

    `learning_rate` may be set between steps. As in torch.optim, weight decay is of all parameters.
    """

    STATE: tuple[str, ...]
    """The attributes that change from step to step: lists of tensors, one a parameter."""

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float,
        momentum: float,
        weight_decay: float,
    ):
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay

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
    """Adam (Kingma & Ba 2015) with `momentum` as beta1, beta2 = 0.999, epsilon = 1e-8.

    Weight decay adds weight_decay w to the gradient.
    """

    STATE = ("first_moments", "second_moments", "steps")
    DECOUPLED = False

    def __init__(self, parameters: Iterable[Tensor], *settings: float):
        super().__init__(parameters, *settings)
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
            weight_decay=self.weight_decay,
            decoupled_weight_decay=self.DECOUPLED,
            eps=1e-8,
            maximize=False,
        )


class AdamW(Adam):
    """Adam after w <- w - learning_rate weight_decay w (Loshchilov & Hutter 2019)."""

    DECOUPLED = True


class SGD(Optimizer):
    """Stochastic gradient descent: v <- momentum v + g, w <- w - learning_rate v.

    Weight decay adds weight_decay w to the gradient g.
    """

    STATE = ("velocities",)
    NESTEROV = False

    def __init__(self, parameters: Iterable[Tensor], *settings: float):
        super().__init__(parameters, *settings)
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
            weight_decay=self.weight_decay,
            momentum=self.momentum,
            lr=self.learning_rate,
            dampening=0,
            nesterov=self.NESTEROV,
            maximize=False,
        )
        for i, velocity in zip(chosen, velocities, strict=True):
            self.velocities[i] = velocity


class Nesterov(SGD):
    """SGD that looks ahead: w <- w - learning_rate (g + momentum v) (Sutskever et al. 2013)."""

    NESTEROV = True


OPTIMIZERS = {"adam": Adam, "adamw": AdamW, "nesterov": Nesterov, "sgd": SGD}


def make_optimizer(
    name: str,
    parameters: Iterable[Tensor],
    learning_rate: float,
    momentum: float,
    weight_decay: float = 0.0,
) -> Optimizer:
    """One of OPTIMIZERS by its name; momentum is Adam's beta1."""
    if name not in OPTIMIZERS:
        raise ValueError(f"optimizer {name!r}: choose from {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name](parameters, learning_rate, momentum, weight_decay)
