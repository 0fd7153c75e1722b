"""What users read when something they gave is wrong: one sentence, and exit code 1."""

import re

import pytest
from PIL import Image

from helpers.small_study import STUDY

FOLDER_STUDY = (
    STUDY.replace("dataset: digits", "dataset: own")
    + """\
datasets:
  own: {source: folder, path: pictures, target_accuracy: 0.5}
"""
)
ARCHIVE_STUDY = STUDY.replace("dataset: digits", "dataset: mnist")


def explanation(project, *arguments):
    """The one line that explains why Snakemake failed, wherever it stands in its output."""
    outcome = project.snakemake(*arguments)
    output = outcome.stdout + outcome.stderr
    assert outcome.returncode == 1
    assert "Traceback" not in output
    lines = {line.strip() for line in output.splitlines()}
    found = [line for line in lines if re.match(r"Error: |studies/|study: |config\.yaml: ", line)]
    assert len(found) == 1, output
    return found[0]


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (STUDY + "replicsa: 3\n", ["studies/small.yaml", "unknown key replicsa", "replicas"]),
        (STUDY.replace("replicas: 2", "replicas: two"), ["replicas", "'two'", "integer"]),
        (STUDY.replace("he_normal", "hee"), ["initializer", "'hee'", "he_normal"]),
        (STUDY.replace("title: ", "title: ["), ["studies/small.yaml", "YAML"]),
    ],
    ids=["unknown key", "wrong type", "unknown initializer", "broken YAML"],
)
def test_a_wrong_study_is_explained_before_anything_runs(project, study, said):
    project.write_study(study)
    sentence = explanation(project)
    for part in said:
        assert part in sentence
    assert not (project.path / "results").exists()


@pytest.mark.parametrize("quiet", [[], ["--quiet", "all"]], ids=["", "quiet"])
def test_a_missing_study_is_explained(project, quiet):
    assert "studies/nowhere.yaml" in explanation(project, *quiet, "--config", "study=nowhere")


def picture(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 32), "red").save(path)


def test_a_missing_image_folder_is_named(project):
    project.write_study(FOLDER_STUDY)
    assert "pictures" in explanation(project)
    assert not (project.path / "results/data/own.h5").exists()


@pytest.mark.parametrize("path", ["~/pictures", "$PICTURES", "${PICTURES}"])
def test_paths_from_home_and_of_variables_are_written_out(project, monkeypatch, path):
    monkeypatch.setenv("HOME", "/nowhere/me")
    monkeypatch.setenv("PICTURES", "/nowhere/me/pictures")
    project.write_study(FOLDER_STUDY.replace("path: pictures", f"path: '{path}'"))
    assert "/nowhere/me/pictures does not exist" in explanation(project)


def test_an_empty_class_is_named(project):
    project.write_study(FOLDER_STUDY)
    for part in ("train", "test"):
        for name in "abcd":
            picture(project.path / "pictures" / part / "cat" / f"{name}.png")
        (project.path / "pictures" / part / "dog").mkdir()
    assert "dog" in explanation(project)


def test_a_file_that_is_no_image_is_named(project):
    project.write_study(FOLDER_STUDY)
    for part in ("train", "test"):
        for name in "abcd":
            picture(project.path / "pictures" / part / "cat" / f"{name}.png")
    (project.path / "pictures/train/cat/notes.png").write_text("no image")
    sentence = explanation(project)
    assert "1 file is no readable image: " in sentence
    assert "notes.png (no known format)" in sentence


def test_a_corrupt_archive_is_named(project):
    project.write_study(ARCHIVE_STUDY)
    folder = project.path / "data/mnist"
    folder.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").write_bytes(b"not what was published")
    sentence = explanation(project)
    assert "checksum" in sentence
    assert "data/mnist" in sentence
    # What was put there by hand is the user's.
    assert len(list(folder.iterdir())) == 4


def test_no_network_is_explained(project):
    project.write_study(ARCHIVE_STUDY)
    config = project.path / "config.yaml"
    text = config.read_text().replace(
        "https://ossci-datasets.s3.amazonaws.com", "http://127.0.0.1:9"
    )
    config.write_text(text)
    target = "data/mnist/train-images-idx3-ubyte.gz"
    sentence = explanation(project, target)
    assert "127.0.0.1:9" in sentence
    assert target in sentence
    assert not (project.path / target).exists()
