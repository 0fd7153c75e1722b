"""What other tests of pages rely on: a page that errs or asks the network fails them."""

import pytest

from helpers.browser import DESKTOP, PHONE, opened, overflow

pytestmark = pytest.mark.slow


def test_a_page_is_opened_with_its_fragment_in_a_window_of_that_size(tmp_path):
    (tmp_path / "page.html").write_text("<div style='width: 500px'>wide</div>")
    with opened(tmp_path / "page.html", PHONE, fragment="a=1") as page:
        assert page.evaluate("location.hash") == "#a=1"
        assert page.evaluate("innerHeight") == PHONE["height"]
        assert overflow(page) > 0
    with opened(tmp_path / "page.html", DESKTOP) as page:
        assert overflow(page) == 0


@pytest.mark.parametrize(
    "content",
    [
        '<img src="https://example.org/picture.png">',
        '<link rel="stylesheet" href="https://example.org/style.css">',
        '<script>fetch("http://192.0.2.1/data.json").catch(() => {})</script>',
        '<script>new WebSocket("ws://192.0.2.1/")</script>',
        '<script>throw new Error("uncaught")</script>',
        '<script>Promise.reject(new Error("rejected"))</script>',
        '<script>console.error("complaint")</script>',
        '<script>console.warn("complaint")</script>',
    ],
)
def test_a_page_that_errs_or_asks_the_network_fails(content, tmp_path):
    (tmp_path / "page.html").write_text(content)
    with (
        pytest.raises(AssertionError, match=r"asked for|uncaught|rejected|complaint"),
        opened(tmp_path / "page.html", DESKTOP) as page,
    ):
        page.wait_for_timeout(200)
