"""Which images are held out, decided by the labels and a fixed seed and by nothing else."""

import numpy as np

SEED = 0  # fixes every random choice of the data stage: another seed is other data


def stratified_mask(labels: np.ndarray, fraction: float) -> np.ndarray:
    """Choose `fraction` of every class at random.

    Each class gives the rounded number, but at least one where it has two or more.

    Args:
        labels: (N,) class indices.
        fraction: part of each class to choose, between 0 and 1.

    Returns:
        (N,) bool, true where chosen.
    """
    generator = np.random.default_rng(SEED)
    mask = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        chosen = max(round(len(rows) * fraction), 1) if len(rows) > 1 else 0
        mask[generator.permutation(rows)[:chosen]] = True
    return mask


def split_training_part(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide the official training part into train and validation, a stratified tenth.

    Both come shuffled: many sources are sorted by class, and whoever takes the first n images of
    a split shall get a mixture of the classes.

    Args:
        labels: (N,) class indices of the official training part.

    Returns:
        The rows of the training part that make up train, and those of validation, in their order.
    """
    held_out = stratified_mask(labels, 0.1)
    order = np.random.default_rng(SEED).permutation(len(labels))
    return order[~held_out[order]], order[held_out[order]]
