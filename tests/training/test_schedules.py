"""Learning rates against PyTorch's schedulers, update by update."""

import functools
import math

import pytest
import torch
from torch.optim import lr_scheduler

from initstudy.core.errors import InputError
from initstudy.schedules import LearningRate, decay

BASE = 0.3
STEPS = 50
DECAYS = {
    "constant": (
        decay.constant,
        {},
        lambda steps: functools.partial(lr_scheduler.ConstantLR, factor=1, total_iters=0),
    ),
    "cosine": (
        decay.cosine,
        {},
        lambda steps: functools.partial(lr_scheduler.CosineAnnealingLR, T_max=steps),
    ),
    "step": (
        decay.step,
        {"at": [0.5, 0.75], "factor": 0.2},
        lambda steps: functools.partial(
            lr_scheduler.MultiStepLR,
            milestones=[math.ceil(steps / 2), math.ceil(steps * 3 / 4)],
            gamma=0.2,
        ),
    ),
}


def torch_rates(scheduler, warmup: int) -> list[float]:
    """What a torch scheduler makes of BASE, with a linear warm-up before it."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    after = scheduler(optimizer)
    if warmup:
        before = lr_scheduler.LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup)
        after = lr_scheduler.SequentialLR(optimizer, [before, after], milestones=[warmup])
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        after.step()
    return rates


@pytest.mark.filterwarnings("ignore::UserWarning")  # SequentialLR's own, of an argument it gives.
@pytest.mark.parametrize("warmup", [0, 1, 10])
@pytest.mark.parametrize("name", DECAYS)
def test_rates_are_those_of_torch(name, warmup):
    function, options, scheduler = DECAYS[name]
    ours = LearningRate(BASE, warmup, STEPS, function, options)
    theirs = torch_rates(scheduler(STEPS - warmup), warmup)
    assert [ours(step) for step in range(STEPS)] == pytest.approx(theirs, rel=1e-6)
    assert name == "constant" or len(set(theirs[warmup:])) > 2


def test_without_a_decay_the_rate_does_not_depend_on_how_long_training_is():
    short, long = (LearningRate(BASE, 3, steps, decay.constant, {}) for steps in (20, 40))
    assert [short(step) for step in range(20)] == [long(step) for step in range(20)]


def test_a_warm_up_as_long_as_the_training_is_refused():
    with pytest.raises(InputError, match="a warm-up of 20 updates must be shorter than the train"):
        LearningRate(BASE, 20, 20, decay.constant, {})


@pytest.mark.parametrize("wrong", [None, "a half", float("nan"), -0.5, True])
def test_a_decay_that_returns_no_factor_is_refused(wrong):
    with pytest.raises(InputError, match=f"at progress 0.*returned {wrong!r}"):
        LearningRate(BASE, 0, 20, lambda progress: wrong, {})
