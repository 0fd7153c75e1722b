"""From a study to all.pdf: every file of the contract, and nothing done twice."""

import shutil
import subprocess

import h5py
import numpy as np
import pandas as pd
from pypdf import PdfReader

from initstudy.study.axes import AXES

REPLICAS, LAYERS = 2, ["C1", "C3", "C5", "F6", "logits"]


def run_of(project, initializer):
    cell = f"initializer={initializer}/**/batch_size=32"
    [path] = project.path.glob(f"results/cells/**/{cell}/**/run.h5")
    return path


def test_all_pages_are_bound_in_order_and_say_what_they_show(finished):
    reader = PdfReader(finished.path / "results/figures/all.pdf")
    # In an appendix what is seen in single conditions, and last of all what was run.
    names = ["claims", "first-curves", "first-discrepancy", "second-sweep"]
    names += ["first-summary", "first-moments", "first-deltas"]
    *front, appendix, last = reader.outline
    titles = [entry.title for entry in front] + [entry.title for entry in last]
    assert appendix.title == "Appendix"
    begins = ["Claims: ", "first: ", "first: ", "second: ", "first: ", "first: ", "first: "]
    begins += ["A small study: what was run"]
    for title, begin in zip(titles, begins, strict=True):
        assert title.startswith(begin)
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    for number, (title, text) in enumerate(zip(titles, texts, strict=True), 1):
        assert f"{number} / {len(titles)}" in text
        assert title in text or number == len(titles)
    for said in ("A small study", "digits of scikit-learn", "5 cells of 2 replicas", "torch 2."):
        assert said in texts[-1]
    for name, text in zip(names, texts, strict=False):
        assert "A small study" in text
        assert name == "claims" or "n = 2 replicas" in text
        assert (finished.path / f"results/studies/small/figures/{name}.png").stat().st_size > 10_000


def test_a_run_has_the_layout_of_the_contract(finished):
    with h5py.File(run_of(finished, "consistency")) as file:
        steps, updates = 256 // 32, 8
        assert file["history/step"][:].tolist() == [0, steps]
        assert file["history/epoch"][:].tolist() == [0, 1]
        for split in ("train", "validation", "test"):
            for metric in ("loss", "accuracy"):
                assert file[f"history/{split}_{metric}"].shape == (2, REPLICAS)
        assert file["progress/step"][:].tolist() == list(range(1, updates + 1))
        assert file["progress/loss"].shape == (updates, REPLICAS)
        assert file["statistics/step"][:].tolist() == [0, 1, 2, 4, 8]
        quantities = {
            *("sample_mean", "sample_variance", "population_mean", "population_variance"),
            *("discrepancy", "dead_fraction", "effective_rank", "cosine"),
            *("gradient_norm", "weight_norm", "weight_delta", "weight_update"),
        }
        for layer in LAYERS:
            assert set(file[f"statistics/{layer}"]) == quantities
            assert {file[f"statistics/{layer}/{name}"].shape for name in quantities} == {(5, 2)}
        assert file["initial/C3/weight"].shape == (REPLICAS, 16, 6, 5, 5)
        assert file["initial/C3/bias"].shape == (REPLICAS, 16)
        assert file.attrs["parameters"] == 62006  # LeNet-5 with three input channels
        assert file.attrs["calibration_samples"].tolist() == [64, 64]
        reached = file.attrs["calibration_discrepancy"]
        assert reached.shape == (REPLICAS, len(LAYERS))
        # Matched by channel, hidden layers keep what their channels have in common.
        assert (reached < file["statistics/C5/discrepancy"][0].max() + 1).all()
        dtypes = set()
        file.visititems(lambda _, item: dtypes.add(getattr(item, "dtype", None)))
        assert dtypes <= {None, np.dtype("f4"), np.dtype("f8"), np.dtype("i8")}


def test_zero_stays_at_chance_with_hidden_weights_exactly_zero(finished):
    with h5py.File(run_of(finished, "zero")) as file:
        for layer in LAYERS[:-1]:
            assert not file[f"statistics/{layer}/weight_norm"][:].any()
            assert (file[f"statistics/{layer}/discrepancy"][:] == 1).all()
        assert (file["history/test_accuracy"][:] < 0.2).all()


def test_folders_are_hive_partitions(finished):
    parts = run_of(finished, "he_normal").relative_to(finished.path / "results/cells").parts
    assert [part.split("=")[0] for part in parts[:-1]] == [*AXES, "replicas"]


def test_the_table_has_a_row_a_replica(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    assert project.snakemake("results/studies/small/tables/first.csv").returncode == 0
    table = pd.read_csv(project.path / "results/studies/small/tables/first.csv")
    assert len(table) == 3 * REPLICAS
    promised = [
        *AXES,
        *("replica", "final_accuracy", "first_epoch_accuracy", "area_under_curve"),
        *("mean_train_loss", "epochs_to_target", "failed", "initial_loss"),
        *("initial_discrepancy", "calibration_samples"),
    ]
    assert list(table.columns)[: len(promised)] == promised
    with h5py.File(run_of(project, "he_normal")) as file:
        accuracy = file["history/test_accuracy"][-1]
    rows = table[table.initializer == "he_normal"].sort_values("replica")
    np.testing.assert_allclose(rows.final_accuracy, accuracy, rtol=1e-6)


def test_a_second_run_has_nothing_to_do(finished):
    outcome = finished.snakemake("--dry-run")
    assert "Nothing to be done" in outcome.stdout + outcome.stderr


def test_the_same_cell_gives_the_same_bytes(finished, tmp_path):
    project = finished.copied(tmp_path / "project")
    run = run_of(project, "consistency")
    before = run.read_bytes()
    run.unlink()
    outcome = project.snakemake(str(run.relative_to(project.path)))
    assert outcome.returncode == 0, outcome.stderr
    assert run.read_bytes() == before


def test_the_graph_of_jobs_can_be_drawn(project):
    outcome = project.snakemake("--dag")
    assert outcome.stdout.startswith("digraph")
    assert outcome.stdout.rstrip().endswith("}")
    assert "train_cell" in outcome.stdout
    if dot := shutil.which("dot"):
        drawn = subprocess.run([dot, "-Tsvg"], input=outcome.stdout, text=True, capture_output=True)
        assert drawn.returncode == 0
        assert "train_cell" in drawn.stdout
