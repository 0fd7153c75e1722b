"""What a log says while a training runs."""

import pytest

from initstudy.core import progress
from initstudy.core.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    monkeypatch.setattr(progress, "time", clock := Clock())
    return clock


def lines(capsys):
    return capsys.readouterr().err.splitlines()


def test_lines_tell_epochs_times_and_news(clock, capsys):
    training = Progress("epoch", 4)
    clock.now += 60
    training.report(1, lambda: "test accuracy 0.500")
    clock.now += 3600
    training.report(4)
    assert lines(capsys) == [
        "epoch 1 of 4, 0:01:00 elapsed, 0:03:00 left, test accuracy 0.500",
        "epoch 4 of 4, 1:01:00 elapsed",
    ]


def test_fast_epochs_make_a_line_every_few_seconds(clock, capsys):
    training = Progress("epoch", 100)
    for epoch in range(1, 101):
        clock.now += 0.5
        training.report(epoch)
    said = [line.split()[1] for line in lines(capsys)]
    assert said == ["1", "11", "21", "31", "41", "51", "61", "71", "81", "91", "100"]


def test_a_slow_epoch_makes_a_line_a_minute(clock, capsys):
    training = Progress("epoch", 2)
    for step in range(1, 20):
        clock.now += 10
        training.report(step / 20)
    assert [line.split()[1] for line in lines(capsys)] == ["0.3", "0.6", "0.9"]


def test_what_remains_is_estimated_from_this_process_alone(clock, capsys):
    training = Progress("epoch", 10, done=7.5)
    clock.now += 30
    training.report(8)
    assert lines(capsys) == ["epoch 8 of 10, 0:00:30 elapsed, 0:02:00 left"]


def test_news_are_asked_for_only_when_a_line_is_due(clock):
    asked = []
    training = Progress("epoch", 10)
    for epoch in range(1, 4):
        training.report(epoch, lambda: asked.append(epoch) or "")  # noqa: B023
    assert asked == [1]
