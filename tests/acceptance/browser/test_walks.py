"""The analyst's way in a browser: from the overview to an isolated host and its trace in the audit trail."""

import re
from functools import partial
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.patience import eventually

from .conftest import ServedPage
from .test_every_page import open_first

pytestmark = pytest.mark.xdist_group("browser")

_ALERT_OF_A_CONNECTED_HOST = (
    "SELECT alert.id, alert.host FROM alert JOIN agent_latest ON agent_latest.host = alert.host"
    " WHERE agent_latest.network = 'connected' AND agent_latest.is_active ORDER BY alert.time DESC LIMIT 1 OFFSET {}"
)


# Less than a test may take; a loaded machine needs its time.
expect.set_options(timeout=60_000)


def alert_of_a_connected_host(served: ServedPage, number: int) -> tuple[str, str]:
    """An alert of the store, and its host, whose agent is connected; each number gives another alert."""
    [row] = served.acting.commands.query(_ALERT_OF_A_CONNECTED_HOST.format(number))
    return row["id"], row["host"]


def in_address(identity: str) -> str:
    """An id as addresses have it."""
    return quote(identity, safe="")


def follow_until_done(page: Page) -> None:
    """Wait until the page of an action says that it is done, by itself."""
    expect(page.get_by_test_id("action-status")).to_have_text("done", timeout=60_000)


def has_actions(page: Page, address: str) -> bool:
    """Open the list of actions: their documents are in the store a moment after their end."""
    page.goto(address)
    return page.get_by_test_id("row").count() > 0


def network_of(served: ServedPage, host: str) -> str:
    """The network status of a host on the stand-in."""
    agents = served.acting.get("/web/api/v2.1/agents?limit=1000")["data"]
    return next(str(agent["networkStatus"]) for agent in agents if agent["computerName"] == host)


def test_a_night(served: ServedPage) -> None:
    """Overview, brush, alert, process tree, isolation with the typed name, its progress, and the audit trail."""
    with served.opened(refused=True) as page:
        assert page.get_by_test_id("total-alert").inner_text() == "400"
        chart = page.locator("svg[data-brush]").first
        box = chart.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 20, steps=5)
        page.mouse.up()
        page.wait_for_url(re.compile(r"[?&]from=.*to="))
        assert 0 < int(page.get_by_test_id("total-alert").inner_text()) < 400
        page.get_by_test_id("total-alert").click()
        identity, host = alert_of_a_connected_host(served, 0)
        page.goto(f"{served.address}/alerts?host={host}")
        page.locator(f'tr[data-id="{identity}"] a.open').click()
        expect(page.get_by_test_id("process-tree").first).to_be_visible()
        page.goto(f"{served.address}/alerts/{in_address(identity)}")
        expect(page.get_by_test_id("story")).to_be_visible()
        page.get_by_test_id("isolate").click()
        page.locator("form.confirm input[name=comment]").fill("case 17")
        page.get_by_test_id("confirmation").fill("another-host")
        page.get_by_test_id("confirm").click()
        assert network_of(served, host) == "connected"
        page.get_by_test_id("confirmation").fill(host)
        page.get_by_test_id("confirm").click()
        follow_until_done(page)
        assert network_of(served, host) == "disconnected"
        eventually(partial(has_actions, page, f"{served.address}/actions?host={host}"))
        expect(page.get_by_test_id("row").first).to_contain_text("isolate")
        expect(page.get_by_test_id("row").first).to_contain_text("case 17")


def test_by_keyboard_alone(served: ServedPage) -> None:
    """The same by keys: rows, side pane, whole story, and the form of an action; Escape closes."""
    identity, host = alert_of_a_connected_host(served, 40)
    with served.opened(f"/alerts?host={host}&id={in_address(identity)}") as page:
        keys = page.keyboard
        keys.press("j")
        keys.press("o")
        expect(page.locator("#pane")).to_be_visible()
        expect(page.locator("#pane")).to_contain_text(host)
        keys.press("Escape")
        expect(page.locator("#pane")).to_be_hidden()
        page.goto(f"{served.address}/alerts/{in_address(identity)}")
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("document.activeElement.dataset.testid") == "isolate":
                break
        keys.press("Enter")
        page.wait_for_url(re.compile("/respond/plan"))
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("document.activeElement.matches('form.confirm input:not([name=comment])')"):
                break
        keys.type(host)
        keys.press("Enter")
        follow_until_done(page)
        assert network_of(served, host) == "disconnected"


def test_on_a_phone(served: ServedPage) -> None:
    """The same at a width of 400 pixels, where nothing reaches beyond the screen."""
    identity, host = alert_of_a_connected_host(served, 80)
    with served.opened("/alerts", width=400, height=800) as page:
        open_first(page)
        page.goto(f"{served.address}/alerts/{in_address(identity)}")
        expect(page.get_by_test_id("process-tree").first).to_be_visible()
        page.get_by_test_id("isolate").click()
        page.get_by_test_id("confirmation").fill(host)
        # Before its style sheet is there, a page is wider.
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        page.get_by_test_id("confirm").click()
        follow_until_done(page)
        assert network_of(served, host) == "disconnected"


def test_without_script(served: ServedPage) -> None:
    """Reading works without JavaScript: filters, next page, story, host, search."""
    with served.opened("/alerts", script=False) as page:
        page.locator(".facets a.only").first.click()
        assert "severity=" in page.url
        page.goto(f"{served.address}/alerts")
        first = page.get_by_test_id("row").first.get_attribute("data-id")
        page.get_by_role("link", name="Next page").click()
        assert page.get_by_test_id("row").first.get_attribute("data-id") != first
        open_first(page)
        expect(page.get_by_test_id("story")).to_be_visible()
        page.goto(f"{served.address}/hosts")
        open_first(page)
        assert page.locator("h1").inner_text()
        page.get_by_role("searchbox").first.fill("windows")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/search"))
        assert page.get_by_test_id("row").count() > 0


def test_the_address_is_the_state(served: ServedPage) -> None:
    """A filter is in the address; back leads to the list without it; the address opened anew shows the same rows."""
    with served.opened("/alerts") as page:
        page.locator(".facets a.only").first.click()
        page.wait_for_url(re.compile("severity="))
        total = page.get_by_test_id("total-alert").inner_text()
        page.reload()
        assert page.get_by_test_id("total-alert").inner_text() == total
        page.go_back()
        assert page.get_by_test_id("total-alert").inner_text() == "400"
