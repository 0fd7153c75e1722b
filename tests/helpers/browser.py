"""Pages in a real Chromium, opened from file and without a network."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, sync_playwright

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
LOCAL = ("file:", "data:", "blob:")
"""Where a page may load from."""


@contextlib.contextmanager
def opened(
    path: Path, viewport: dict[str, int], fragment: str = "", *, may_warn: bool = False
) -> Iterator[Page]:
    """Yield the page of a file, loaded; `fragment` is what follows # in its address.

    When the block ends without an error, the page must have asked for nothing but LOCAL addresses,
    none of which reaches a network, and must have reported no error or warning, in the console or
    uncaught. may_warn: as the parts do that are not ours, of Snakemake's report.
    Fails, rather than skips, where there is no Chromium.
    """
    complaints: list[str] = []
    unwanted = ("error",) if may_warn else ("error", "warning")

    def answer(route: Route) -> None:
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=viewport)
        page.route("**/*", answer)
        page.on("websocket", lambda socket: complaints.append(f"asked for {socket.url}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in unwanted else None,
        )
        page.goto(f"{path.resolve().as_uri()}{'#' if fragment else ''}{fragment}")
        yield page
        browser.close()
    assert not complaints, complaints


def chromium() -> str:
    """The path of the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(f"this test needs a browser: none of {', '.join(names)} is on the path")
    return found


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window: what would make it scroll sideways."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
