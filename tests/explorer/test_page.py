"""The explorer in a real Chromium: its controls, what they change, and the numbers it tells."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from helpers.browser import DESKTOP, PHONE, opened, overflow
from helpers.explored_study import drawn, explored, number, tooltip, wait
from helpers.synthetic_page import described_study, synthetic_page

pytestmark = pytest.mark.slow

VIEWPORTS = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
CHANGED = {
    "experiment": {"curves", "heat"},
    "optimizer": {"curves", "heat"},
    "depth": {"curves", "heat"},
    "metric": {"curves"},
    "quantity": {"heat"},
}
"""Select -> the charts that another choice changes."""
SECONDS_TO_ANSWER = 1.0
"""Three times what was measured at worst, on two busy cores."""
CHANGE_AND_TIME = """async ([name, value]) => {
    const select = document.querySelector(`select[name=${name}]`);
    const start = performance.now();
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    while (document.querySelector("#main[aria-busy=true]")) {
        await new Promise((resume) => setTimeout(resume));
    }
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    return (performance.now() - start) / 1000;
}"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("explored"))


def charts(page: Page) -> dict[str, list]:
    return {chart: drawn(page, chart) for chart in ("curves", "heat")}


def different(before: dict[str, list], after: dict[str, list]) -> set[str]:
    return {chart for chart in before if before[chart] != after[chart]}


def selection(page: Page) -> dict[str, str]:
    """What the address says is selected."""
    asked = parse_qs(urlsplit(page.url).fragment, keep_blank_values=True)
    return {name: value for name, [value] in asked.items()}


def choose(page: Page, name: str, way: str) -> None:
    """Another option of a select, with the keyboard or the mouse."""
    select = page.locator(f"select[name={name}]")
    if way == "keyboard":
        select.focus()
        page.keyboard.press("ArrowDown")
    else:
        select.select_option(index=1)


@VIEWPORTS
@pytest.mark.parametrize("way", ["keyboard", "mouse"])
@pytest.mark.parametrize("name", CHANGED)
def test_a_select_changes_its_charts_and_the_address(name, way, viewport, study):
    with opened(study.page, viewport) as page:
        before, selected = charts(page), selection(page)
        choose(page, name, way)
        assert different(before, charts(page)) == CHANGED[name]
        chosen = page.locator(f"select[name={name}]").input_value()
        assert chosen == selection(page)[name] != selected[name]
        assert overflow(page) <= 0


@VIEWPORTS
@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_initializers_are_chosen_one_by_one_all_and_none(way, viewport, study):
    def use(control):
        if way == "keyboard":
            control.focus()
            page.keyboard.press("Space")
        else:
            control.click()

    def shown() -> int:
        wait(page)
        return page.locator("#summary tbody tr").count()

    with opened(study.page, viewport) as page:
        before = charts(page)
        assert shown() == 8  # as many as have solid lines
        use(page.get_by_role("checkbox", name="Zero"))
        assert different(before, charts(page)) == {"curves", "heat"}
        assert shown() == 7
        assert "zero" not in selection(page)["initializers"].split(",")
        use(page.get_by_role("button", name="all"))
        assert shown() == 10
        use(page.get_by_role("button", name="none"))
        assert shown() == 0
        assert page.locator("#curves").inner_text() == "Choose an initializer."
        use(page.get_by_role("checkbox", name="LSUV"))
        assert shown() == 1
        assert page.locator("#heat .role-scope.row-header, #heat .mark-rect").count() > 0
        assert selection(page)["initializers"] == "lsuv"
        assert overflow(page) <= 0


@VIEWPORTS
def test_every_control_is_reached_with_the_tab_key_and_shows_its_focus(viewport, study):
    reached = []
    with opened(study.page, viewport) as page:
        wait(page)
        controls = page.locator("#controls :is(select, input, button, a):visible")
        controls.first.focus()
        for number in range(controls.count()):
            if number:
                page.keyboard.press("Tab")
            focused = page.locator(":focus")
            reached.append(focused.evaluate("(it) => it.name || it.id"))
            assert focused.evaluate("(it) => getComputedStyle(it).outlineWidth") == "3px"
            labels = "(it) => it.labels ? [...it.labels].map((label) => label.innerText) : ['link']"
            assert focused.evaluate(labels) or reached[-1] in ("all", "none", "copy")
        assert reached == controls.evaluate_all("(all) => all.map((it) => it.name || it.id)")


@VIEWPORTS
def test_the_address_restores_the_selection(viewport, study):
    wanted = "experiment=first&optimizer=sgd&depth=6&metric=test_loss&quantity=weight_norm"
    with opened(study.page, viewport) as page:
        for name, value in parse_qs(wanted).items():
            page.locator(f"select[name={name}]").select_option(value)
        page.get_by_role("checkbox", name="He").uncheck()
        made, asked = charts(page), selection(page)
        page.goto(f"{study.page.as_uri()}#experiment=second")  # in the same document
        page.wait_for_selector("select[name=dataset]")
        assert different(made, charts(page)) == {"curves", "heat"}
    link = "&".join(f"{name}={value}" for name, value in asked.items())
    with opened(study.page, viewport, fragment=link) as page:
        assert charts(page) == made
        assert selection(page) == asked
        assert not page.get_by_role("checkbox", name="He").is_checked()
        assert page.locator("#link").evaluate("(it) => it.href") == page.url


def test_an_address_that_makes_no_sense_shows_what_is_shown_at_first(study):
    with opened(study.page, DESKTOP) as page:
        first = charts(page)
    with opened(study.page, DESKTOP, fragment="experiment=no&depth=7&initializers=me&&=%") as page:
        assert charts(page) == first


@VIEWPORTS
def test_a_field_of_a_heat_map_tells_the_numbers_of_the_run(viewport, study):
    fragment = "experiment=first&optimizer=sgd&depth=6&quantity=gradient_norm"
    with opened(study.page, viewport, fragment) as page:
        wait(page)
        fields = page.locator("#heat .mark-rect path")
        layers = set()
        for place in range(0, fields.count(), 61):
            fields.nth(place).scroll_into_view_if_needed()
            fields.nth(place).hover()
            said = tooltip(page)
            expected = study.layer(
                name="first",
                facet={"optimizer": "sgd", "depth": 6},
                label=said["initializer"],
                layer=said["layer"],
                quantity="gradient_norm",
                step=int(said["updates"]),
            )
            told = [number(said[key]) for key in ("median", "lower quartile", "upper quartile")]
            assert told == pytest.approx(expected, rel=0.005)
            layers.add((said["initializer"], said["layer"]))
        assert len(layers) > 5


@VIEWPORTS
def test_a_point_of_a_curve_tells_the_numbers_of_the_run(viewport, study):
    fragment = "experiment=second&dataset=digits&metric=test_accuracy"
    with opened(study.page, viewport, fragment) as page:
        wait(page)
        points = page.locator("#curves .mark-symbol path")
        told = set()
        page.locator("#curves").scroll_into_view_if_needed()
        for place in range(points.count()):
            box = points.nth(place).bounding_box()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            said = tooltip(page)
            label, passes = said["initializer"], number(said["passes"])
            expected = study.curve(
                "test_accuracy", passes, name="second", facet={"dataset": "digits"}, label=label
            )
            numbers = [number(said[key]) for key in ("median", "lower quartile", "upper quartile")]
            assert numbers == pytest.approx(expected, rel=0.005)
            told.add((label, passes))
        assert {label for label, _ in told} == {"Zero", "Normal(0, 0.01)", "Consistency"}


@VIEWPORTS
def test_accuracies_have_a_line_at_chance(viewport, study):
    with opened(study.page, viewport, "experiment=second&metric=test_accuracy") as page:
        wait(page)
        line = page.locator("#curves .mark-rule.role-mark line")
        assert line.count() == 1
        width, plot = (
            page.locator(f"#curves {part}").first.bounding_box()["width"]
            for part in (".mark-rule.role-mark line", ".root > g > .background")
        )
        assert width > 0.9 * plot
    with opened(study.page, viewport, "experiment=second&metric=test_loss") as page:
        wait(page)
        assert page.locator("#curves .mark-rule.role-mark line").count() == 0


@VIEWPORTS
def test_the_page_says_what_it_shows(viewport, study):
    with opened(study.page, viewport, fragment="experiment=first&depth=6") as page:
        wait(page)
        said = page.locator("body").inner_text()
        page.locator("#tab-claims").click()
        said = " ".join((said + page.locator("body").inner_text()).split())
    for words in (
        "A synthetic study; data set photos, network lenet5",
        "n = 5 replicas that differ in their initial weights alone.",
        "Shown: depth 6, optimizer adam.",
        "band: their middle half, between the quartiles",
        "supported He & others' initialization is <better> than zero weights. area under the "
        "curve, calibration charged; dataset photos; over optimizer adam, sgd greater: +20.0 pp",
        "optimizer sgd +20.0 pp",
        "Numbers have 3 significant digits.",
    ):
        assert words in said


def test_every_selection_of_the_whole_article_is_there_at_once(tmp_path):
    experiments = described_study("article")
    path = synthetic_page(experiments, tmp_path / "explore.html")
    with opened(path, DESKTOP) as page:
        wait(page)
        page.get_by_role("button", name="all").click()
        for described in experiments:
            seconds = page.evaluate(CHANGE_AND_TIME, ["experiment", described.name])
            assert seconds < SECONDS_TO_ANSWER
            assert page.locator("#heat .mark-rect path").count() > 100
