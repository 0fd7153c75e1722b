"""Every test process computes on one thread, as jobs do: several of them share the cores."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
