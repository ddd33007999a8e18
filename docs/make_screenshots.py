"""`make screenshots`: the page over the demo's data, as pictures in docs/images.

The commands are the installed ones; the console is a stand-in with generated data; Chromium is that of the system.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, Page

from docs.markdown_pages import ROOT
from servers.chromium import chromium
from servers.started_command import S1ECS, started

FOLDER = ROOT / "docs" / "images"
# As in demo.sh.
STANDIN = ("standin", "--port", "0", "--agents", "100", "--alerts", "5000", "--seed", "7")


@dataclass(frozen=True)
class Screenshot:
    """A picture of a page; `click` follows the first link that a selector finds, and shows where it leads."""

    name: str
    path: str
    click: str = ""
    width: int = 1280
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


SCREENSHOTS = (
    Screenshot("overview", "/", height=1250),
    Screenshot("overview-dark", "/", height=1250, scheme="dark"),
    Screenshot("alerts", "/alerts?severity=critical"),
    Screenshot("threat", "/threats?status=unresolved", click="tr[data-testid=row] a.open", height=1250),
    Screenshot("host", "/hosts?infected=true", click="tr[data-testid=row] a.open", height=1100),
    Screenshot("vulnerabilities", "/vulnerabilities?by=cve"),
    Screenshot("collection", "/collection"),
    Screenshot("phone", "/alerts", width=400, height=800),
)


def main() -> None:
    """Make all pictures, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(folder) as login, chromium() as browser:
        for each in SCREENSHOTS:
            if each.name in (sys.argv[1:] or each.name):
                _shoot(browser, login, each)
                sys.stdout.write(f"wrote docs/images/{each.name}.png\n")


@contextmanager
def served(folder: str) -> Iterator["Login"]:
    """Collect from a stand-in console into a folder, and serve the page over it."""
    with started(*STANDIN) as address:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "S1ECS_URL": address,
            "S1ECS_TOKEN": "good",
            "S1ECS_ACTION_TOKEN": "actor",
            "S1ECS_STATE_DIR": f"{folder}/state",
        }
        subprocess.run([S1ECS, "collect"], env=environment, cwd=folder, stderr=subprocess.DEVNULL, check=True)
        with started("serve", "--port", "0", environment=environment) as link:
            yield Login(link)


class Login:
    """The link that logs in, which works once; afterwards the address of the page."""

    def __init__(self, link: str) -> None:
        self.address = link.partition("/login")[0]
        self._link = link
        self._cookies: list[Mapping[str, object]] = []

    def open(self, browser: Browser, width: int, height: int, scheme: Literal["light", "dark"]) -> Page:
        """Return a page that is logged in."""
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        if self._cookies:
            context.add_cookies(self._cookies)  # type: ignore[arg-type] # what this browser said before
        else:
            page.goto(self._link)
            self._cookies = list(context.cookies())
        return page


def _shoot(browser: Browser, login: Login, each: Screenshot) -> None:
    page = login.open(browser, each.width, each.height, each.scheme)
    page.goto(f"{login.address}{each.path}")
    if each.click:
        page.goto(f"{login.address}{page.locator(each.click).first.get_attribute('href')}")
    page.screenshot(path=FOLDER / f"{each.name}.png")
    page.context.close()


if __name__ == "__main__":
    main()
