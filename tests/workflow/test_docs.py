"""Documentation keeps up: what it names and links to is there, the picture of rules is true."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
import yaml

from helpers.small_study import STUDY
from initstudy.figures.kinds import kinds
from initstudy.study.axes import AXES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text()
FOLDERS = (
    "scripts",
    "rules",
    "envs",
    "tests",
    "docs",
    "slurm",
    "profiles",
    "benchmarks",
    "studies",
)
EXAMPLES = {"studies/mine.yaml", "mine"}
"""What readers are to make themselves."""

COMMANDS = sorted(
    {
        re.split("[|#]", line)[0].removeprefix("snakemake ").strip()
        for page in PAGES
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), flags=re.DOTALL)
        for line in block.splitlines()
        if line.startswith("snakemake ")
    }
)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def anchors(page):
    """The names that a page's headings can be linked by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_page
def test_files_that_are_named_exist(page):
    names = re.findall(
        rf"(?<![\w/.])((?:{'|'.join(FOLDERS)})/[\w./-]*\w)(?![\w<{{])", page.read_text()
    )
    placeholders = [name for name in names if re.search("[A-Z]{3}", Path(name).name)]
    for name in {*names} - {*placeholders} - EXAMPLES:
        assert (ROOT / name).exists(), name


@each_page
def test_commands_that_are_named_exist(page):
    text = page.read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split())
    assert {*re.findall(r"(?:`|^)make ([a-z]+)", text, flags=re.MULTILINE)} <= targets
    for name in {*re.findall(r"(?:study|STUDY)=(\w+)", text)} - EXAMPLES - {"NAME"}:
        assert (ROOT / f"studies/{name}.yaml").exists(), name


@pytest.mark.parametrize("command", COMMANDS)
def test_snakemake_understands_what_readers_are_told_to_call(project, command):
    shutil.copytree(ROOT / "slurm", project.path / "slurm")
    project.write_study(STUDY, "mine")
    plan = [] if "--dag" in command else ["--dry-run"]
    outcome = project.snakemake(*plan, *shlex.split(command))
    assert outcome.returncode == 0, outcome.stderr
    assert "train_cell" in outcome.stdout


def test_pages_name_something():
    """Else the tests above could pass by finding nothing."""
    readme = (ROOT / "README.md").read_text()
    assert len(PAGES) >= 6
    assert readme.count("](docs/") >= 5
    assert readme.count("make ") >= 5
    assert len(COMMANDS) >= 7


def test_targets_of_make_are_those_it_says():
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split())
    assert phony == {*re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE)}


def test_all_axes_and_figures_are_listed():
    page = " ".join((ROOT / "docs/studies.md").read_text().split())
    listed = re.search(r"Axes are ([\w, ]+)\.", page)[1]
    assert re.split(r", | and ", listed) == list(AXES)
    listed = re.search(r"`figures` are any of ([\w, ()]+)\.", page)[1]
    assert {*re.split(r", | and ", re.sub(r" \(.*?\)", "", listed))} == kinds().keys()


def test_columns_of_tables_are_explained(finished):
    page = (ROOT / "docs/results.md").read_text()
    tables = page[page.index("## Tables") : page.index("## Data sets")]
    for name in ("first", "first-summary", "claims"):
        for column in pd.read_csv(
            finished.path / f"results/studies/small/tables/{name}.csv"
        ).columns:
            assert column in AXES or f"`{column}`" in tables, column


def test_the_notebook_runs(finished):
    cells = json.loads((ROOT / "docs/first_epoch.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    command = [sys.executable, "-c", "\n".join(code)]
    outcome = subprocess.run(command, cwd=finished.path, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    assert "3 initializers" in outcome.stdout
    assert "rank correlation" in outcome.stdout
    assert "before training" in outcome.stdout


def test_the_picture_of_the_rules_is_current(project):
    """Redraw it by `make rulegraph`."""
    command = re.search(r"snakemake (.* --rulegraph) ", MAKEFILE)[1]
    outcome = project.snakemake(*command.split())
    assert outcome.returncode == 0, outcome.stderr
    labels = dict(re.findall(r'(\d+)\[label = "(\w+)"', outcome.stdout))
    edges = {
        (labels[first], labels[second])
        for first, second in re.findall(r"(\d+) -> (\d+)", outcome.stdout)
    }
    assert len(edges) >= 15
    assert drawn(ROOT / "docs/rulegraph.svg") == (set(labels.values()), edges)


def drawn(picture):
    """The rules, and the pairs of them, that a picture of Graphviz shows."""
    svg = "{http://www.w3.org/2000/svg}"
    labels, arrows = {}, []
    for group in ElementTree.parse(picture).iter(f"{svg}g"):
        title = group.findtext(f"{svg}title")
        if group.get("class") == "node":
            labels[title] = group.findtext(f"{svg}text")
        elif group.get("class") == "edge":
            arrows.append(title.split("->"))
    return set(labels.values()), {(labels[first], labels[second]) for first, second in arrows}


def test_the_citation_names_who_holds_the_license():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    license_text = (ROOT / "LICENSE").read_text()
    assert license_text.startswith(f"{citation['license']} License")
    [author] = citation["authors"]
    assert f"Copyright (c) 2026 {author['name']}\n" in license_text
    heading = (ROOT / "README.md").read_text().splitlines()[0]
    assert heading == f"# {citation['title']}"


def test_the_workflow_catalogue_finds_what_it_looks_for():
    readme = (ROOT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    deployment = usage["software-stack-deployment"]
    rules = "".join(path.read_text() for path in ROOT.glob("rules/*.smk"))
    jobs, environments, containers = (
        len(re.findall(rf"^ *{word}:", rules, flags=re.MULTILINE))
        for word in ("shell", "conda", "container")
    )
    assert deployment["conda"] is (jobs == environments)
    assert deployment["apptainer"] is (containers > 0)
