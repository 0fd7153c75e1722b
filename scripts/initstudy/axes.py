"""The axes of the grid: what a cell is a point of."""


def _size(text: str) -> int | str:
    return text if text == "all" else int(text)


AXES = {
    "dataset": str,
    "network": str,
    "depth": int,
    "norm": str,
    "initializer": str,
    "optimizer": str,
    "learning_rate": float,
    "momentum": float,
    "batch_size": int,
    "train_size": _size,
    "calibration_size": int,
    "calibration_source": str,
    "epochs": int,
    "seed": int,
}
"""Every axis, in the order of the folders, with how its value is read from text."""
