"""POST /agents/actions/...: what agents are told, and how their records and activities show it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.reaching import by_agent, is_offline
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import change, host_of, tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole, StandinResponse
from s1ecs.standin.parameters.agents import AGENTS_COUNT
from s1ecs.standin.tokens import Token

_LONGEST_MESSAGE = 140
# Whose agents show a message.
_SHOW_MESSAGES = frozenset({"windows", "macos"})

# Tells one agent something: its id and the console's time; returns False where it is not affected.
_Order = Callable[[StandinConsole, Token, str, datetime], bool]


def _answer(order: _Order, *keys: str, check: Callable[[dict[str, Any]], object] | None = None) -> StandinResponse:
    """Return what answers an action by filter, whose `data` may have those keys, or is checked so."""

    async def answer(console: StandinConsole, asked: ConsoleRequest) -> bytes:
        body = await bodies.read(asked, data=check is not None)
        data = bodies.section(body, keys)
        if check is not None:
            check(data)
        moment = console.actions.clock()
        ids = select(console, asked, "agent", AGENTS_COUNT, body["filter"])
        affected = [each for each in ids if _is_there(console, each) and order(console, asked.token, each, moment)]
        return orjson.dumps({"data": {"affected": len(affected)}, "errors": None})

    return answer


def _is_there(console: StandinConsole, agent_id: str) -> bool:
    """Return True if the agent is neither decommissioned nor uninstalled."""
    record = console.lists["agent"].shelf().record(agent_id)
    return not (record["isDecommissioned"] or record["isUninstalled"])


def _disconnect(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    change(console, "agent", agent_id, moment, networkStatus="disconnecting")
    tell(console, TYPES["isolation_ordered"], host, moment, token=token)

    def done(moment: datetime) -> None:
        fails = console.actions.is_told("isolate_fails", host.id, host.name)
        if _network(console, agent_id) != "disconnecting":
            return
        change(console, "agent", agent_id, moment, networkStatus="connected" if fails else "disconnected")
        tell(console, TYPES["isolation_failed" if fails else "isolated"], host, moment)

    by_agent(console, agent_id, done)
    return True


def _connect(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    change(console, "agent", agent_id, moment, networkStatus="connecting")
    tell(console, TYPES["release_ordered"], host, moment, token=token)

    def done(moment: datetime) -> None:
        if _network(console, agent_id) == "connecting":
            change(console, "agent", agent_id, moment, networkStatus="connected")
            tell(console, TYPES["released"], host, moment)

    by_agent(console, agent_id, done)
    return True


def _network(console: StandinConsole, agent_id: str) -> str:
    return str(console.lists["agent"].shelf().record(agent_id)["networkStatus"])


def _scan(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    actions, host = console.actions, host_of(console, agent_id)
    number = actions.scans[agent_id] = actions.number()
    tell(console, TYPES["scan_ordered"], host, moment, token=token, data={"system": False})

    def started(moment: datetime) -> None:
        if actions.scans[agent_id] != number:
            return
        times = {"scanStartedAt": invent.time_text(moment), "scanFinishedAt": None, "scanAbortedAt": None}
        change(console, "agent", agent_id, moment, scanStatus="started", **times)
        tell(console, TYPES["scan_started"], host, moment, data={"status": "started"})
        actions.agenda.after(actions.controls.scan_lasts, finished, since=moment)

    def finished(moment: datetime) -> None:
        if actions.scans[agent_id] == number:
            at = invent.time_text(moment)
            more = {"lastSuccessfulScanDate": at, "fullDiskScanLastUpdatedAt": at}
            change(console, "agent", agent_id, moment, scanStatus="finished", scanFinishedAt=at, **more)
            tell(console, TYPES["scan_finished"], host, moment, data={"status": "finished"})

    by_agent(console, agent_id, started)
    return True


def _abort_scan(console: StandinConsole, _token: Token, agent_id: str, _moment: datetime) -> bool:
    actions, host = console.actions, host_of(console, agent_id)

    def aborted(moment: datetime) -> None:
        if console.lists["agent"].shelf().record(agent_id)["scanStatus"] == "started":
            actions.scans[agent_id] = actions.number()
            at = invent.time_text(moment)
            change(console, "agent", agent_id, moment, scanStatus="aborted", scanAbortedAt=at)
            tell(console, TYPES["scan_aborted"], host, moment, data={"status": "aborted"})

    by_agent(console, agent_id, aborted)
    return True


def _broadcast(console: StandinConsole, _token: Token, agent_id: str, _moment: datetime) -> bool:
    return host_of(console, agent_id).system.type in _SHOW_MESSAGES


def _restart(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    tell(console, TYPES["restart"], host, moment, token=token)

    def up_again(moment: datetime) -> None:
        times = {"osStartTime": invent.whole_second(moment), "lastActiveDate": invent.time_text(moment)}
        change(console, "agent", agent_id, moment, **times)

    by_agent(console, agent_id, up_again)
    return True


def _shutdown(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    tell(console, TYPES["shutdown"], host_of(console, agent_id), moment, token=token)
    if not is_offline(console, agent_id):
        by_agent(console, agent_id, lambda moment: change(console, "agent", agent_id, moment, isActive=False))
    return True


def _uninstall(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    change(console, "agent", agent_id, moment, isPendingUninstall=True)
    tell(console, TYPES["uninstall"], host, moment, token=token)

    def gone(moment: datetime) -> None:
        change(console, "agent", agent_id, moment, isPendingUninstall=False, isUninstalled=True, isActive=False)
        tell(console, TYPES["uninstalled"], host, moment)

    by_agent(console, agent_id, gone)
    return True


def _decommission(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    change(console, "agent", agent_id, moment, isDecommissioned=True, isActive=False)
    tell(console, TYPES["decommission"], host_of(console, agent_id), moment, token=token)
    return True


def _disable(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    tell(console, TYPES["disable"], host, moment, token=token)

    def disabled(moment: datetime) -> None:
        change(console, "agent", agent_id, moment, operationalState="disabled")
        tell(console, TYPES["disabled"], host, moment)

    by_agent(console, agent_id, disabled)
    return True


def _enable(console: StandinConsole, token: Token, agent_id: str, moment: datetime) -> bool:
    host = host_of(console, agent_id)
    tell(console, TYPES["enable"], host, moment, token=token)

    def enabled(moment: datetime) -> None:
        change(console, "agent", agent_id, moment, operationalState="na")
        tell(console, TYPES["enabled"], host, moment)

    by_agent(console, agent_id, enabled)
    return True


def _check_disable(data: dict[str, Any]) -> None:
    bodies.boolean(data, "shouldReboot")
    for key in ("expiration", "expirationTimezone"):
        if key in data:
            bodies.text(data, key)


DISCONNECT = _answer(_disconnect)
CONNECT = _answer(_connect)
SCAN = _answer(_scan)
ABORT_SCAN = _answer(_abort_scan)
BROADCAST = _answer(_broadcast, "message", check=partial(bodies.text, key="message", most=_LONGEST_MESSAGE))
RESTART = _answer(_restart)
SHUTDOWN = _answer(_shutdown)
UNINSTALL = _answer(_uninstall)
DECOMMISSION = _answer(_decommission)
DISABLE = _answer(_disable, "shouldReboot", "expiration", "expirationTimezone", check=_check_disable)
ENABLE = _answer(_enable, "shouldReboot", "expiration", "expirationTimezone", check=_check_disable)
