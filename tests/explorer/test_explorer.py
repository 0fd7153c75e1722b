"""What the explorer embeds: true to the runs, and small enough."""

import base64
import json
import re
import zlib

import numpy as np
import pandas as pd
import pytest

from helpers.explored_study import explored
from helpers.synthetic_page import (
    described_study,
    synthetic_digests,
    synthetic_page,
    synthetic_scores,
    synthetic_summaries,
)
from helpers.synthetic_runs import CHANCE, STATISTICS, catalogue, experiment
from initstudy.analysis.charging import calibration_passes
from initstudy.explorer import page as explorer_page
from initstudy.explorer.content import content, summary_text
from initstudy.explorer.digest import HISTORY, QUANTITIES, kept, quartiles
from initstudy.explorer.packing import NOTHING, decimals, packed
from initstudy.explorer.page import BUDGET, THINNINGS, explorer
from initstudy.figures.palette import look
from initstudy.records.run import read_run


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("explored"))


def unpacked(text: str) -> np.ndarray:
    """Numbers from their text, read anew from what `packed` promises."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(3, -1)
    mantissas = planes[0] + 256.0 * planes[1].view(np.int8)
    mantissas[mantissas == NOTHING] = np.nan
    return mantissas * 10.0 ** planes[2].view(np.int8)


def embedded(text: str, name: str) -> str:
    """What an element of the page holds."""
    return re.search(rf'<script type="[a-z/]+" id="{name}">(.*?)</script>', text, re.DOTALL)[1]


@pytest.mark.parametrize(
    "special",
    [0, 1, -1, 9.994, 9.996, 999.6, -0.0009996, 1e-45, -3.4e38, 1e-90, 123, 0.1, 1 / 3, 100, 1e23],
)
def test_a_number_comes_back_with_three_digits(special):
    assert unpacked(packed(np.array([special])))[0] == pytest.approx(float(f"{special:.3g}"))


def test_many_numbers_come_back_with_three_digits():
    random = np.random.default_rng(0)
    values = random.choice([-1, 1], 10_000) * 10 ** random.uniform(-40, 40, 10_000)
    rounded = [float(f"{value:.3g}") for value in values]
    np.testing.assert_allclose(unpacked(packed(values.reshape(100, 100))), rounded, rtol=1e-12)
    mantissas, _ = decimals(values)
    assert set(np.abs(mantissas)) <= set(range(100, 1000))


def test_what_is_no_number_comes_back_as_none_and_what_vanishes_as_zero():
    values = np.array([np.nan, np.inf, -np.inf, 1e200, 1e-200, -1e-200])
    np.testing.assert_array_equal(unpacked(packed(values)), [np.nan] * 4 + [0, 0])


def test_replicas_that_diverged_are_left_out():
    values = np.array([[1.0, 2, 3, np.nan], [np.inf, 5, -np.inf, np.nan], [np.nan] * 4])
    expected = [[2, 1.5, 2.5], [5, 5, 5], [np.nan] * 3]
    np.testing.assert_array_equal(quartiles(values), expected)


@pytest.mark.parametrize("count", [1, 2, 5, 40, 41, 500])
def test_thinning_keeps_the_ends_and_no_point_twice(count):
    places = kept(count, 40)
    assert len(set(places)) == len(places) == min(count, 40)
    assert (places[0], places[-1]) == (0, count - 1)
    assert len(set(np.diff(places))) <= 2


def test_a_page_holds_the_numbers_of_its_runs(study):
    text = study.page.read_text(encoding="utf-8")
    told = json.loads(embedded(text, "content"))
    numbers = unpacked(embedded(text, "numbers"))
    start = 0
    folders = sorted({cell.folder for one in study.experiments for cell in one.cells})
    for place, folder in enumerate(folders):
        run = read_run(study.results / folder / "run.h5")
        shape = told["shapes"][told["shapeOf"][place]]
        passes = calibration_passes(run).mean()
        assert told["cells"][place]["calibration"] == pytest.approx(passes, rel=1e-3)
        assert told["cells"][place]["chance"] == CHANCE
        assert shape["layers"] == run.attributes["layers"]
        assert shape["steps"] == run.recorded["step"].tolist()
        values = [run.history[name] for name in HISTORY] + [run.progress["loss"]]
        values += [run.statistics[layer][name] for name in QUANTITIES for layer in shape["layers"]]
        whole = np.concatenate(
            [np.nanquantile(part, [0.5, 0.25, 0.75], axis=1).T.ravel() for part in values]
        )
        np.testing.assert_allclose(numbers[start : start + len(whole)], whole, rtol=0.005)
        start += len(whole)
    assert start == len(numbers)


def test_a_page_holds_every_facet_look_summary_and_claim(study):
    told = json.loads(embedded(study.page.read_text(encoding="utf-8"), "content"))
    first, second = told["experiments"]["first"], told["experiments"]["second"]
    assert list(told["initializers"]) == list(catalogue(10))  # the order of config.yaml
    for position, shown in enumerate(told["initializers"].values()):
        assert shown["colour"] == look(position)["color"]
    assert set(first["facets"]) == {"3|adam", "3|sgd", "6|adam", "6|sgd"}
    assert second["varied"] == {"dataset": {"label": "data set", "values": ["digits", "photos"]}}
    for entry in (first, second):
        for cells in entry["facets"].values():
            assert all(all(told["cells"][place]["summary"]) for place in cells.values())
    [claim] = told["claims"]
    assert claim["verdict"] == "supported"
    where = "area under the curve, calibration charged; dataset photos; over optimizer adam, sgd"
    assert claim["condition"] == where
    assert claim["parts"] == (
        "optimizer sgd +20.0 pp; at the common learning rate: +15.0 pp, inconclusive; best rate at"
        " the edge of what was tried: normal"
    )


@pytest.mark.parametrize(
    ("statistic", "value", "low", "high", "text"),
    [
        ("mean", 0.4123, 0.4, 0.4246, "0.412 [0.400, 0.425]"),
        ("mean", 0.1, 0.1, 0.1, "0.100"),
        ("median", 2.0, 1.0, np.inf, "2 [1, never]"),
        ("median", np.inf, np.inf, np.inf, "never"),
        ("median", 2.0, np.nan, np.nan, "2"),
        ("rate", 0.25, 0.1, 0.6, "2 of 8"),
    ],
)
def test_a_statistic_in_words(statistic, value, low, high, text):
    row = {"statistic": statistic, "value": value, "low": low, "high": high, "n": 8}
    assert summary_text(row) == text


def test_equal_studies_give_equal_pages(tmp_path):
    described = [experiment(catalogue(2), epochs=[2])]
    first, second = (synthetic_page(described, tmp_path / name).read_bytes() for name in "ab")
    assert first == second


def test_the_article_study_stays_within_the_budget_with_all_its_statistics(tmp_path):
    page = synthetic_page(described_study("article"), tmp_path / "explore.html")
    told = json.loads(embedded(page.read_text(encoding="utf-8"), "content"))
    assert len(told["cells"]) == 276
    assert page.stat().st_size <= BUDGET
    assert {len(shape["steps"]) for shape in told["shapes"]} >= {25}  # as many as are recorded
    assert all(shape["spread"] for shape in told["shapes"])


@pytest.mark.parametrize("level", range(len(THINNINGS)))
def test_a_page_beyond_the_budget_is_thinned_and_says_so(level, monkeypatch):
    described = [experiment(catalogue(8), depth=[3, 6], epochs=[10])]
    digests = synthetic_digests(described)
    told = content(
        *(described, digests, synthetic_summaries(described), pd.DataFrame()),
        synthetic_scores(described),
    )
    sizes = []
    for thinning in THINNINGS:
        monkeypatch.setattr(explorer_page, "THINNINGS", [thinning])
        sizes.append(len(explorer(told, digests).encode()))
    assert sizes == sorted(sizes, reverse=True)
    monkeypatch.undo()
    monkeypatch.setattr(explorer_page, "BUDGET", sizes[level])
    text = explorer(told, digests)
    assert len(text.encode()) == sizes[level]
    thinning = THINNINGS[sizes.index(sizes[level])]
    said = json.loads(embedded(text, "content"))["thinned"]
    assert ("median over replicas alone" in said) == (not thinning.spread)
    assert (f"keep {thinning.steps} of up to 25 recorded steps" in said) == (thinning.steps < 25)
    assert f"Curves keep {thinning.points} of up to 100 points." in said


@pytest.mark.slow
def test_a_thousand_cells_with_up_to_twenty_two_layers_stay_within_the_budget(tmp_path):
    axes = {"depth": [3, 6, 12, 20], "batch_size": [16, 32, 64], "norm": ["none", "batch"]}
    described = [experiment(catalogue(21), optimizer=["adam", "sgd"], epochs=[10], **axes)]
    page = synthetic_page(described, tmp_path / "explore.html")
    assert len(json.loads(embedded(page.read_text(encoding="utf-8"), "content"))["cells"]) == 1008
    assert page.stat().st_size <= BUDGET


def test_every_recorded_statistic_is_shown():
    assert set(QUANTITIES) == set(STATISTICS)
