"""Independent random streams, so that what one part draws never shifts what another one draws."""

import contextlib
import random
from collections.abc import Iterator

import numpy as np
import torch

WEIGHTS = 0
CALIBRATION = 1
DATA_ORDER = 2
TRAINING_SUBSET = 3
FORWARD = 4
GLOBAL = 5
LABELLED = 6
AUGMENTATION = 7


def generator(stream: int, *key: int) -> torch.Generator:
    """A CPU generator for one stream (a constant of this module) and key, such as a replica.

    Streams and keys are mixed by numpy's SeedSequence, which makes neighbouring keys independent.
    """
    state = np.random.SeedSequence((stream, *key)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))


class GlobalState:
    """Of the generators that any code may draw from: PyTorch's on the CPU, Python's, numpy's."""

    def __init__(self):
        self.torch = torch.get_rng_state()
        self.python = random.getstate()
        self.numpy = np.random.get_state()  # noqa: NPY002

    def restore(self) -> None:
        torch.set_rng_state(self.torch)
        random.setstate(self.python)
        np.random.set_state(self.numpy)  # noqa: NPY002

    def is_current(self) -> bool:
        """Whether nothing has been drawn since."""
        now = GlobalState()
        return (
            torch.equal(now.torch, self.torch)
            and now.python == self.python
            and np.array_equal(now.numpy[1], self.numpy[1])
            and now.numpy[2:] == self.numpy[2:]
        )


def seed_globally(number: int) -> None:
    """Start the generators that any code may draw from at a number below 2^32."""
    torch.default_generator.manual_seed(number)
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002


@contextlib.contextmanager
def global_generators(stream: int, *key: int) -> Iterator[None]:
    """Within, PyTorch's, Python's and numpy's global generators have a stream of their own."""
    before = GlobalState()
    seed_globally(generator(stream, *key).initial_seed() % 2**32)
    try:
        yield
    finally:
        before.restore()
