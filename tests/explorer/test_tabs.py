"""The explorer's tabs in a real Chromium: what they show, save and take in."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page
from scipy import stats

from helpers.browser import DESKTOP, PHONE, opened, overflow
from helpers.explored_study import explored, wait
from helpers.synthetic_page import synthetic_page
from helpers.synthetic_runs import catalogue, experiment
from initstudy.analysis.tables import read_table

pytestmark = pytest.mark.slow

VIEWPORTS = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
HEADLINE = "Not shown worse than the best by more than 1 pp of final test accuracy: "
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: "text/html" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("explored"), answered=True)


def rows_of(page: Page, table: str) -> list[dict[str, str]]:
    """What a table says, by its headings."""
    wait(page)
    heads = page.locator(f"#{table} thead th").all_inner_texts()
    lines = [
        row.locator("td").all_inner_texts() for row in page.locator(f"#{table} tbody tr").all()
    ]
    return [dict(zip(heads, line, strict=True)) for line in lines]


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def saved(page: Page, figure: str, kind: str) -> bytes:
    """The file that a button below a chart saves."""
    with page.expect_download() as download:
        page.locator(f"#{figure} ~ .files").get_by_role("button", name=kind).click()
    assert download.value.suggested_filename == f"{figure}.{kind.lower()}"
    return Path(download.value.path()).read_bytes()


@VIEWPORTS
def test_tabs_are_changed_by_mouse_and_keys_and_kept_in_the_address(viewport, study):
    with opened(study.page, viewport) as page:
        wait(page)
        assert page.get_by_role("tab").all_inner_texts() == [
            *("Answer", "Compare", "Sweep", "Inside", "Claims")
        ]
        assert page.locator("#answer").is_visible()
        page.get_by_role("tab", name="Compare").click()
        page.keyboard.press("ArrowRight")
        wait(page)
        assert "tab=sweep" in page.url
        assert page.locator("[role=tabpanel]:visible").count() == 1
        assert page.locator("#sweep").is_visible()
        for tab in ("answer", "compare", "sweep", "inside", "claims"):
            page.locator(f"#tab-{tab}").click()
            wait(page)
            assert overflow(page) <= 0
    with opened(study.page, viewport, "tab=claims") as page:
        wait(page)
        assert page.locator("#claims").is_visible()


@VIEWPORTS
def test_the_answer_is_there_at_once_sorted_and_filtered(viewport, study):
    ranking = pd.read_csv(study.results / "answer.csv")
    decisive = ranking[ranking["declared"]]
    with opened(study.page, viewport) as page:
        wait(page)
        said = " ".join(page.locator("#headline").inner_text().split())
        assert HEADLINE in said or "No initializer keeps up" in said or "Undecided" in said
        rows = rows_of(page, "ranking")
        assert len(rows) == len(decisive)
        gaps = [number(row["gap, pp"]) for row in rows]
        assert gaps == pytest.approx(sorted(100 * decisive["gap"], reverse=True), abs=0.05)
        page.locator("#ranking th[data-key=final] button").click()
        finals = [number(row["final, %"]) for row in rows_of(page, "ranking")]
        assert finals == sorted(finals, reverse=True)
        assert page.locator("th[aria-sort=descending]").inner_text() == "final, %"
        page.locator("#ranking th[data-key=final] button").click()
        assert [number(row["final, %"]) for row in rows_of(page, "ranking")] == finals[::-1]
        page.locator("select[name=standing]").select_option("worse")
        assert {row["standing"] for row in rows_of(page, "ranking")} == {"worse"}
        page.locator("select[name=standing]").select_option("all")
        page.locator("select[name=condition]").select_option(index=1)
        rows = rows_of(page, "ranking")
        assert len({row["condition"] for row in rows}) == 1
        assert page.locator("#gaps svg").count() == 1


@VIEWPORTS
def test_two_initializers_are_compared_in_every_condition_that_both_were_run_in(viewport, study):
    with opened(study.page, viewport, "tab=compare&first=consistency&second=zero") as page:
        rows = {row["condition"]: row for row in rows_of(page, "differences-table")}
        assert len(rows) == 4 + 2  # facets of the first experiment, and of the second
        table = read_table(study.results / "first.csv")
        inside = table[(table["optimizer"] == "sgd") & (table["depth"] == 6)]
        one, other = (
            inside[inside["initializer"] == name].sort_values("replica")["final_accuracy"]
            for name in ("consistency", "zero")
        )
        differences = 100 * (one.to_numpy() - other.to_numpy())
        low, high = stats.ttest_1samp(differences, 0).confidence_interval()
        row = rows["first: depth 6, optimizer sgd"]
        found = [number(row[key]) for key in ("difference, pp", "from", "to")]
        assert found == pytest.approx([differences.mean(), low, high], abs=0.05)
        page.locator("select[name=second]").select_option("consistency")  # itself
        wait(page)
        assert page.locator("#differences").inner_text() == "They were not run in one condition."


def test_a_sweep_shows_means_with_intervals(study):
    fragment = "tab=sweep&experiment=first&swept=depth&optimizer=sgd&initializers=zero,consistency"
    with opened(study.page, DESKTOP, fragment) as page:
        wait(page)
        rows = list(csv.DictReader(io.StringIO(saved(page, "along", "CSV").decode())))
        table = read_table(study.results / "first.csv")
        for row in rows:
            inside = table[
                (table["optimizer"] == "sgd")
                & (table["depth"] == int(row["value"]))
                & (table["initializer"] == row["label"].lower())
            ]
            scores = 100 * inside["final_accuracy"].to_numpy(np.float64)
            low, high = stats.ttest_1samp(scores, 0).confidence_interval()
            found = [float(row[key]) for key in ("mean", "low", "high")]
            assert found == pytest.approx([scores.mean(), low, high], abs=0.05)
        assert {(row["label"], row["value"]) for row in rows} == {
            (label, depth) for label in ("Zero", "Consistency") for depth in ("3", "6")
        }
        # The axis itself is not to be chosen.
        assert not page.locator("#axes select[name=depth]").is_visible()
        assert page.locator("#axes select[name=optimizer]").is_visible()


@pytest.mark.parametrize(
    ("tab", "figures"),
    [
        ("answer", ["gaps"]),
        ("compare", ["differences"]),
        ("sweep", ["along"]),
        ("inside", ["curves", "heat"]),
    ],
)
def test_pictures_and_numbers_of_every_chart_are_saved(tab, figures, study):
    with opened(study.page, DESKTOP, f"tab={tab}") as page:
        wait(page)
        for figure in figures:
            assert saved(page, figure, "SVG").startswith(b"<svg")
            assert saved(page, figure, "PNG").startswith(b"\x89PNG")
            assert len(saved(page, figure, "CSV").splitlines()) > 2


def test_a_claim_opens_its_evidence(study):
    with opened(study.page, DESKTOP, "tab=claims") as page:
        wait(page)
        page.get_by_role("link", name="evidence").first.click()
        page.wait_for_selector("#inside:visible")
        wait(page)
        assert page.locator("select[name=experiment]").input_value() == "first"
        assert page.locator("select[name=optimizer]").input_value() == "adam"


def test_another_study_is_taken_in(study, tmp_path):
    other = synthetic_page([experiment(catalogue(2), "another", epochs=[2])], tmp_path / "b.html")
    with opened(study.page, DESKTOP, "tab=inside") as page:
        wait(page)
        page.evaluate(DROP, ["b.html", other.read_text(encoding="utf-8")])
        page.wait_for_selector("select[name=study]:visible")
        wait(page)
        assert page.locator("select[name=experiment]").input_value() == "another"
        assert page.get_by_role("tab").all_inner_texts() == ["Inside", "Compare"]
        page.locator("select[name=study]").select_option("0")
        wait(page)
        assert page.locator("select[name=experiment]").input_value() == "first"
        with page.expect_event("dialog") as dialog:
            page.once("dialog", lambda dialog: dialog.accept())
            page.evaluate(DROP, ["c.html", "<p>Nothing.</p>"])
        assert dialog.value.message == ("c.html is no explorer of a study: drop an explore.html")


def test_in_the_dark_letters_are_light(study):
    with opened(study.page, DESKTOP, "tab=inside") as page:
        page.emulate_media(color_scheme="dark")
        wait(page)
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).background]"
        )
        ink, paper = (int(re.search(r"\d+", colour)[0]) for colour in colours)
        assert ink > 200 > 60 > paper
        page.wait_for_function("document.querySelector('#curves svg text').getAttribute('fill')")
        filled = page.locator("#curves .role-axis-label text").first.get_attribute("fill")
        assert filled == "#b8b8b8"
        strokes = page.locator("#curves .mark-line path").evaluate_all(
            "(all) => all.map((it) => it.getAttribute('stroke'))"
        )
        assert "#000000" not in strokes


def test_the_address_is_copied(study):
    with opened(study.page, DESKTOP, "tab=claims") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        wait(page)
        page.locator("#copy").click()
        page.wait_for_function("document.querySelector('#copy').textContent === 'copied'")
        assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_content_is_json(study):
    text = study.page.read_text(encoding="utf-8")
    content = json.loads(re.search(r'id="content">(.*?)</script>', text, re.DOTALL)[1])
    assert set(content["answer"]) == {"headline", "margin", "order", "rows"}
