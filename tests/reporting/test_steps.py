"""What is said while a study runs."""

import pytest

from initstudy.reporting.steps import Clock, in_round_numbers, step_in_words, step_line

DEFAULTS = {
    **{"dataset": "photos", "optimizer": "adam", "initializer": "he_normal", "depth": 3},
    **{"learning_rate": {"adam": 0.001, "sgd": 0.01}, "batch_size": 32, "calibration_size": 512},
    "calibration_source": "train",
}
CELL = {
    **{"dataset": "photos", "depth": "3", "initializer": "he_normal", "optimizer": "sgd"},
    **{"learning_rate": "0.01", "batch_size": "32", "calibration_size": "0"},
    **{"calibration_source": "none", "replicas": "0-9"},
}


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_the_time_left_follows_from_what_steps_of_their_kind_took():
    time = Time()
    clock = Clock(time)
    assert clock.left({"train_cell": 4}) is None
    clock.begin(1)
    clock.begin(2)
    assert clock.left({"train_cell": 4}) is None  # Nothing has ended.
    time.seconds += 20
    clock.end(1, "train_cell")
    clock.end(2, "train_cell")
    # Two at a time: four more of 20 s, and one of a kind that has not been seen, 3 s.
    assert clock.left({"train_cell": 4, "plot_experiment": 1}) == pytest.approx((80 + 3) / 2)
    clock.begin(3)
    time.seconds += 5
    clock.end(3, "plot_experiment")
    work, done, elapsed = 2 * 20 + 5, 20 + 20 + 5, 25
    left = clock.left({"train_cell": 2, "plot_experiment": 1})
    assert left == pytest.approx(work * elapsed / done)


def test_a_line_says_which_step_of_how_many_and_how_long_it_will_be():
    assert step_line(32, 155, "photos: 41.2 %", 301) == "[32/155] photos: 41.2 %, about 5 min left"
    assert step_line(1, 155, "a table", None) == "[1/155] a table"
    assert step_line(155, 155, "a table", 0.0) == "[155/155] a table"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(2, "10 s"), (47, "50 s"), (56, "1 min"), (5000, "83 min"), (9000, "2.5 h")],
)
def test_times_are_round(seconds, said):
    assert in_round_numbers(seconds) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "photos, he_normal, sgd"),
        ({"depth": "20"}, "photos, he_normal, sgd, depth 20"),
        ({"learning_rate": "0.1"}, "photos, he_normal, sgd, learning rate 0.1"),
        ({"calibration_size": "32"}, "photos, he_normal, sgd, calibration size 32"),
        ({"replicas": "1000-1002"}, "photos, he_normal, sgd, replicas 1000-1002"),
    ],
)
def test_a_cell_is_told_by_what_is_not_usual(changes, said):
    assert step_in_words("train_cell", CELL | changes, ["run.h5"], [], DEFAULTS) == said


def test_a_training_tells_its_accuracy_and_others_their_file(tmp_path):
    log = tmp_path / "train.log"
    log.write_text("epoch 1 of 3, test accuracy 0.250 (mean of 10)\ntest accuracy 0.412 (mean)\n")
    for logs, said in (([str(log)], ": 41.2 %"), ([str(tmp_path / "nowhere")], "")):
        found = step_in_words("train_cell", CELL, ["run.h5"], logs, DEFAULTS)
        assert found == f"photos, he_normal, sgd{said}"
    probe = {"dataset": "photos", "initializer": "zero", "depth": "3"}
    assert step_in_words("probe_initializer", probe, ["probe.h5"], [], DEFAULTS) == (
        "probe initializer: photos, zero"
    )
    table = ["results/studies/x/tables/claims.csv"]
    assert step_in_words("judge_claims", {}, table, [], DEFAULTS) == "judge claims: claims.csv"
    assert step_in_words("all", {}, [], [], DEFAULTS) == "all"
