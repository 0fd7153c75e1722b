"""`snakemake --report`: one page with everything, read without a network."""

import re
import time

import pandas as pd
import pytest

from helpers.browser import DESKTOP, PHONE, opened, overflow
from helpers.project_copy import new_project
from helpers.small_study_jobs import KINDS

pytestmark = pytest.mark.slow

CATEGORIES = {
    "Claims": {"figure", "table"},
    "Experiment first": {*KINDS, "table, a row a replica", "table, summary"},
    "Experiment second": {"sweep", "table, a row a replica", "table, summary"},
    "Whole study": {"all figures, PDF"},
}
"""Category of the small study's report -> its results."""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of the small study."""
    project = new_project(tmp_path_factory.mktemp("report") / "project")
    for arguments in ([], ["--report", "results/report.html"]):
        outcome = project.snakemake(*arguments)
        assert outcome.returncode == 0, outcome.stderr
    return project.path / "results/report.html"


def menu(page):
    page.locator("nav nav a").first.click()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_figure_is_found_by_its_category_and_says_what_it_shows(report, viewport):
    with opened(report, viewport, may_warn=True) as page:
        for category, expected in CATEGORIES.items():
            page.get_by_role("link", name=category, exact=True).click()
            rows = page.locator("tbody tr")
            page.wait_for_function("document.querySelector('tbody tr') !== null")
            found = {row.locator("td").first.inner_text() for row in rows.all()}
            assert found == expected
            for number in range(rows.count()):
                rows.nth(number).locator("a").last.click()
                caption = page.locator("li.prose")
                assert re.search(r"\d", caption.inner_text())
                # Its column is what the picture leaves: 300 px or so, by the fonts there are.
                assert caption.bounding_box()["width"] > 250
                assert "problematic" not in caption.inner_html()
                page.get_by_role("link", name=category, exact=True).click()
            menu(page)
        assert overflow(page) == 0


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_figure_opens_whole(report, viewport):
    # So low that the picture does not fit: what is above its window could not be scrolled to.
    with opened(report, viewport | {"height": 300}, may_warn=True) as page:
        page.get_by_role("link", name="Experiment first", exact=True).click()
        page.locator("tr", has_text="curves").locator("a").first.click()
        picture = page.locator("#app img[src^='data:image/png']")
        page.wait_for_function("[...document.images].every(image => image.naturalWidth > 0)")
        page.locator("nav h1 a").click()
        time.sleep(0.5)  # the menu slides away
        box = picture.bounding_box()
        assert picture.evaluate("image => image.naturalWidth") > 1000
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
        assert overflow(page) == 0


def test_captions_statistics_and_code_are_there(report):
    with opened(report, DESKTOP, may_warn=True) as page:
        assert page.get_by_text("This is the study small").count()
        table = pd.read_csv(report.parent / "tables/first.csv")
        accuracy = table.groupby("initializer")["final_accuracy"].mean()
        said = page.evaluate("results['results/studies/small/figures/first-curves.png'].caption")
        for name, label in (("he_normal", "He"), ("consistency", "Consistency"), ("zero", "Zero")):
            assert f"{label} {100 * accuracy[name]:.1f} %" in said
        assert {spec["rule"] for spec in page.evaluate("runtimes_spec.data.values")} >= {
            "train_cell",
            "prepare_dataset",
            "plot_experiment",
        }
        for rule in ("train_cell", "judge_claims", "plot_experiment"):
            assert "STUDY_SCRIPTS" in page.evaluate("name => rules[name].code", rule)
        page.get_by_role("link", name="Statistics", exact=True).click()
        page.wait_for_function("document.querySelectorAll('canvas, svg.marks').length > 1")
