"""Values that someone else wrote break no layout: the frame of each page is, pixel by pixel, that of harmless data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from s1ecs.web.questions.list_view import BY_STREAM
from tests.acceptance.conftest import Commands
from tests.stored import open_store, put
from tests.unit.web.made_store import document_of, see
from tests.unit.web.test_hostile import HOSTILE, PLAIN, TIME

from .test_every_page import ITEMS, open_first

pytestmark = pytest.mark.xdist_group("browser")

PAGES = ("/", "/vulnerabilities?by=cve", "/collection", "/search?q=harmless", *ITEMS)
# Of the frame around the content, whatever that is.
_HEIGHT = 260
_DETAILS = "for (const each of document.querySelectorAll('details')) each.open = true"


def fill(folder: Path, values: list[str]) -> None:
    """Fill a store with a document of each stream for each value, which stands in all its columns."""
    with open_store(folder) as connection:
        for stream, view in BY_STREAM.items():
            for number, value in enumerate(values):
                columns = dict.fromkeys(view.columns, value) | {"time": TIME}
                put(connection, stream, f"{stream}-{number}", document_of(stream, columns), "default")
                if view.latest:
                    see(connection, "default", stream, f"{stream}-{number}", gone=False)


@pytest.fixture(scope="module")
def sites(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple["Site", "Site"]]:
    """The page over harmless data, and over hostile data of the same number."""
    with (
        _site(browser, tmp_path_factory.mktemp("plain"), [PLAIN] * len(HOSTILE)) as plain,
        _site(browser, tmp_path_factory.mktemp("hostile"), [*map(str, HOSTILE.values())]) as hostile,
    ):
        yield plain, hostile


class Site:
    """A served page and a browser that is logged in."""

    def __init__(self, browser: Browser, link: str) -> None:
        self._address = link.partition("/login")[0]
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        self._told: list[str] = []
        self.page = self.context.new_page()
        # A dialog that nobody dismisses would stand in the way of what follows.
        self.page.on("dialog", lambda dialog: self._told.append(dialog.message))
        self.page.on("pageerror", lambda error: self._told.append(str(error)))
        self.page.goto(link)

    def look(self, path: str, width: int) -> list[bytes]:
        """Open a page, unfold all of it, and return pictures of its frame; it is no wider than the screen."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(f"{self._address}{path}")
        pictures = [*self._frame(path)]
        if path in ITEMS:
            open_first(self.page)
            pictures += self._frame(self.page.url)
        assert self._told == []
        return pictures

    def _frame(self, where: str) -> Iterator[bytes]:
        self.page.evaluate(_DETAILS)
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, (where, wider)
        assert self.page.locator("main").count() == 1, where
        for selector in ("header.top", "nav.side"):
            yield _top_of(self.page, selector)


def _top_of(page: Page, selector: str) -> bytes:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return page.screenshot(
        clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": min(box["height"], _HEIGHT)}
    )


@contextmanager
def _site(browser: Browser, folder: Path, values: list[str]) -> Iterator[Site]:
    commands = Commands(folder, "http://127.0.0.1:9")
    fill(commands.state, values)
    with commands.running("serve", "--port", "0") as process:
        assert process.stdout is not None
        site = Site(browser, process.stdout.readline().strip())
        try:
            yield site
        finally:
            site.context.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_frame_stays(sites: tuple[Site, Site], path: str) -> None:
    """Header and navigation of a page look the same with hostile values, at two widths, with all details unfolded."""
    plain, hostile = sites
    for width in (1280, 400):
        assert hostile.look(path, width) == plain.look(path, width)
