"""How `s1ecs check` asks for each stream, against a console on a socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from s1ecs.ecs.table import FieldTable
from s1ecs.monitor.console_check import check_console
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.transport import Connection
from s1ecs.streams.collection_modes import Asking, ByTime, CallPerItem, Inventory, Window
from s1ecs.streams.stream import Stream
from tests.unit.sentinelone.console import Console, error, page, said

STREAM_CALLS = 6  # status, user, token details, and twice who the console is come before
BY_TIME = ByTime("/agents", "updatedAt__gte", "updatedAt__lte", "updatedAt", "updatedAt", parameters={"old": "True"})
INVENTORY = Inventory("/inventory", "name", ("id",), per_item=CallPerItem("/inventory/{id}", ("id",)))
WINDOW = Window("/unifiedalerts/graphql", "query { alerts }", "", "alerts", "", ("detectedAt", "updatedAt"))


def a_stream(ask: Asking) -> Stream:
    """A stream that is asked for so."""
    return Stream("things", "Things of all kinds", "Things -> View", ask, FieldTable((), ()), ())


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    """A console that answers well until the stream's own call comes."""
    nobody, expires = said({"data": {}}), said({"data": {"expiresAt": "2099-01-01T00:00:00Z"}})
    made = Console(script=[nobody, nobody, expires, nobody, nobody])
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    made.over.set()
    server.close()


async def verdict(console: Console, ask: Asking, answer: bytes) -> tuple[str, str]:
    """What the check finds about the stream when the console answers so."""
    console.script.append(answer)

    async def token() -> str:
        return "a-token"

    async with Client(Connection(console="default", url=console.url, token=token, attempts=1)) as client:
        findings = [each async for each in check_console("default", client, [a_stream(ask)], {"siteIds": "7"})]
    assert len(console.seen) == STREAM_CALLS
    return findings[-1].level, findings[-1].told


@pytest.mark.parametrize(
    ("ask", "target"), [(BY_TIME, "/agents?old=True&siteIds=7&limit=1"), (INVENTORY, "/inventory?siteIds=7&limit=1")]
)
async def test_one_record_of_the_list(console: Console, ask: Asking, target: str) -> None:
    """A list is asked for one record, with the parameters and sites of a poll."""
    assert await verdict(console, ask, page()) == ("ok", "things: readable")
    assert console.seen[-1].target == f"/web/api/v2.1{target}"


async def test_one_record_of_a_window(console: Console) -> None:
    """A window is asked by its GraphQL query for one record, with the token as Bearer."""
    assert await verdict(console, WINDOW, said({"data": {"alerts": {"edges": []}}})) == ("ok", "things: readable")
    request = console.seen[-1]
    body = json.loads(request.body)
    assert (request.method, request.headers["authorization"]) == ("POST", "Bearer a-token")
    assert (body["query"], body["variables"]["first"]) == (WINDOW.query, 1)
    assert body["variables"]["filters"][0]["fieldId"] == body["variables"]["sort"]["by"] == "detectedAt"


@pytest.mark.parametrize("ask", [BY_TIME, INVENTORY, WINDOW], ids=["by time", "inventory", "window"])
async def test_missing_permission(console: Console, ask: Asking) -> None:
    """A refusal names the permission that the token's role needs, whatever the way of asking."""
    found, text = await verdict(console, ask, error(403))
    assert found == "failed"
    assert "Things -> View" in text


@pytest.mark.parametrize("ask", [BY_TIME, INVENTORY, WINDOW], ids=["by time", "inventory", "window"])
async def test_absent_stream(console: Console, ask: Asking) -> None:
    """A console that does not have the stream costs a warning."""
    found, text = await verdict(console, ask, error(404))
    assert found == "warning"
    assert "not available on this console" in text


async def test_errors_beside_the_data_of_a_window(console: Console) -> None:
    """A GraphQL answer whose errors say something is no good answer, though its status is 200."""
    answer = said({"data": {"alerts": None}, "errors": [{"message": "unknown field 'detectedAt'"}]})
    found, text = await verdict(console, WINDOW, answer)
    assert found == "failed"
    assert "unknown field" in text
