"""What the table of signal propagation says in words."""

import pytest

from initstudy.reporting.signals import reading

ROW = {
    "depth": 20,
    "forward_rate": 1.0,
    "forward_layers": 17,
    "backward_rate": 1.0,
    "cosine": 0.3,
    "dead_fraction": 0.0,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            "Keeps the size of signals, and images stay apart in the last hidden layer (cosine"
            " 0.30). Keeps the size of squared gradients.",
        ),
        (
            {"forward_rate": 0.998, "cosine": 0.9999},
            "Keeps the size of signals, but all images look the same in the last hidden layer, so"
            " that nothing tells them apart. Keeps the size of squared gradients.",
        ),
        (
            {"backward_rate": 1.39},
            "Squared gradients grow 1.39-fold a layer on their way back, 7.2e+02-fold over 20"
            " layers.",
        ),
        ({"forward_rate": 0.0072}, "Signals shrink 139-fold a layer, 10^43-fold over 20 layers"),
        ({"forward_rate": 0.5, "cosine": 0.95}, "and images look alike in the last hidden layer"),
        ({"forward_rate": float("nan"), "cosine": float("nan")}, "No signals get through the"),
        ({"dead_fraction": 0.25}, "25% of the last hidden layer's units are dead."),
        ({"depth": 0}, "Keeps the size of signals"),
    ],
)
def test_numbers_are_said_in_words(changes, said):
    assert said in reading(ROW | changes)
