"""Data sets of one class and of a thousand: everything is drawn, and no line lists all of them."""

import numpy as np
import pytest
from PIL import Image

from helpers.small_study import TINY

STUDY = TINY.replace("dataset: digits", "dataset: own, batch_size: 8").replace("256", "64") + (
    "datasets: {own: {source: folder, path: pictures, size: 8, target_accuracy: 0.5}}\n"
    "networks: {small: {method: small.py:small}}\n"
)
NETWORK = """\
from torch import nn


def small(classes):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 6), nn.Flatten(), nn.Linear(8, classes)
    )
"""


@pytest.mark.slow
@pytest.mark.parametrize("classes", [1, 1000])
def test_any_number_of_classes_comes_to_figures_and_a_page(project, classes):
    random = np.random.default_rng(0)
    for part, count in (("train", 2 + 200 // classes), ("test", 1 + 10 // classes)):
        for number in range(classes):
            folder = project.path / f"pictures/{part}/class {number}"
            folder.mkdir(parents=True)
            for image in range(count):
                pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{image}.bmp")
    (project.path / "small.py").write_text(NETWORK)
    project.write_study(STUDY.replace("dataset: own", "dataset: own, network: small"))
    outcome = project.snakemake()
    said = outcome.stdout + outcome.stderr
    assert outcome.returncode == 0, said
    assert (project.path / "results/figures/all.pdf").exists()
    assert (project.path / "results/explore.html").exists()
    assert max(map(len, said.splitlines())) < 1000
