"""Raw data that change: their data set is prepared anew, and what hangs on it; nothing else."""

import os

import numpy as np
import pytest
from PIL import Image

from helpers.official_archives import map_md5, write_mnist
from helpers.project_copy import Project, new_project
from helpers.small_study_jobs import NOTHING, jobs, outputs, planned

pytestmark = pytest.mark.slow

STUDY = """\
title: Raw data
replicas: 2
defaults: {{initializer: zero, optimizer: sgd, epochs: 1, batch_size: 8}}
datasets:
  pictures: {{source: folder, path: pictures, target_accuracy: 0.5}}
  mnist:
    archives: [{archives}]
experiments:
  ours: {{dataset: [pictures], figures: [curves]}}
  theirs: {{dataset: [mnist], figures: [curves]}}
"""


def draw_picture(path, colour: int) -> None:
    """Overwrites a file in place, as `cp` does, so that its folder does not get a new time."""
    size = 20 + colour
    with path.open("wb") as file:
        Image.fromarray(np.full((size, size, 3), colour, np.uint8)).save(file, "bmp")


def declare_archives(project: Project) -> None:
    folder = project.path / "data/mnist"
    folder.mkdir(parents=True, exist_ok=True)
    archives, _, _ = write_mnist(folder)
    declared = ", ".join(
        f"{{url: 'http://localhost:9/{archive.name}', checksum: '{checksum}'}}"
        for archive, checksum in zip(archives, map_md5(archives), strict=True)
    )
    project.write_study(STUDY.format(archives=declared))


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Project:
    """A study of a folder of images and of archives, run to its end."""
    project = new_project(tmp_path_factory.mktemp("raw") / "project")
    for part, count in (("train", 20), ("test", 4)):
        for name in ("dark", "light"):
            folder = project.path / "pictures" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                draw_picture(folder / f"{number:02}.bmp", number)
    declare_archives(project)
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    return project


def replace_an_image(project: Project) -> None:
    draw_picture(project.path / "pictures/train/dark/00.bmp", 40)


def remove_an_image(project: Project) -> None:
    (project.path / "pictures/test/light/00.bmp").unlink()


def replace_an_archive(project: Project) -> None:
    """By one that was compressed at another time: the same images in other bytes."""
    for archive in (project.path / "data/mnist").iterdir():
        archive.unlink()
    declare_archives(project)


def following(dataset: str, experiment: str):
    tables = {experiment, f"{experiment}-summary"}
    return jobs(
        {dataset}, {("zero", 8)}, {experiment}, tables, {"cover", "explore", f"{experiment}-curves"}
    )


REPLACED = {
    replace_an_image: following("pictures", "ours"),
    remove_an_image: following("pictures", "ours"),
    replace_an_archive: following("mnist", "theirs"),
}


@pytest.mark.parametrize("replace", REPLACED)
def test_what_was_replaced_is_prepared_anew_and_the_other_left_alone(trained, tmp_path, replace):
    project = trained.copied(tmp_path / "project")
    assert planned(project.snakemake("--dry-run").stdout) == NOTHING
    replace(project)
    assert planned(project.snakemake("--dry-run").stdout) == REPLACED[replace]
    before = outputs(project.path)
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    other = "theirs" if "ours" in REPLACED[replace].tables else "ours"
    dataset = {"ours": "pictures", "theirs": "mnist"}[other]
    kept = [path for path in before if dataset in str(path) or path.stem.startswith(other)]
    assert len(kept) > 3
    assert all(path.read_bytes() == before[path] for path in kept)
    assert planned(project.snakemake("--dry-run").stdout) == NOTHING


def test_what_is_not_read_of_a_folder_changes_nothing(trained, tmp_path):
    project = trained.copied(tmp_path / "project")
    pictures = project.path / "pictures"
    for name in ("train/dark/.DS_Store", ".nfs0001", "train/labels.csv", "train/dark/Thumbs.db"):
        (pictures / name).write_text("x")
    (pictures / "unused/dark").mkdir(parents=True)
    draw_picture(pictures / "unused/dark/00.bmp", 1)
    (pictures / "train/dark/.broken").symlink_to("nowhere")
    assert planned(project.snakemake("--dry-run").stdout) == NOTHING


def test_a_folder_that_cannot_be_read_stops_its_own_job_alone(trained, tmp_path):
    project = trained.copied(tmp_path / "project")
    (project.path / "pictures/train/dark/more.png").symlink_to("nowhere")
    assert project.snakemake("--dag").returncode == 0
    outcome = project.snakemake("--keep-going")
    assert outcome.returncode == 1
    log = (project.path / "results/logs/prepare/pictures.log").read_text()
    assert "more.png is a link that leads nowhere" in log
    assert "Traceback" not in log + outcome.stderr


def test_an_archive_of_other_bytes_than_declared_is_named(trained, tmp_path):
    project = trained.copied(tmp_path / "project")
    [archive] = (project.path / "data/mnist").glob("train-images*")
    archive.write_bytes(archive.read_bytes() + b"more")
    os.utime(archive)
    outcome = project.snakemake("results/data/mnist.h5")
    assert outcome.returncode == 1
    log = (project.path / "results/logs/prepare/mnist.log").read_text()
    assert archive.name in log
    assert "Traceback" not in log
