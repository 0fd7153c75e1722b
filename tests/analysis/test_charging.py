"""Calibration counts as training: what it costs, and what curves with it say."""

import math

import numpy as np
import pytest
from torch.utils.flop_counter import FlopCounterMode

from helpers.initializing import make_context
from helpers.synthetic_runs import REPLICAS, catalogue, drawn_accuracy, experiment, synthetic_run
from initstudy.analysis.charging import delayed
from initstudy.analysis.tables import replica_rows
from initstudy.initializers import initialize
from initstudy.initializers.consistency import consistency
from initstudy.initializers.data_dependent import kraehenbuehl
from initstudy.initializers.gradient_based import gradinit, metainit
from initstudy.networks.architectures import lenet5

METRICS = [
    *("final_accuracy", "first_epoch_accuracy", "area_under_curve", "mean_train_loss"),
    "epochs_to_target",
]


def charged_rows(calibration_size: float, target: float = 0.3, accuracy=drawn_accuracy):
    """Rows of two epochs with 40 steps of 32 images each, with so large a calibration."""
    [cell] = experiment(catalogue(1), epochs=[2], batch_size=[32]).cells
    run = synthetic_run(cell, accuracy(cell), accuracy(cell))
    run.attributes["calibration_samples"] = np.full(REPLICAS, float(calibration_size))
    return run, replica_rows(cell, run, target)


def test_without_calibration_charged_is_the_same_bit_for_bit():
    run, rows = charged_rows(0)
    for metric in METRICS:
        assert rows[f"charged_{metric}"].tolist() == rows[metric].tolist()
    assert rows["area_under_curve"].tolist() == run.history["test_accuracy"][1:].mean(0).tolist()


def test_half_an_epoch_of_calibration_is_read_half_an_epoch_earlier():
    # Three passes forward are one of training.
    run, rows = charged_rows(3 * 0.5 * 40 * 32)
    accuracy, loss = run.history["test_accuracy"], run.progress["loss"]
    assert rows["calibration_passes"].tolist() == [0.5] * REPLICAS
    first, final = (accuracy[:2].mean(axis=0), accuracy[1:].mean(axis=0))
    np.testing.assert_allclose(rows["charged_first_epoch_accuracy"], first, rtol=1e-6)
    np.testing.assert_allclose(rows["charged_final_accuracy"], final, rtol=1e-6)
    np.testing.assert_allclose(rows["charged_area_under_curve"], (first + final) / 2, rtol=1e-12)
    # Ten blocks an epoch, of which the first five stand still.
    delayed_loss = np.concatenate([np.tile(loss[:1], (5, 1)), loss[:-5]]).mean(axis=0)
    np.testing.assert_allclose(rows["charged_mean_train_loss"], delayed_loss, rtol=1e-12)


def test_a_target_is_reached_later_or_not_in_time():
    def accuracy(cell):
        return np.array([0.8, 0.8, 0.2, 0.8, 0.8])

    _, rows = charged_rows(3 * 0.5 * 40 * 32, target=0.7, accuracy=accuracy)
    assert rows["epochs_to_target"].tolist() == [2, 2, math.inf, 2, 2]
    # After two passes of training, two and a half are over.
    assert rows["charged_epochs_to_target"].tolist() == [math.inf] * REPLICAS
    _, rows = charged_rows(3 * 0.5 * 40 * 32, target=0.5, accuracy=accuracy)
    assert rows["epochs_to_target"].tolist() == [1, 1, math.inf, 1, 1]
    assert rows["charged_epochs_to_target"].tolist() == [1.5, 1.5, math.inf, 1.5, 1.5]


def test_what_calibrates_longer_than_others_train_has_not_begun():
    run, rows = charged_rows(3 * 7 * 40 * 32)
    start = run.history["test_accuracy"][0].tolist()
    assert rows["charged_final_accuracy"].tolist() == pytest.approx(start)
    assert rows["charged_area_under_curve"].tolist() == pytest.approx(start)


def test_what_comes_after_a_divergence_is_not_taken_into_account():
    values = np.array([[0.1], [0.5], [math.nan]])
    assert delayed(values, np.array([0.0]))[:2].tolist() == [[0.1], [0.5]]
    assert delayed(values, np.array([1.0])).tolist() == [[0.1], [0.1], [0.5]]
    assert np.isnan(delayed(values, np.array([0.5]))[2])


@pytest.mark.parametrize(
    ("initializer", "options"),
    [
        (consistency, {"strength": "auto"}),
        (kraehenbuehl, {}),
        (metainit, {"steps": 3, "batch_size": 128}),
        (gradinit, {"iterations": 3}),
        (gradinit, {"iterations": 3, "gamma": 1e6}),
    ],
)
def test_passes_are_charged_at_their_arithmetic(initializer, options):
    """Multiplications as PyTorch counts them, beside those of training on as many samples."""
    network = lenet5(10, 3, "none")
    context = make_context(128)
    with FlopCounterMode(display=False) as counter:
        calibration = initialize(network, initializer, options, context)
    with FlopCounterMode(display=False) as forward:
        network(context.images[:1])
    charged = calibration.samples + 2 * calibration.backward_samples
    measured = counter.get_total_flops() / forward.get_total_flops()
    # A first layer needs no gradient of its input, and a gradient of a gradient not all parts.
    assert 0.5 < measured / charged < 1.3, (measured, charged)
