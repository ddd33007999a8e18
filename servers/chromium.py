"""Chromium of the system, for tests of the page and for its pictures."""

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from servers.unavailable import Unavailable

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window; raise Unavailable where the machine has none."""
    program = next((found for found in map(shutil.which, _NAMES) if found), None)
    if program is None:
        raise Unavailable("no Chromium on this machine (Debian's package chromium)")
    try:
        yield from _running(program)
    finally:
        # Its greenlets are collected here, not in the middle of whatever runs in this process later.
        gc.collect()


def _running(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        except Error as error:
            raise Unavailable(f"Chromium does not start: {error.message.splitlines()[0]}") from None
        try:
            yield browser
        finally:
            browser.close()
