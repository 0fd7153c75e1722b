"""What is wrong with the claims of a study; `study.claims` has how one is declared."""

from initstudy.core.errors import InputError
from initstudy.study.axes import AXES
from initstudy.study.cells import Cell, Experiment, Facet
from initstudy.study.claims import (
    ACCURACIES,
    EPOCHS,
    PAIRED_TESTS,
    TESTS,
    Claim,
    with_charged,
)


def check_claims(claims: dict[str, dict]) -> None:
    """Raise InputError, one sentence that names claim and key, if a claim cannot be understood.

    claims: as declared, by name.
    """
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
        _check_over(name, claim)


def check_experiments(claims: dict[str, Claim], experiments: dict[str, Experiment]) -> None:
    """Raise InputError if a claim is about an experiment, or values of axes, that are not run."""
    for name, claim in claims.items():
        if claim.experiment not in experiments:
            raise InputError(
                f"claims.{name}.experiment: {claim.experiment!r} is not one of "
                f"{', '.join(experiments)}"
            )
        for key, selection in claim.selections.items():
            for axis, value in selection.items():
                run = experiments[claim.experiment].axes[axis]
                if value not in run:
                    raise InputError(
                        f"claims.{name}.{key}.{axis}: {value!r} is not run by the experiment "
                        f"{claim.experiment}, which has {', '.join(map(str, run))}"
                    )


def check_contrasts(claims: dict[str, Claim], experiments: dict[str, Experiment]) -> None:
    """Raise InputError if what a claim compares is not there, is the same, or cannot be paired.

    claims: have passed `check_experiments`.
    """
    for name, claim in claims.items():
        kept = [cell for cell in experiments[claim.experiment].cells if cell.lies_in(claim.where)]
        if not kept:
            raise InputError(f"claims.{name}.where: must be values that one cell has together")
        if claim.test in PAIRED_TESTS:
            _check_sides(name, claim, kept)
        _check_condition(name, claim, experiments[claim.experiment], kept)


def _check_sides(name: str, claim: Claim, cells: list[Cell]) -> None:
    """What is compared is there, is not the same, and can be paired; cells: those of `where`."""
    sides = {key: _selected(cells, claim.selections[key]) for key in ("compare", "with")}
    for key, side in sides.items():
        if not side:
            raise InputError(f"claims.{name}.{key}: must be values that cells of where have")
    if set(sides["compare"]) & set(sides["with"]):
        raise InputError(f"claims.{name}.with: must not select what compare selects")
    for key, side in sides.items():
        for axis in claim.contrasted - {*claim.selections[key]}:
            if len({getattr(cell, axis) for cell in side}) > 1:
                raise InputError(f"claims.{name}.{key}: must also say which {axis}")


def _check_condition(name: str, claim: Claim, experiment: Experiment, cells: list[Cell]) -> None:
    """Every axis has one value in the claim, is compared, or is one that it averages `over`.

    cells: those of `where`. Default learning rates are those of their optimizers, and go with them.
    """
    told = {*claim.contrasted, *claim.over}
    if isinstance(experiment.axes["learning_rate"][0], dict):
        told.add("learning_rate")
    for axis, record in AXES.items():
        values = dict.fromkeys(getattr(cell, axis) for cell in cells)
        values.pop(record.unused, None)
        if len(values) > 1 and axis not in told:
            raise InputError(
                f"claims.{name}.where: must say which {axis} of {', '.join(map(str, values))}; or "
                f"say over: [{axis}] to average the effect over them"
            )
        if len(values) < 2 and axis in claim.over:
            raise InputError(
                f"claims.{name}.over: {axis} has one value where the claim looks; leave it out"
            )


def _check_over(name: str, claim: dict) -> None:
    """Raise InputError unless `over`, if it is there, lists axes that nothing else names."""
    over = claim.get("over", [])
    if not isinstance(over, list):
        raise InputError(f"claims.{name}.over: must list axes")
    for axis in over:
        if axis not in AXES or axis == "initializer":
            raise InputError(
                f"claims.{name}.over: {axis!r} is not an axis to average over; choose from "
                f"{', '.join(other for other in AXES if other != 'initializer')}"
            )
        named = [key for key in ("compare", "with", "where") if axis in claim.get(key, {})]
        if named:
            raise InputError(f"claims.{name}.over: {axis} has its value in {named[0]}")


def _selected(cells: list[Cell], facet: Facet) -> list[Cell]:
    """Cells with just these values: unlike `lies_in`, those without calibration have their own."""
    return [cell for cell in cells if all(getattr(cell, axis) == facet[axis] for axis in facet)]


def _check_keys(name: str, claim: dict) -> None:
    test = claim.get("test")
    if test not in TESTS:
        raise InputError(f"claims.{name}.test: {test!r} is not one of {', '.join(TESTS)}")
    sides = ["compare", "with"] if test in PAIRED_TESTS else []
    required = ["statement", "experiment", "test", "metric", "margin", *sides]
    missing = [key for key in required if key not in claim]
    unknown = [key for key in claim if key not in (*required, "where", "over")]
    if missing or unknown:
        fault, keys = ("lacks", missing) if missing else ("does not take", unknown)
        raise InputError(f"claims.{name}: the test {test} {fault} the key {keys[0]}")
    others = () if test in PAIRED_TESTS else (EPOCHS,)
    metrics = with_charged(*ACCURACIES, *others)
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
