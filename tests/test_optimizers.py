"""The optimizers against torch.optim's."""

import pytest
import torch

from initstudy.optimizers import make_optimizer

DECAY = 0.1


def adam(kind: type) -> object:
    return lambda parameters, momentum: kind(
        parameters, 0.05, betas=(momentum, 0.999), weight_decay=DECAY, fused=True
    )


def sgd(nesterov: bool) -> object:
    return lambda parameters, momentum: torch.optim.SGD(
        parameters, 0.05, momentum=momentum, weight_decay=DECAY, nesterov=nesterov, fused=True
    )


REFERENCES = {
    "adam": adam(torch.optim.Adam),
    "adamw": adam(torch.optim.AdamW),
    "sgd": sgd(nesterov=False),
    "nesterov": sgd(nesterov=True),
}


def parameters() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((4, 3), (5,))]


def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
    return sum((parameter**4).sum() for parameter in parameters)


def steps(optimizer, parameters: list[torch.Tensor], count: int) -> None:
    for _ in range(count):
        optimizer.zero_grad()
        loss(parameters).backward()
        optimizer.step()


@pytest.mark.parametrize(
    ("name", "momentum"),
    # Nesterov's without momentum is refused by torch.optim, and by studies.
    [
        (name, momentum)
        for name in REFERENCES
        for momentum in (0.0, 0.9)
        if (name, momentum) != ("nesterov", 0.0)
    ],
)
def test_fifty_steps_are_those_of_torch(name, momentum):
    ours, theirs = parameters(), parameters()
    steps(make_optimizer(name, ours, 0.05, momentum, DECAY), ours, 50)
    steps(REFERENCES[name](theirs, momentum), theirs, 50)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not torch.equal(ours[0], parameters()[0])


@pytest.mark.parametrize("name", REFERENCES)
def test_without_decay_nothing_is_subtracted(name):
    ours, decayed = parameters(), parameters()
    steps(make_optimizer(name, ours, 0.05, 0.9), ours, 5)
    steps(make_optimizer(name, decayed, 0.05, 0.9, DECAY), decayed, 5)
    assert decayed[0].norm() < ours[0].norm()


@pytest.mark.parametrize("name", REFERENCES)
def test_a_state_put_back_goes_on_to_the_bit(name):
    whole, parts = parameters(), parameters()
    steps(make_optimizer(name, whole, 0.05, 0.9), whole, 5)
    first, second = (make_optimizer(name, parts, 0.05, 0.9) for _ in range(2))
    steps(first, parts, 3)
    second.load_state_dict(first.state_dict())
    steps(second, parts, 2)
    assert all(torch.equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_an_unknown_optimizer_is_named():
    with pytest.raises(ValueError, match="'adagrad': choose from adam, adamw, nesterov, sgd"):
        make_optimizer("adagrad", parameters(), 0.05, 0.9)
