"""All ways to train that are benchmarked do the same work: the same losses, step by step."""

import numpy as np
import pytest
import torch
from ways import WAYS, Finished, Problem

from initstudy.networks.architectures import lenet5

STEPS = 3


def problem(norm: str) -> Problem:
    """As many images as a mini-batch has: in whatever order, all ways see the same ones."""
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    return Problem(
        networks=[lenet5(10, 3, norm) for _ in range(2)],
        images=random.integers(0, 256, (16, 3, 32, 32), dtype=np.uint8),
        labels=random.integers(0, 10, 16),
        batch_size=16,
        device=torch.device("cpu"),
    )


def first_losses(name: str, norm: str) -> list[float]:
    """Of the first network."""
    losses = []

    def after_step(loss: torch.Tensor) -> None:
        losses.append(float(loss.flatten()[0]))
        if len(losses) == STEPS:
            raise Finished

    with pytest.raises(Finished):
        WAYS[name].train(problem(norm), after_step)
    return losses


def others() -> list:
    """The names of all other ways; Lightning is an installation of its own, compiling is slow."""
    slow = {"compiled": [pytest.mark.slow]}
    names = [name for name in WAYS if name not in ("ours", "lightning")]
    return [pytest.param(name, marks=slow.get(name, [])) for name in names]


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("name", others())
def test_every_way_trains_the_same(name, norm):
    ours = first_losses("ours", norm)
    assert first_losses(name, norm) == pytest.approx(ours, rel=1e-4)
    assert ours[-1] < ours[0]
