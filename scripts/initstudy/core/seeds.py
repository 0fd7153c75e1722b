"""Independent random streams, so that what one part draws never shifts what another one draws."""

import numpy as np
import torch

WEIGHTS = 0
CALIBRATION = 1
DATA_ORDER = 2
TRAINING_SUBSET = 3


def generator(stream: int, *key: int) -> torch.Generator:
    """A CPU generator for one stream (a constant of this module) and key, such as a replica.

    Streams and keys are mixed by numpy's SeedSequence, which makes neighbouring keys independent.
    """
    state = np.random.SeedSequence((stream, *key)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))
