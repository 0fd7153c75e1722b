"""What a study may claim; see `claims` for how it is judged.

A claim is declared in the study file, before there are results:

    consistency_beats_normal:
      statement: What the article says, in words.
      experiment: cifar10              # the table to look at
      test: greater                    # or equivalent, correlation
      compare: {initializer: consistency}
      with: {initializer: normal}
      where: {optimizer: sgd}          # optional: rows to keep
      metric: area_under_curve
      margin: 0.01                     # the smallest effect of interest
"""

from initstudy.axes import AXES
from initstudy.commands import InputError

CALIBRATION = ("calibration_size", "calibration_source")
PAIRED_TESTS = ("greater", "equivalent")
ACCURACIES = ("area_under_curve", "final_accuracy", "first_epoch_accuracy")


def check_claims(claims: dict[str, dict]) -> None:
    """Raise InputError, one sentence that names claim and key, if a claim cannot be understood."""
    for name, claim in claims.items():
        _check_keys(name, claim)
        for key in ("compare", "with", "where"):
            selection = claim.get(key, {})
            if not isinstance(selection, dict):
                raise InputError(f"claims.{name}.{key}: must map axes to values")
            for axis in selection:
                if axis not in AXES:
                    raise InputError(
                        f"claims.{name}.{key}: {axis!r} is not an axis; "
                        f"choose from {', '.join(AXES)}"
                    )


def check_experiments(claims: dict[str, dict], axes: dict[str, dict[str, list]]) -> None:
    """Raise InputError if a claim is about an experiment, or values of axes, that are not run.

    claims: have passed `check_claims`; axes: the values of every axis, by experiment.
    """
    for name, claim in claims.items():
        if claim["experiment"] not in axes:
            raise InputError(
                f"claims.{name}.experiment: {claim['experiment']!r} is not one of {', '.join(axes)}"
            )
        for key in ("compare", "with", "where"):
            for axis, value in claim.get(key, {}).items():
                run = axes[claim["experiment"]][axis]
                if value not in run:
                    raise InputError(
                        f"claims.{name}.{key}.{axis}: {value!r} is not run by the experiment "
                        f"{claim['experiment']}, which has {', '.join(map(str, run))}"
                    )


def check_contrasts(claims: dict[str, dict], cells: dict[str, list[dict]]) -> None:
    """Raise InputError if what a claim compares is not there, is the same, or cannot be paired.

    claims: have passed `check_experiments`; cells: of every experiment.
    """
    for name, claim in claims.items():
        rows = _kept(cells[claim["experiment"]], claim.get("where", {}))
        if not rows:
            raise InputError(f"claims.{name}.where: must be values that one cell has together")
        if claim["test"] not in PAIRED_TESTS:
            continue
        sides = {key: _selected(rows, claim[key]) for key in ("compare", "with")}
        for key, side in sides.items():
            if not side:
                raise InputError(f"claims.{name}.{key}: must be values that cells of where have")
        if any(cell in sides["with"] for cell in sides["compare"]):
            raise InputError(f"claims.{name}.with: must not select what compare selects")
        for key, side in sides.items():
            for axis in {*claim["compare"], *claim["with"]} - {*claim[key]}:
                if len({cell[axis] for cell in side}) > 1:
                    raise InputError(f"claims.{name}.{key}: must also say which {axis}")


def _kept(cells: list[dict], where: dict) -> list[dict]:
    """Cells with the values of where; those without calibration go with any calibration."""
    others = {axis: value for axis, value in where.items() if axis not in CALIBRATION}
    return [
        cell
        for cell in _selected(cells, others)
        if cell["calibration_source"] == "none" or _selected([cell], where)
    ]


def _selected(cells: list[dict], values: dict) -> list[dict]:
    return [cell for cell in cells if all(cell[axis] == values[axis] for axis in values)]


def _check_keys(name: str, claim: dict) -> None:
    test = claim.get("test")
    if test not in (*PAIRED_TESTS, "correlation"):
        known = ", ".join([*PAIRED_TESTS, "correlation"])
        raise InputError(f"claims.{name}.test: {test!r} is not one of {known}")
    sides = ["compare", "with"] if test in PAIRED_TESTS else []
    required = ["statement", "experiment", "test", "metric", "margin", *sides]
    missing = [key for key in required if key not in claim]
    unknown = [key for key in claim if key not in (*required, "where")]
    if missing or unknown:
        fault, keys = ("lacks", missing) if missing else ("does not take", unknown)
        raise InputError(f"claims.{name}: the test {test} {fault} the key {keys[0]}")
    metrics = ACCURACIES if test in PAIRED_TESTS else (*ACCURACIES, "epochs_to_target")
    if claim["metric"] not in metrics:
        raise InputError(
            f"claims.{name}.metric: {claim['metric']!r} is not one of {', '.join(metrics)}"
        )
    margin = claim["margin"]
    if not isinstance(margin, int | float) or not 0 < margin < 1:
        raise InputError(f"claims.{name}.margin: {margin!r} is not a number between 0 and 1")
    for key in sides:
        if not claim[key]:
            raise InputError(f"claims.{name}.{key}: must map axes to values")
