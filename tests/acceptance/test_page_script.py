"""The script of the page in Chromium: keys, side pane, selection, brush, news; pages and streams are made here."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, Route

from servers.chromium import chromium
from servers.unavailable import Unavailable

STATIC = files("s1ecs.web") / "static"
HOST = "http://page.test"
# As the page is served: nothing inline runs, and nothing is loaded from elsewhere.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
ROWS = "".join(
    f'<tr data-testid="row" data-id="d{number}"><td><input type="checkbox" form="selection" name="target"'
    f' value="default/d{number}"></td>'
    f'<td><a class="open" href="/x/alerts/d{number}?console=default">row {number}</a></td></tr>'
    for number in range(3)
)
LIST = f"""<!doctype html><html lang="en"><head><title>List</title><link rel="stylesheet" href="/x/static/acting.css">
<script type="module" src="/x/static/page.js"></script></head><body data-prefix="/x">
<input type="search" name="q" data-key="/"><nav><a href="/x/hosts?from=-24h">Hosts</a></nav>
<form class="filter-words"><input type="hidden" name="a"><input type="search" name="words"></form>
<main id="main"><form id="selection"><span data-selected>Selected rows:</span></form>
<svg data-brush viewBox="0 0 1000 200" width="1000" height="200" preserveAspectRatio="none"
 data-from="2026-01-01T00:00:00Z" data-to="2026-01-11T00:00:00Z">
<a href="/x/bar"><rect width="1000" height="200"/></a></svg>
<section class="rows"><table class="list" data-live-stream="alert" data-live-after="7"><tbody>{ROWS}</tbody></table>
</section>
<time datetime="2020-01-01T00:00:00Z" title="once">then</time>
</main><button data-help hidden>Keys</button></body></html>"""
NEWS = 'retry: 600000\n\nevent: new\nid: 9-12\ndata: {"count":12}\n\n'
ACTION = """<article data-live-action="a1" {open} data-part="/x/actions/a1?part=pane">
<b data-testid="action-status">{status}</b><span data-live-reason></span> <span data-live-note></span></article>"""
END = (
    'event: status\ndata: {"status":"pending","reason":"","note":"disconnecting","ended":false}\n\n'
    'event: end\ndata: {"status":"done","reason":"isolated","note":"","ended":true}\n\n'
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, where it is installed."""
    try:
        with chromium() as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A list in a browser; whatever its script raises fails the test."""
    errors: list[str] = []
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        page.route("**/*", _answer)
        page.goto(f"{HOST}/x/alerts?severity=high&after=old")
        page.wait_for_selector("[data-help]:not([hidden])")
        yield page
    assert errors == []


def _answer(route: Route) -> None:
    """Answer a request as the page's server would."""
    path, _, query = route.request.url.removeprefix(HOST).partition("?")
    html = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    if path.startswith("/x/static/"):
        kind = "text/javascript" if path.endswith(".js") else "text/css"
        text = (STATIC / path.rpartition("/")[2]).read_text(encoding="utf-8")
        route.fulfill(body=text, headers={"Content-Type": kind})
    elif path == "/x/live/new":
        route.fulfill(body=NEWS if "after=7" in query else "", headers={"Content-Type": "text/event-stream"})
    elif path == "/x/live/actions/a1":
        route.fulfill(body=END, headers={"Content-Type": "text/event-stream"})
    elif path == "/x/actions/a1":
        done = ACTION.format(open="", status="done") + "<p>files</p>"
        begun = f'<body data-prefix="/x"><script type="module" src="/x/static/page.js"></script><main>{_BEGUN}</main>'
        route.fulfill(body=done if "part=pane" in query else begun, headers=html)
    elif re.fullmatch(r"/x/alerts/d[0-9]", path) and "part=pane" in query:
        gone = path.endswith("d2")
        route.fulfill(status=404 if gone else 200, body=f"<h2>story of {path[-2:]}</h2>", headers=html)
    else:
        route.fulfill(body=LIST, headers=html)


_BEGUN = ACTION.format(open="data-live-open", status="pending")


def focused(page: Page) -> str:
    """Return the text or name of what has the focus."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.textContent"))


def test_rows_by_keys(page: Page) -> None:
    """Keys j and k move the focus from row to row and stop at the ends; x selects, and the number is told."""
    for key, row in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1), ("j", 2), ("j", 2)):
        page.keyboard.press(key)
        assert focused(page) == f"row {row}"
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.inner_text("[data-selected]") == "2 selected"
    assert page.eval_on_selector_all("input:checked", "boxes => boxes.map(box => box.value)") == [
        "default/d1",
        "default/d2",
    ]


def test_the_pane_keeps_the_list(page: Page) -> None:
    """A row opens beside the list and in the address; Esc closes it and gives the focus back; back works."""
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_selector("#pane h2:text('story of d0')")
    assert page.url == f"{HOST}/x/alerts?severity=high&after=old&open=d0"
    assert page.evaluate("document.activeElement.id") == "pane"
    page.keyboard.press("j")
    page.wait_for_selector("#pane h2:text('story of d1')")
    assert focused(page) == "row 1"
    page.wait_for_function("location.search.endsWith('open=d1')")
    page.keyboard.press("Escape")
    assert page.is_hidden("#pane")
    assert focused(page) == "row 1"
    assert "open=" not in page.url
    page.go_back()
    page.wait_for_selector("#pane h2:text('story of d1')")
    page.go_forward()
    page.wait_for_selector("#pane", state="hidden")
    page.goto(f"{HOST}/x/alerts?open=d1")
    page.wait_for_selector("#pane h2:text('story of d1')")


def test_enter_and_a_click_open_the_pane(page: Page) -> None:
    """The link of a row opens beside the list; what cannot be shown there is opened as a page."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane h2:text('story of d0')")
    page.click("text=row 1")
    page.wait_for_selector("#pane h2:text('story of d1')")
    page.click("text=row 2")
    page.wait_for_url(f"{HOST}/x/alerts/d2?console=default")


def test_a_narrow_page_has_no_pane(page: Page) -> None:
    """Where there is no room a row opens as a page."""
    page.set_viewport_size({"width": 400, "height": 800})
    page.click("text=row 1")
    page.wait_for_url(f"{HOST}/x/alerts/d1?console=default")


def test_other_keys(page: Page) -> None:
    """/ searches, f filters, ? shows the keys, g and a letter go to a page with what holds everywhere."""
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.type("jx?g")
    assert page.input_value("input[name=q]") == "jx?g"
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert focused(page) == "words"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.keys", state="hidden")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{HOST}/x/hosts?from=-24h")


def test_keys_can_be_turned_off(page: Page) -> None:
    """Who dictates or types by accident turns keys of one letter off, for this browser."""
    page.keyboard.press("?")
    page.click("dialog.keys input")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("j")
    assert page.query_selector("tr[aria-current]") is None
    page.reload()
    page.keyboard.press("j")
    assert page.query_selector("tr[aria-current]") is None


def test_a_brush_narrows_the_range(page: Page) -> None:
    """A range that is dragged is in the address, with all other filters and from the first page; a click is a click."""
    box = page.locator("svg[data-brush]").bounding_box()
    assert box is not None
    x, y, width = box["x"], box["y"] + 50, box["width"]
    page.mouse.move(x + width * 0.5, y)
    page.mouse.down()
    page.mouse.move(x + width * 0.3, y)
    page.mouse.move(x + width * 0.2, y)
    page.mouse.up()
    page.wait_for_url(re.compile("from="))
    assert "severity=high" in page.url
    assert "after=" not in page.url
    assert re.search(r"from=2026-01-03T0[0-9]%3A[0-9]{2}%3A[0-9]{2}Z&to=2026-01-0[56]T", page.url), page.url
    page.locator("svg[data-brush]").click()
    page.wait_for_url(f"{HOST}/x/bar")


def test_a_brush_by_keys(page: Page) -> None:
    """Arrow keys make a range and move it, with Shift they extend it, and Enter applies it."""
    page.focus("svg[data-brush]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"from=2026-01-01T10%3A00%3A00Z&to=2026-01-02T06%3A00%3A00Z"))


def test_news_are_told_and_move_nothing(page: Page) -> None:
    """New rows are a button, which moves no row; pressing it shows the first page."""
    top = page.evaluate("document.querySelector('tr').getBoundingClientRect().top")
    page.wait_for_selector("[data-testid=new]:text('12 new')")
    assert page.evaluate("document.querySelector('tr').getBoundingClientRect().top") == top
    page.keyboard.press("n")
    page.wait_for_url(f"{HOST}/x/alerts?severity=high")


def test_an_action_is_followed_to_its_end(page: Page) -> None:
    """The status of an action changes as it goes, and its results come when it has ended."""
    page.goto(f"{HOST}/x/actions/a1")
    page.wait_for_selector("article:not([data-live-open]) [data-testid=action-status]:text('done')")


def test_relative_times_are_of_now(page: Page) -> None:
    """The title of a time says how long ago it is, as the server writes it."""
    assert re.fullmatch(r"[0-9]+d([0-9]+h)? ago", str(page.get_attribute("time", "title")))


def test_files_are_small() -> None:
    """The script is below 20 KB, and all that the browser loads below 60 KB."""
    sizes = {each.name: len(each.read_bytes()) for each in STATIC.iterdir()}
    assert sizes["page.js"] < 20_000
    assert sum(sizes.values()) < 60_000
