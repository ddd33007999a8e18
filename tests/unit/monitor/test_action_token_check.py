"""Check of the action token, against a console on a socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from s1ecs.monitor.action_token_check import check_action_token
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.transport import Connection
from tests.unit.sentinelone.console import Console, error, page, said

LONG = said({"data": {"expiresAt": "2099-01-01T00:00:00Z"}})


def user(role: str) -> bytes:
    """The user of a token."""
    return said({"data": {"fullName": "Ada", "scope": "site", "scopeRoles": [{"roleName": role}]}})


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    """A console without a script."""
    made = Console()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    made.over.set()
    server.close()


async def results(console: Console, script: list[bytes | str], collecting: str = "a-viewer") -> list[tuple[str, str]]:
    """What the check finds when the console answers so."""
    console.script.extend(script)

    async def token() -> str:
        return "an-actor"

    async def viewer() -> str:
        return collecting

    async with Client(Connection(console="default", url=console.url, token=token, attempts=1)) as client:
        return [(each.level, each.told) async for each in check_action_token("default", client, viewer)]


async def test_good_token(console: Console) -> None:
    """A good token is told with its user, role and scope, and with what it can look up; nothing is done with it."""
    found = await results(console, [user("IR Team"), LONG, page(), page(), page()])
    assert [level for level, _ in found] == ["ok", "ok", "ok"]
    assert "Ada (IR Team, scope site)" in found[0][1]
    assert "hosts, threats, remote scripts" in found[2][1]
    assert [seen.method for seen in console.seen].count("POST") == 1


async def test_wrong_token(console: Console) -> None:
    """A token that the console rejects fails with a cure that names the setting of the action token."""
    [(level, told)] = await results(console, [error(401), error(401), error(401)])
    assert level == "failed"
    assert "action_token_file" in told


async def test_viewer(console: Console) -> None:
    """The token of a user who can only read fails: no action could be done with it."""
    found = await results(console, [user("Viewer"), LONG, page(), page(), page()])
    assert (found[0][0], "can only read" in found[0][1]) == ("failed", True)


async def test_shared_token(console: Console) -> None:
    """One token for both purposes is a warning."""
    found = await results(console, [user("Own role"), LONG, page(), page(), page()], collecting="an-actor")
    assert [level for level, _ in found] == ["ok", "ok", "warning", "ok"]
    assert "token for collecting" in found[2][1]


async def test_missing_permission(console: Console) -> None:
    """What the token cannot look up is named with the permission that it needs."""
    found = await results(console, [user("IR Team"), LONG, page(), error(403), page()])
    level, told = found[-1]
    assert level == "warning"
    assert "threats" in told
    assert "Threats -> View" in told
