"""Text from the configuration is text everywhere: figures, captions, pages, shell and terminal."""

import csv
import json

import pytest
from pypdf import PdfReader

from helpers.browser import DESKTOP, opened
from helpers.small_study import TINY

TITLE = """{word} $x$ `a` <b>bold</b> "quoted" 'too' & |c| d_ *e* </script>"""
LABEL = "{x} $y_1$ </script> `z` 的"
STATEMENT = "NA"
STUDY = TINY.replace('"Tiny #1"', json.dumps(TITLE)).replace(
    "He's initialization is better than zero weights.", STATEMENT
)
STUDY += f"initializers: {{he_normal: {{label: {json.dumps(LABEL)}}}}}\n"


@pytest.mark.slow
def test_markup_of_every_kind_is_shown_as_it_stands(project):
    project.write_study(STUDY)
    outcome = project.snakemake()
    assert outcome.returncode == 0, outcome.stderr
    assert TITLE in outcome.stderr
    pages = PdfReader(project.path / "results/figures/all.pdf").pages
    texts = [page.extract_text() for page in pages]
    assert TITLE in " ".join(texts[0].split())
    assert all("$x$" in text for text in texts)
    home = project.path / "results/studies/small"
    with (home / "tables/claims.csv").open(newline="", encoding="utf-8") as file:
        assert [row["statement"] for row in csv.DictReader(file)] == [STATEMENT]
    with opened(project.path / "results/explore.html", DESKTOP) as page:
        page.wait_for_selector("#curves .mark-line path")
        said = page.locator("body").inner_text()
        assert TITLE in said
        assert LABEL in said
        page.locator("#tab-claims").click()
        assert STATEMENT in page.locator("#claims").inner_text()
    report = project.snakemake("--report", "results/report.html")
    assert report.returncode == 0, report.stderr
    with opened(project.path / "results/report.html", DESKTOP, may_warn=True) as page:
        page.get_by_role("link", name="Claims", exact=True).click()
        page.wait_for_function("document.querySelector('tbody tr') !== null")
        page.locator("tbody tr").first.locator("a").last.click()
        assert TITLE in " ".join(page.locator("li.prose").inner_text().split())
