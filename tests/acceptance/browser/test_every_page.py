"""Every page in a browser: no error, no empty panel, readable by everyone, whole at any width."""

import json
from typing import Literal

import pytest
from playwright.sync_api import Page, Request

from .conftest import ServedPage

pytestmark = pytest.mark.xdist_group("browser")

PAGES = (
    "/",
    "/alerts",
    "/unified-alerts",
    "/threats",
    "/threat-events",
    "/hosts",
    "/vulnerabilities",
    "/vulnerabilities?by=cve",
    "/applications",
    "/activity",
    "/groups",
    "/collection",
    "/search?q=windows",
)
# Lists whose first row is opened, too.
ITEMS = (
    "/alerts",
    "/unified-alerts",
    "/threats",
    "/threat-events",
    "/hosts",
    "/vulnerabilities",
    "/applications",
    "/activity",
    "/groups",
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SERIOUS = ("serious", "critical")


def open_first(page: Page) -> None:
    """Follow the link of the first row."""
    href = page.locator("tr[data-testid=row] a.open").first.get_attribute("href")
    page.goto(f"{page.url.partition('/')[0]}//{page.url.split('/')[2]}{href}")


def check(page: Page, where: str) -> None:
    """Fail where the page is an error, has a panel without content, or is wider than the screen."""
    assert page.locator("[role=alert]").count() == 0, (where, page.locator("main").inner_text()[:500])
    assert page.locator(".empty").count() == 0, where
    for panel in page.locator("main .panel").all():
        heading = panel.locator("h2").all_inner_texts()
        assert len(panel.inner_text().strip()) > sum(map(len, heading)), (where, heading)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, (where, wider)


def check_access(page: Page, axe: str) -> None:
    """Fail where axe-core finds something serious or worse, in light or dark colours."""
    # The page's policy allows no script of others; the browser's own evaluation does.
    page.evaluate(axe)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [
            f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes'][:3]])}"
            for each in found["violations"]
            if each["impact"] in _SERIOUS
        ] == [], scheme


@pytest.mark.parametrize("path", PAGES)
def test_pages(served: ServedPage, axe: str, path: str) -> None:
    """A page of the demo's data has no error and no empty panel, fits any screen, and axe-core objects to nothing."""
    with served.opened(path) as page:
        check(page, path)
        check_access(page, axe)
        for width in (768, 360):
            page.set_viewport_size({"width": width, "height": 900})
            check(page, f"{path} at {width}")


@pytest.mark.parametrize("path", ITEMS)
def test_items(served: ServedPage, axe: str, path: str) -> None:
    """The page of an item has no error, fits a desktop and a phone, and axe-core objects to nothing."""
    with served.opened(path) as page:
        open_first(page)
        check(page, page.url)
        check_access(page, axe)
        page.set_viewport_size({"width": 360, "height": 900})
        check(page, f"{page.url} at 360")


@pytest.mark.parametrize("path", ["/", "/alerts", "/collection"])
def test_small_assets(served: ServedPage, path: str) -> None:
    """Style sheets, script and icon of a page are below 60 KB, and come from the page's own server."""
    with served.opened() as page:
        found: set[str] = set()

        def keep(request: Request) -> None:
            found.add(request.url)

        page.on("request", keep)
        page.goto(f"{served.address}{path}")
        page.wait_for_load_state("load")
        assert {url.split("/")[2] for url in found} == {served.address.split("/")[2]}
        # The browser may have them from the page before; asked again, they come whole.
        assets = {url: len(page.request.get(url).body()) for url in sorted(found) if "/static/" in url}
        assert 0 < sum(assets.values()) < 60_000
