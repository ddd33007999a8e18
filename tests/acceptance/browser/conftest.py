"""A browser at the page that the installed command serves over collected data, with a stand-in console behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from servers.archives import cache_folder
from servers.chromium import chromium
from servers.npm_packages import npm_package
from servers.unavailable import Unavailable
from tests.acceptance.conftest import Start
from tests.acceptance.responding import Acting

AXE = "4.14.1"
# Less than a test may take, so that its error says what did not come.
_WAIT_MILLISECONDS = 60_000


# Of a package, not of the session: its event loop would be that of all tests that follow.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, where it can be had."""
    try:
        with chromium() as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, where it can be had."""
    try:
        folder = npm_package("axe-core", AXE, cache_folder())
    except Unavailable as reason:
        pytest.skip(str(reason))
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@dataclass
class ServedPage:
    """The page at an address; the login link works once, then its cookies are used."""

    browser: Browser
    link: str
    acting: Acting
    errors: list[str] = field(default_factory=list)
    _cookies: Any = None

    @property
    def address(self) -> str:
        """Address of the page without a path."""
        return self.link.partition("/login")[0]

    @contextmanager
    def opened(
        self,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
        script: bool = True,
        refused: bool = False,
    ) -> Iterator[Page]:
        """A page that is logged in; errors of its script and refusals of its policy fail the test.

        `refused` says that the test provokes an answer 400.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        try:
            self._log_in(context)
            page = context.new_page()
            page.set_default_timeout(_WAIT_MILLISECONDS)
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
            page.goto(f"{self.address}{path}")
            yield page
            assert [each for each in errors if not (refused and "status of 400" in each)] == []
        finally:
            context.close()

    def _log_in(self, context: BrowserContext) -> None:
        if self._cookies is None:
            first = context.new_page()
            first.goto(self.link)
            self._cookies = context.cookies()
            first.close()
        context.add_cookies(self._cookies)


@pytest.fixture(scope="package")
def served(browser: Browser, start_standin: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPage]:
    """The page over the data of a small stand-in."""
    url = start_standin("--agents", "40", "--alerts", "400", "--seed", "7")
    folder = tmp_path_factory.mktemp("browser")
    acting = Acting(folder, url)
    # On a loaded machine requests that were spaced arrive together.
    acting.commands.ok("collect", S1ECS_ATTEMPTS="6")
    with acting.commands.running("serve", "--port", "0") as process:
        assert process.stdout is not None
        yield ServedPage(browser, process.stdout.readline().strip(), acting)
