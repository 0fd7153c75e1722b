"""Sweeps draw what the results hold, on an axis that suits the values."""

import numpy as np
import pytest

from helpers.legible import assert_legible
from helpers.synthetic_figures import OPTIMIZERS
from helpers.synthetic_runs import CHANCE, catalogue, experiment, results_of
from initstudy.figures.kinds import sweep

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("axes", "places", "labels"),
    [
        ({"train_size": [64, 500, "all"]}, [64, 500, 1280], ["64", "500", "all"]),
        ({"momentum": [0.0, 0.9, 0.95, 0.99]}, [1, 0.1, 0.05, 0.01], ["0", "0.9", "0.95", "0.99"]),
        ({"calibration_size": [32, 512]}, [32, 512], ["32", "512"]),
        (
            {"calibration_source": ["train", "photos", "svhn", "noise"]},
            [0, 1, 2],
            ["training data", "svhn", "noise"],
        ),
    ],
)
def test_sweep_draws_the_data(axes, places, labels, tmp_path):
    described = experiment(catalogue(3), **axes)
    results = results_of(described, tmp_path)
    figure = sweep.draw(described, {}, results)
    assert_legible(figure)
    [swept] = axes
    *levels, differences = figure.axes
    for panel, metric in zip(levels, ("final_accuracy", "charged_area_under_curve"), strict=True):
        assert panel.get_xticks().tolist() == pytest.approx(places)
        assert [label.get_text().strip() for label in panel.get_xticklabels()] == labels
        for line, name in zip(panel.lines, described.initializers, strict=False):
            means = [
                result.replicas[metric].mean()
                for result in results
                if result.cell.initializer == name
            ]
            level = swept.startswith("calibration") and name != "consistency"
            assert line.get_xdata() == pytest.approx(places)
            assert line.get_ydata() == pytest.approx(means * len(places) if level else means)
            assert (line.get_marker() == "") == level
            # Names are not joined.
            assert (line.get_linestyle() == "None") == (swept == "calibration_source" and not level)
        assert [CHANCE, CHANCE] in [list(line.get_ydata()) for line in panel.lines]

    finals = {
        name: np.array(
            [
                result.replicas["final_accuracy"].mean()
                for result in results
                if result.cell.initializer == name
            ]
        )
        for name in described.initializers
    }
    best = max(finals, key=lambda name: finals[name].mean())
    for line, name in zip(differences.lines, described.initializers, strict=False):
        assert line.get_ydata() == pytest.approx(
            np.broadcast_to(100 * (finals[name] - finals[best]), len(places)), abs=1e-4
        )


def test_sweep_takes_the_longest_axis_and_marks_failures(tmp_path):
    described = experiment(
        catalogue(2), depth=[3, 8, 20], batch_size=[16, 64], momentum=[0, 0.5, 0.9]
    )
    assert sweep.swept_axis(described).name == "depth"
    described = experiment(catalogue(2), depth=[3, 8, 20], **OPTIMIZERS)
    figure = sweep.draw(described, {}, results_of(described, tmp_path))
    assert [axes.get_title(loc="left") for axes in figure.axes[::3]] == [
        "optimizer adam",
        "optimizer sgd",
    ]
    for axes in [*figure.axes[:2], *figure.axes[3:5]]:
        crosses = [line for line in axes.lines if line.get_marker() == "x"]
        assert [line.get_xdata()[0] for line in crosses] == [20, 20]
        assert len({line.get_ydata()[0] for line in crosses}) == 2
