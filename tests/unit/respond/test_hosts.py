from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from s1ecs.errors import ActionRefused
from s1ecs.respond.actions import host_checks
from s1ecs.respond.actions.action import LINUX, MACOS, WINDOWS
from s1ecs.respond.plan import hosts
from s1ecs.respond.plan.find_host import FoundHost, find_host
from s1ecs.respond.trackers import ReadRequest

ID = "225494730938493804"
MOMENT = datetime(2026, 1, 31, tzinfo=UTC)


def _agent(**more: Any) -> dict[str, Any]:
    usual = {"id": ID, "computerName": "ws-1", "uuid": "ab" * 16, "osType": "windows", "isActive": True}
    return {**usual, "networkStatus": "connected", "scanStatus": "finished", **more}


def _choose(host: str, *agents: dict[str, Any]) -> Any:
    return next((agent for way in hosts.ways(host) if (agent := hosts.choose(host, way, agents)) is not None), None)


def test_ids_are_asked_for_first_and_names_exactly() -> None:
    """A number is an id before it is a name, hexadecimal digits a uuid; a name as typed comes before other cases."""
    names = ["computer name", "computer name in any case"]
    assert [way.what for way in hosts.ways(ID)] == ["agent id", *names]
    assert [way.what for way in hosts.ways("AB" * 16)] == ["uuid", *names]
    assert [way.what for way in hosts.ways("10.1.2.3")] == [names[0], "IP address", names[1]]
    for mac in ("00:50:56:AB:cd:ef", "00-50-56-ab-cd-ef", "0050.56ab.cdef", "005056ABCDEF"):
        assert [way.what for way in hosts.ways(mac)] == [names[0], "MAC address", names[1]]
        assert hosts.ways(mac)[1].read.params["networkInterfacePhysical__contains"].split(",") == [
            "00:50:56:ab:cd:ef",
            "00-50-56-ab-cd-ef",
        ]
    by_name, any_case = hosts.ways("ws-1")
    assert by_name.read.params["computerName"] == any_case.read.params["computerName__contains"] == "ws-1"


def test_whatever_a_console_returns_only_what_fits_is_meant() -> None:
    """An answer that holds other agents than the one that is named does not make one of them the host."""
    interface = {"inet": ["10.1.2.30"], "inet6": ["fe80::1%eth0"], "physical": "00:50:56:AB:CD:EF"}
    other = _agent(
        id="225494730938493999", computerName="ws-10", uuid="cd" * 16, networkInterfaces=[interface, None, {}]
    )
    for host in (ID, "ws-1", "ab" * 16, "10.1.2.3", "00:50:56:ab:cd:e0", "10", "s-10"):
        assert _choose(host, other) is None
    assert _choose("ws-1", other, _agent())["id"] == ID
    for host in ("WS-10", "10.1.2.30", "FE80:0::1", "0050.56ab.cdef"):
        assert _choose(host, other, _agent()) is other


@pytest.mark.parametrize("host", ["10.1.2.30", "0050.56ab.cdef"])
def test_an_address_of_several_hosts_is_refused(host: str) -> None:
    """An address that several agents have selects none of them; those that are gone don't count."""
    interface = {"inet": ["10.1.2.30"], "physical": "00:50:56:ab:cd:ef"}
    one, other = (_agent(id=f"{ID[:-1]}{n}", networkInterfaces=[interface]) for n in (1, 2))
    with pytest.raises(ActionRefused, match=r"(?s)2 agents have the .* address.*site"):
        _choose(host, one, other)
    assert _choose(host, one, {**other, "isDecommissioned": True}) is one


def test_names_like_it_are_suggested() -> None:
    """A mistyped name is found by its other half; ids and addresses are not names."""
    assert [read.params["computerName__contains"] for read in hosts.near_reads("ws-0042")] == ["ws-", "0042"]
    assert not any(hosts.near_reads(text) for text in (ID, "10.1.2.3", "005056ABCDEF", "AB" * 16))
    agents = [_agent(computerName=name) for name in ("WS-0042", "srv-1", "WS-0043", "printer")]
    assert hosts.near("sw-0042", agents)[0] == "WS-0042"
    assert "did you mean WS-0042?" in str(hosts.unknown("sw-0042", ["WS-0042"]))


def test_several_of_a_name() -> None:
    """Of several agents of one name none is taken; all are told, but for those that are decommissioned."""
    twin = _agent(id="225494730938493999", siteName="Other")
    with pytest.raises(ActionRefused, match=f"(?s)2 agents are named.*{ID}.*225494730938493999.*site Other"):
        _choose("ws-1", _agent(), twin)
    assert _choose("ws-1", _agent(), {**twin, "isDecommissioned": True})["id"] == ID
    with pytest.raises(ActionRefused, match="only decommissioned or uninstalled agents"):
        _choose("ws-1", _agent(isUninstalled=True))


@pytest.mark.parametrize(
    ("check", "more", "refused"),
    [
        (host_checks.NOT_YET_ISOLATED, {"networkStatus": "connected"}, False),
        (host_checks.NOT_YET_ISOLATED, {"networkStatus": "disconnected"}, True),
        (host_checks.NOT_YET_ISOLATED, {"networkStatus": "disconnecting"}, True),
        (host_checks.ISOLATED, {"networkStatus": "disconnected"}, False),
        (host_checks.ISOLATED, {"networkStatus": "connecting"}, True),
        (host_checks.ISOLATED, {"networkStatus": "connected"}, True),
        (host_checks.NOT_SCANNING, {"scanStatus": "started"}, True),
        (host_checks.SCANNING, {"scanStatus": "finished"}, True),
        (host_checks.ONLINE, {"isActive": False}, True),
    ],
)
def test_checks(check: host_checks.Check, more: dict[str, Any], *, refused: bool) -> None:
    """Each check refuses in the states that make the action senseless, and in no other."""
    assert bool(check.why_not(_agent(**more))) is refused


def test_systems() -> None:
    """An action for some systems is refused on all others, an unknown one included."""
    assert not hosts.impossible(_agent(osType="macos"), WINDOWS | MACOS)
    assert "supports linux, macos only" in hosts.impossible(_agent(osType="windows_legacy"), LINUX | MACOS)
    assert hosts.impossible(_agent(osType=None), LINUX)


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
    """A console with these agents, threats and alerts, whatever is asked of its lists."""

    name = "one"
    client = SimpleNamespace(now=lambda: MOMENT)

    def __init__(self, *agents: dict[str, Any], **lists: list[dict[str, Any]]) -> None:
        self.agents = list(agents)
        self.lists = lists

    async def read_all(self, _read: ReadRequest) -> list[dict[str, Any]]:
        return self.agents

    async def read(self, read: ReadRequest) -> Any:
        return self.lists.get(read.path.rpartition("/")[2], self.agents)


async def _found(host: str, *agents: dict[str, Any], **lists: list[dict[str, Any]]) -> FoundHost:
    return await find_host(_Console(*agents, **lists), host)  # type: ignore[arg-type]


async def test_several_capitals_of_one_name() -> None:
    """The name as typed is meant before one in other letters; of several in other letters none is."""
    upper = _agent(id="225494730938493999", computerName="WS-1")
    assert (await _found("ws-1", upper, _agent())).agent["id"] == ID
    with pytest.raises(ActionRefused, match="2 agents are named 'Ws-1'"):
        await _found("Ws-1", upper, _agent())


async def test_a_host_by_its_threat_or_alert() -> None:
    """The id of a threat or an alert means its host, and the preview says so; one of nothing suggests no name."""
    threat, alert = "225494730938493901", "225494730938493902"
    of_host: dict[str, Any] = {"agentRealtimeInfo": {"agentId": ID, "id": ID}}
    threats = [{"id": threat, "threatInfo": {"threatName": "evil.exe"}, **of_host}]
    alerts = [{"alertInfo": {"alertId": alert}, "ruleInfo": {"name": "a rule"}, **of_host}]
    found = await _found(threat, _agent(), threats=threats)
    assert (found.agent["id"], found.by) == (ID, f"threat {threat} (evil.exe)")
    found = await _found(alert, _agent(), threats=[], alerts=alerts)
    assert (found.agent["id"], found.by) == (ID, f"alert {alert} (a rule)")
    with pytest.raises(ActionRefused, match="does not know the host of threat"):
        await _found(threat, threats=threats)
    with pytest.raises(ActionRefused, match=r"no agent has the id.*partial name"):
        await _found("225494730938493903", _agent(), threats=[], alerts=[])
