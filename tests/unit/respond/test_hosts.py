from collections.abc import AsyncIterator
from typing import Any

import pytest

from s1ecs.errors import ActionRefused
from s1ecs.respond import hosts
from s1ecs.respond.action import LINUX, MACOS, WINDOWS
from s1ecs.respond.following import Read
from s1ecs.respond.plan import find_agent

ID = "225494730938493804"


def _agent(**more: Any) -> dict[str, Any]:
    usual = {"id": ID, "computerName": "ws-1", "uuid": "ab" * 16, "osType": "windows", "isActive": True}
    return {**usual, "networkStatus": "connected", "scanStatus": "finished", **more}


def _choose(host: str, *agents: dict[str, Any]) -> Any:
    return next((agent for way in hosts.ways(host) if (agent := hosts.choose(host, way, agents)) is not None), None)


def test_ids_are_asked_for_first_and_names_exactly() -> None:
    """A number is an id before it is a name, hexadecimal digits a uuid; a name is never searched for in parts."""
    assert [way.what for way in hosts.ways(ID)] == ["agent id", "computer name"]
    assert [way.what for way in hosts.ways("AB" * 16)] == ["uuid", "computer name"]
    [by_name] = hosts.ways("ws-1")
    assert by_name.read.params["computerName"] == "ws-1"
    assert not any("__" in name or name == "query" for name in by_name.read.params)


def test_whatever_a_console_returns_only_what_fits_is_meant() -> None:
    """An answer that holds other agents than the one that is named does not make one of them the host."""
    other = _agent(id="225494730938493999", computerName="ws-10", uuid="cd" * 16)
    assert _choose(ID, other) is None
    assert _choose("ws-1", other) is None
    assert _choose("ab" * 16, other) is None
    assert _choose("WS-1", _agent()) is None
    assert _choose("ws-1", other, _agent())["id"] == ID


def test_several_of_a_name() -> None:
    """Of several agents of one name none is taken; all are told, but for those that are decommissioned."""
    twin = _agent(id="225494730938493999", siteName="Other")
    with pytest.raises(ActionRefused, match=f"(?s)2 agents are named.*{ID}.*225494730938493999.*site Other"):
        _choose("ws-1", _agent(), twin)
    assert _choose("ws-1", _agent(), {**twin, "isDecommissioned": True})["id"] == ID
    with pytest.raises(ActionRefused, match="only agents that are decommissioned"):
        _choose("ws-1", _agent(isUninstalled=True))


@pytest.mark.parametrize(
    ("check", "more", "refused"),
    [
        (hosts.NOT_YET_ISOLATED, {"networkStatus": "connected"}, False),
        (hosts.NOT_YET_ISOLATED, {"networkStatus": "disconnected"}, True),
        (hosts.NOT_YET_ISOLATED, {"networkStatus": "disconnecting"}, True),
        (hosts.ISOLATED, {"networkStatus": "disconnected"}, False),
        (hosts.ISOLATED, {"networkStatus": "connecting"}, True),
        (hosts.ISOLATED, {"networkStatus": "connected"}, True),
        (hosts.NOT_SCANNING, {"scanStatus": "started"}, True),
        (hosts.SCANNING, {"scanStatus": "finished"}, True),
        (hosts.ONLINE, {"isActive": False}, True),
    ],
)
def test_checks(check: hosts.Check, more: dict[str, Any], *, refused: bool) -> None:
    """Each check refuses in the states that make the action senseless, and in no other."""
    assert bool(hosts.why_not(_agent(**more), [check], frozenset())) is refused


def test_systems() -> None:
    """An action for some systems is refused on all others, an unknown one included."""
    assert not hosts.why_not(_agent(osType="macos"), [], WINDOWS | MACOS)
    assert "for linux, macos only" in hosts.why_not(_agent(osType="windows_legacy"), [], LINUX | MACOS)
    assert hosts.why_not(_agent(osType=None), [], LINUX)


def test_a_host_of_thousands_of_digits_is_refused() -> None:
    """What is longer than any id or name is refused by its length, without an attempt to read it as a number."""
    with pytest.raises(ActionRefused, match="5000 characters"):
        hosts.ways("9" * 5000)


def test_names_of_agents_forge_no_line_of_a_refusal() -> None:
    """Each agent of an ambiguous name is one line of printable characters, whatever the agents' records hold."""
    evil = "Windows\x1b[2K\n  1  ws-2"
    with pytest.raises(ActionRefused) as refusal:
        _choose("ws-1", _agent(osName=evil), _agent(id="225494730938493999"))
    lines = str(refusal.value).split("\n")
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)


class _Console:
    """A console with more agents of a name than its first page has."""

    async def everything(self, _read: Read) -> AsyncIterator[dict[str, Any]]:
        for n in range(1000):
            yield _agent(id=str(int(ID) + n), computerName="WS-1")
        yield _agent(siteName="on the second page")
        yield _agent(id="225494730938493999")


async def test_a_name_is_looked_for_on_every_page() -> None:
    """Agents that have the very name count, also those behind the first page of a console that sees no capitals."""
    with pytest.raises(ActionRefused, match="2 agents are named 'ws-1'"):
        await find_agent(_Console(), "ws-1")  # type: ignore[arg-type]
