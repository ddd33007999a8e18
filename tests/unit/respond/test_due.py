"""Isolations for a time: what is scheduled, when it is sent, and what becomes of it where it can't be."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Self

import pytest
import structlog
from structlog.testing import capture_logs

from s1ecs import respond
from s1ecs.errors import NotAdmitted, StateError, UsageError
from s1ecs.respond.audit.journal import Entry, Journal, Status, Target
from s1ecs.respond.batches import due
from s1ecs.respond.batches.due import DueActions
from s1ecs.respond.run.intent import Intent, due_at, due_of, intended
from s1ecs.respond.session import ActionConsole
from s1ecs.settings import Settings
from s1ecs.timestamps import time_text
from tests.unit.sentinelone.console import error, said

from .test_engine import (
    ID,
    ONCE,
    World,
)
from .test_engine import (
    acting as acting,  # noqa: PLC0414 - pytest finds it by its name here
)
from .test_engine import (
    console as console,  # noqa: PLC0414 - the same
)
from .test_engine import (
    waits as waits,  # noqa: PLC0414 - the same
)
from .test_engine import (
    world as world,  # noqa: PLC0414 - the same
)

FOUR_HOURS = timedelta(hours=4)


async def _due(acting: respond.Console) -> DueActions:
    return DueActions(acting._settings, await acting.journal(), structlog.get_logger(), around=lambda: acting.around)


def _network(world: World, status: str) -> bytes:
    world.agent["networkStatus"] = status
    return said({"data": {"affected": 1}})


def _pass(acting: respond.Console, span: timedelta) -> None:
    before = acting.around.now
    acting.around = replace(acting.around, now=lambda: before() + span)


async def _rows(acting: respond.Console) -> dict[str, Entry]:
    return {row.action: row for row in await respond.history(acting)}


@pytest.fixture
async def isolated(world: World, acting: respond.Console) -> DueActions:
    """A host that is isolated for four hours."""
    world.acts = [lambda: _network(world, "disconnected"), lambda: _network(world, "connected")]
    result = await respond.isolate(acting, "ws-1", lasting=FOUR_HOURS, following=ONCE, comment="case 17")
    assert (result.status, "ended_by" in result.details) == ("done", True)
    return await _due(acting)


async def test_a_release_is_sent_once_at_its_time(world: World, acting: respond.Console, isolated: DueActions) -> None:
    """Not before it is due, then once, in the name of whoever isolated the host, with the same comment."""
    assert await isolated.due() == []
    rows = await _rows(acting)
    row = rows["release"]
    assert (row.status, row.comment, row.details["ends"]) == ("scheduled", "case 17", rows["isolate"].id)
    acting.around = replace(acting.around, user="service")
    _pass(acting, FOUR_HOURS)
    [entry] = await isolated.due()
    await isolated.carry_out([entry])
    assert world.sent() == 2
    row = (await _rows(acting))["release"]
    assert (row.status, row.user == "service") == ("done", False)
    _pass(acting, FOUR_HOURS)
    assert await isolated.due() == []


@pytest.mark.usefixtures("isolated")
async def test_a_console_that_was_added_meanwhile_is_acted_on(world: World, acting: respond.Console) -> None:
    """The settings and the journal of the moment count, not those of the start."""
    journal = await acting.journal()
    nobody = acting._settings.with_consoles([], {}, "no console yet")

    async def refresh() -> tuple[Settings, Journal]:
        return acting._settings, journal

    due = DueActions(nobody, journal, structlog.get_logger(), around=lambda: acting.around, refresh=refresh)
    _pass(acting, FOUR_HOURS)
    [entry] = await due.due()
    await due.carry_out([entry])
    assert (world.sent(), (await _rows(acting))["release"].status) == (2, "done")


async def test_what_can_not_be_sent_is_tried_again(world: World, acting: respond.Console, isolated: DueActions) -> None:
    """A console that does not answer leaves it scheduled; a minute later it is due again."""
    _pass(acting, FOUR_HOURS)
    world.reads = error(503)
    [entry] = await isolated.due()
    with capture_logs() as logs:
        await isolated.carry_out([entry])
    assert "it is tried again" in logs[-1]["event"]
    assert (await _rows(acting))["release"].status == "scheduled"
    assert await isolated.due() == []
    _pass(acting, timedelta(minutes=2))
    world.reads = None
    [entry] = await isolated.due()
    await isolated.carry_out([entry])
    assert (await _rows(acting))["release"].status == "done"


async def test_whoever_decided_anew_is_not_overruled(
    world: World, acting: respond.Console, isolated: DueActions
) -> None:
    """A host that somebody isolated again, or released, after our order is left as it is, and the reason says so."""
    first, second = (time_text(acting.around.now() + timedelta(hours=hours)) for hours in (0, 1))
    world.activities += [
        {"id": "1", "activityType": 61, "agentId": ID, "createdAt": first},
        {"id": "2", "activityType": 61, "agentId": ID, "createdAt": second},
    ]
    _pass(acting, FOUR_HOURS)
    [entry] = await isolated.due()
    await isolated.carry_out([entry])
    row = (await _rows(acting))["release"]
    assert (row.status, world.sent()) == ("refused", 1)
    assert row.reason == f"not sent: the console reported at {second}: activity 61"


async def test_an_isolation_that_fails_is_not_ended(world: World, acting: respond.Console) -> None:
    """What was not carried out schedules nothing."""
    world.acts = [said({"data": {"affected": 0}})]
    await respond.isolate(acting, "ws-1", lasting=FOUR_HOURS, following=ONCE)
    row = (await _rows(acting))["release"]
    assert row.status == "refused"
    assert row.reason.startswith("nothing to end: isolate (action ")


async def test_a_process_that_dies_leaves_no_release_alone(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the isolation can't be written down, neither is its release."""
    journal = await acting.journal()

    async def killed(*_: object) -> None:
        raise StateError("killed")

    monkeypatch.setattr(journal, "request", killed)
    with pytest.raises(StateError, match="killed"):
        await respond.isolate(acting, "ws-1", lasting=FOUR_HOURS, following=ONCE)
    assert (list(await respond.history(acting)), world.sent()) == ([], 0)


@pytest.mark.parametrize("begun", ["missing", "scheduled", "ended by another"])
async def test_a_release_without_its_isolation_is_called_off(
    world: World, acting: respond.Console, isolated: DueActions, begun: str
) -> None:
    """A release whose isolation was never sent, or has another release, is not sent."""
    rows, journal = await _rows(acting), await acting.journal()
    isolate = rows["isolate"]
    if begun == "scheduled":
        await journal.schedule([intended(acting, Intent("unsent", "isolate", isolate.targets, {}))])
    ends = {"missing": "gone", "scheduled": "unsent"}.get(begun, isolate.id)
    noted = due_at(acting.around.now(), ends)
    await journal.schedule([intended(acting, Intent("orphan", "release", isolate.targets, {}, "", True, noted))])
    [entry] = await isolated.due()
    await isolated.carry_out([entry])
    row = await journal.load("orphan")
    assert row is not None
    assert (row.status, row.reason[:15], world.sent()) == ("refused", "nothing to end:", 1)


async def test_the_shortest_time_is_a_minute(world: World, acting: respond.Console) -> None:
    """A release that could be sent before its isolation is a mistake of the command line."""
    with pytest.raises(UsageError, match="isolate --for 59s: the shortest time is 1m"):
        await respond.isolate(acting, "ws-1", lasting=timedelta(seconds=59))
    assert world.console.seen == []


async def _isolated(acting: respond.Console, agent: str, status: Status = "done", user: str = "u") -> None:
    """Let an agent have been isolated, with a release that is due."""
    journal, target = await acting.journal(), Target("agent", agent, host=agent, agent=agent)
    now = acting.around.now()
    begun = Entry(f"of {agent}", acting.name, "isolate", now, user, "m", "", (target,), (), "pending")
    begun = replace(begun, details={"ended_by": f"end of {agent}"})
    intent = Intent(f"end of {agent}", "release", (target,), {}, "", True, due_at(now, begun.id))
    await journal.request(begun, [replace(intended(acting, intent), user=user, machine="m")])
    await journal.finish(begun.id, status=status, reason="", finished=now, details=begun.details, follow={})


async def test_what_is_due_together_shares_a_client(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Releases of one console and user have one session and ask in common; those of another user come after them."""
    agents = [str(int(ID) + number) for number in range(6)]
    world.others = [{**world.agent, "id": each, "networkStatus": "disconnected"} for each in agents[1:]]
    for agent in agents:
        await _isolated(acting, agent, user="u" if agent != agents[-1] else "another")
    world.acts = [said({"data": {"affected": 1}})] * len(agents)
    for each in (world.agent, *world.others):
        each["networkStatus"] = "connected"
    opened = []

    class Counted(ActionConsole):
        async def __aenter__(self) -> Self:
            opened.append(self.around.user)
            await super().__aenter__()
            return self

    monkeypatch.setattr(due, "ActionConsole", Counted)
    actions = await _due(acting)
    await actions.carry_out(await actions.due())
    assert {row.status for row in await respond.history(acting) if row.action == "release"} == {"done"}
    assert (sorted(opened), world.sent()) == (["another", "u"], len(agents))
    assert any(sum(agent in seen.target for agent in agents) > 1 for seen in world.console.seen)


async def test_a_console_at_work_gets_no_second_client(world: World, acting: respond.Console) -> None:
    """What becomes due while others of the console are at work waits for them; another console does not."""
    await _isolated(acting, ID)
    actions, left = await _due(acting), asyncio.Event()

    async def sleep(_: float) -> None:
        # The first sleep comes once those that are due were started.
        assert await actions.due() == []
        left.set()
        await asyncio.Event().wait()

    acting.around = replace(acting.around, sleep=sleep)
    task = asyncio.create_task(actions.forever())
    await left.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.sent() == 0


async def test_a_console_that_is_not_admitted_is_tried_again(
    world: World, acting: respond.Console, isolated: DueActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release waits until it is decided which console stands behind the name."""

    async def admit(_: ActionConsole) -> None:
        raise NotAdmitted("another console")

    _pass(acting, FOUR_HOURS)
    with monkeypatch.context() as patched:
        patched.setattr(ActionConsole, "_admit", admit)
        await isolated.carry_out(await isolated.due())
    assert ((await _rows(acting))["release"].status, world.sent()) == ("scheduled", 1)
    _pass(acting, timedelta(minutes=1))
    await isolated.carry_out(await isolated.due())
    assert ((await _rows(acting))["release"].status, world.sent()) == ("done", 2)


async def test_what_nobody_expected_stops_nothing(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error inside of one action, or of reading them all, is logged, and tried again later."""
    await _isolated(acting, ID)
    actions = await _due(acting)

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with capture_logs() as logs, monkeypatch.context() as patched:
        patched.setattr(due, "send_scheduled", broken)
        await actions.carry_out(await actions.due())
        assert await actions.due() == []
        patched.setattr(await acting.journal(), "with_status", broken)
        assert await actions.due() == []
    assert [log["event"][-39:] for log in logs][-2:] == [
        "again: internal error: RuntimeError('a bug')"[-39:],
        "read: internal error: RuntimeError('a bug')"[-39:],
    ]
    _pass(acting, timedelta(minutes=1))
    assert [entry.id for entry in await actions.due()] == [f"end of {ID}"]
    assert world.sent() == 0


@pytest.mark.parametrize(("days", "looks"), [(0, 11), (15, 0)])
async def test_an_end_that_does_not_come(world: World, acting: respond.Console, days: int, looks: int) -> None:
    """What was sent and has not ended is looked at ever more rarely, logged once, and given up at last."""
    await _isolated(acting, ID)
    journal, release = await acting.journal(), f"end of {ID}"
    entry = await journal.load(release)
    assert entry is not None
    await journal.request(replace(entry, status="pending"))
    now = acting.around.now()
    await journal.finish(release, status="unknown", reason="", finished=now, details=entry.details, follow={})
    _pass(acting, timedelta(days=days))
    actions, looked = await _due(acting), 0
    with capture_logs() as logs:
        for _ in range(6 * 60):
            entries = await actions.due()
            looked += len(entries)
            if entries:
                await actions.carry_out(entries)
            _pass(acting, timedelta(minutes=1))
    assert (looked, len(logs)) == (looks, min(looks, 1))
    assert world.sent() == 0


async def test_a_release_that_surely_was_not_carried_out_has_a_successor(
    world: World, acting: respond.Console, isolated: DueActions
) -> None:
    """A token that is being replaced ends one release as failed, and schedules the next; no request is sent again."""
    _pass(acting, FOUR_HOURS)
    world.acts = [error(403), error(403), lambda: _network(world, "connected")]
    waited = []
    for _ in range(3):
        [entry] = await isolated.due()
        await isolated.carry_out([entry])
        assert await isolated.due() == []
        waiting = [due for row in await respond.history(acting) if row.status == "scheduled" and (due := due_of(row))]
        for due_again in waiting:
            waited.append((due_again - acting.around.now()) // timedelta(seconds=50))
            _pass(acting, due_again - acting.around.now())
    releases = [row for row in await respond.history(acting) if row.action == "release"]
    assert [row.status for row in releases] == ["done", "failed", "failed"]
    assert all("tried again at " in row.reason for row in releases[1:])
    assert (waited, world.sent()) == ([1, 1], 4)
    assert {row.details.get("instead_of", row.id) for row in releases} == {releases[-1].id}


async def test_a_release_that_is_never_permitted_ends(
    world: World, acting: respond.Console, isolated: DueActions
) -> None:
    """After three days it has no successor any more."""
    _pass(acting, FOUR_HOURS + timedelta(days=4))
    world.acts = [error(403)]
    await isolated.carry_out(await isolated.due())
    row = (await _rows(acting))["release"]
    assert (row.status, "tried again" in row.reason) == ("failed", False)


@pytest.mark.parametrize("last", ["isolate", "release"])
async def test_what_we_decided_anew_needs_no_activities(
    world: World, acting: respond.Console, isolated: DueActions, last: str
) -> None:
    """Where the token cannot read activities, our own journal still tells of a later isolation or release."""
    world.refused = "/activities"
    world.acts = [lambda: _network(world, "connected"), lambda: _network(world, "disconnected")]
    await respond.release(acting, "ws-1", following=ONCE)
    if last == "isolate":
        await respond.isolate(acting, "ws-1", following=ONCE)
    sent = world.sent()
    _pass(acting, FOUR_HOURS)
    [entry] = await isolated.due()
    await isolated.carry_out([entry])
    row = await (await acting.journal()).load(entry.id)
    assert row is not None
    assert (row.status, world.sent()) == ("refused", sent)
    assert row.reason.startswith(f"not sent: {last} was requested at ")


async def test_activities_that_cannot_be_read_are_logged(
    world: World, acting: respond.Console, isolated: DueActions
) -> None:
    """A release that cannot be checked against what others did is sent, and the log says so."""
    world.refused = "/activities"
    _pass(acting, FOUR_HOURS)
    with capture_logs() as logs:
        await isolated.carry_out(await isolated.due())
    assert (await _rows(acting))["release"].status == "done"
    assert any("activities cannot be read" in log["event"] for log in logs)
