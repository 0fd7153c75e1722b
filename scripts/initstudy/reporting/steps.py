"""What is said while a study runs: a line a finished step, with the time that is left."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

ACCURACY = re.compile(r"test accuracy ([\d.]+)")
"""In the log of a training."""
ALWAYS = ("dataset", "initializer", "optimizer")
"""Axes of a cell that are named always; others where they are not the study's default."""
UNUSED = ("0", "none")
"""What an axis is of which an initializer makes no use."""
SHORT = 3.0
"""Seconds that a step is thought to take of whose kind none has ended; trainings are never."""
TRAINING = "train_cell"
NOISE = ("Select jobs to execute...", "Using shell: ", "Conda environments: ignored")
"""How messages of Snakemake begin that tell users nothing."""


class Clock:
    """How long steps take, by their rules, and how long it will be until all have ended."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        self.now = now
        self.start: float | None = None
        self.begun: dict[int, float] = {}
        self.spent: defaultdict[str, list[float]] = defaultdict(list)
        """Seconds of every step that has ended, by rule."""

    def begin(self, job: int) -> None:
        moment = self.now()
        self.start = moment if self.start is None else self.start
        self.begun[job] = moment

    def end(self, job: int, rule: str) -> None:
        self.spent[rule].append(self.now() - self.begun.pop(job, self.now()))

    def left(self, steps: Mapping[str, int]) -> float | None:
        """Seconds that so many more steps of these rules take; None while no training has ended.

        As many are taken to run side by side as did so far.
        """
        if self.start is None or (steps.get(TRAINING) and not self.spent[TRAINING]):
            return None
        work = sum(count * self._mean(rule) for rule, count in steps.items())
        done = sum(map(sum, self.spent.values()))
        return work * (self.now() - self.start) / done if done > 0 else None

    def _mean(self, rule: str) -> float:
        spent = self.spent[rule]
        return sum(spent) / len(spent) if spent else SHORT


def step_line(done: int, total: int, said: str, left: float | None) -> str:
    """For example "[32/155] photos, he_normal, sgd: 41.2 %, about 5 min left"."""
    parts = [f"[{done}/{total}] {said}"]
    if left is not None and done < total:
        parts.append(f"about {in_round_numbers(left)} left")
    return ", ".join(parts)


def step_in_words(
    rule: str,
    wildcards: Mapping[str, str],
    outputs: list[str],
    logs: list[str],
    defaults: Mapping[str, object],
) -> str:
    """What a step has made: a training by its cell and test accuracy, others by their file."""
    words = rule.replace("_", " ")
    if "initializer" not in wildcards:
        return ": ".join([words, *(Path(output).name for output in outputs[:1])])
    cell = cell_in_words(wildcards, defaults)
    if rule != TRAINING:
        return f"{words}: {cell}"
    accuracy = final_accuracy(logs)
    return cell if accuracy is None else f"{cell}: {100 * accuracy:.1f} %"


def cell_in_words(values: Mapping[str, str], defaults: Mapping[str, object]) -> str:
    """Data, initializer, optimizer, and what differs from the study's defaults."""
    rates = defaults["learning_rate"]
    usual = {**defaults, "learning_rate": rates.get(values.get("optimizer"))}
    said = [values[axis] for axis in ALWAYS if axis in values]
    said += [
        f"{axis.replace('_', ' ')} {value}"
        for axis, value in values.items()
        if axis in usual
        and axis not in ALWAYS
        and value != str(usual[axis])
        and not (axis.startswith("calibration") and value in UNUSED)
    ]
    block = values.get("replicas", "0-")
    said += [f"replicas {block}"] * (not block.startswith("0-"))
    return ", ".join(said)


def final_accuracy(logs: list[str]) -> float | None:
    """The last that a training's log tells of, if it can be read here."""
    found = [
        accuracy
        for log in logs
        if Path(log).is_file()
        for accuracy in ACCURACY.findall(Path(log).read_text(errors="replace"))
    ]
    return float(found[-1]) if found else None


def in_round_numbers(seconds: float) -> str:
    """50 s, 5 min or 2.5 h."""
    if seconds < 55:
        return f"{max(10, round(seconds, -1)):.0f} s"
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h"
