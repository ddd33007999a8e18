"""Actions on many targets: what stays scheduled, and what is asked once for all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from s1ecs import respond
from s1ecs.errors import ActionRefused, NotAdmitted, StateError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.batches.call_off_all import call_off_all
from s1ecs.respond.batches.carry_out import carry_out_many, resume_many, scheduled
from s1ecs.respond.batches.planning import ManyPlans, NotPlanned, plan_many
from s1ecs.respond.run.intent import cancellable, of_batch
from s1ecs.respond.run.result import Result
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

AGENTS = [str(int(ID) + number) for number in range(3)]


async def _shown(_: Result) -> None:
    """Show nothing."""


async def _planned(world: World, acting: respond.Console, lasting: timedelta | None = None) -> ManyPlans:
    world.others = [{**world.agent, "id": each} for each in AGENTS[1:]]
    return await plan_many(acting, ACTIONS["isolate"], AGENTS, {}, lasting=lasting)


async def test_an_outage_while_a_batch_is_sent_leaves_it_scheduled(world: World, acting: respond.Console) -> None:
    """What could not be looked at again is not sent and not refused: `resume` sends it."""
    many = await _planned(world, acting)
    before = acting.around.monotonic
    acting.around = replace(acting.around, monotonic=lambda: before() + 60)
    world.reads = error(503)
    results = await carry_out_many(acting, many, ONCE, _shown)
    assert {result.status for result in results} == {"scheduled"}
    assert all("503" in result.reason for result in results)
    world.reads, world.acts = None, [said({"data": {"affected": 1}})] * len(AGENTS)
    again = await resume_many(acting, await respond.history(acting), ONCE, _shown, send=True)
    assert ({result.status for result in again}, world.sent()) == ({"pending"}, len(AGENTS))


async def test_an_error_of_whoever_is_shown_the_results(world: World, acting: respond.Console) -> None:
    """A reader that went away ends the batch; what was sent has its response written down."""
    many = await _planned(world, acting)
    world.acts = [said({"data": {"affected": 1}})] * len(AGENTS)

    async def gone(_: Result) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await carry_out_many(acting, many, ONCE, gone)
    rows = await respond.history(acting)
    sent = [row for row in rows if row.status != "scheduled"]
    assert len(sent) == world.sent() > 0
    assert {row.follow["uncertain"] for row in sent} == {False}


async def test_a_console_that_is_not_admitted_is_asked_once(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at the identity of the console refuses all targets."""
    asked = []

    async def admit() -> None:
        asked.append(1)
        raise NotAdmitted("another console")

    monkeypatch.setattr(acting, "_admit", admit)
    many = await _planned(world, acting)
    assert (len(asked), [str(each.error) for each in many.refused]) == (1, ["another console"] * len(AGENTS))


async def test_a_process_that_dies_while_it_refuses_leaves_the_batch_whole(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is refused belongs to its batch from its first commit on."""
    many = await _planned(world, acting)
    refused = NotPlanned("refused", "ws-9", ActionRefused("no such host"))
    journal = await acting.journal()

    async def killed(*_: object, **__: object) -> None:
        raise StateError("killed")

    monkeypatch.setattr(journal, "finish", killed)
    with pytest.raises(StateError, match="killed"):
        await carry_out_many(acting, replace(many, refused=(refused,)), ONCE, _shown)
    row = await journal.load("refused")
    assert row is not None
    assert (row.details["batch"], world.sent()) == (many.id, 0)


async def test_what_another_process_took_is_cancelled_for_no_other(world: World, acting: respond.Console) -> None:
    """Cancelling a batch goes on behind an action that another process started meanwhile."""
    many = await _planned(world, acting)
    journal = await acting.journal()
    await journal.schedule([scheduled(acting, plan) for plan in many.plans])
    rows = [*await respond.history(acting)]
    await journal.request(replace(rows[0], status="pending"))
    told: list[str] = []
    assert not await call_off_all(acting, rows, "cancelled", _shown, told.append)
    assert (len(told), rows[0].id in told[0]) == (1, True)
    assert sorted(row.status for row in await respond.history(acting)) == ["pending", "refused", "refused"]


async def test_the_releases_of_a_batch_are_cancelled_once_all_of_it_was_sent(
    world: World, acting: respond.Console
) -> None:
    """As long as anything of the batch is unsent only that is cancelled, and what was isolated is released in time."""
    many = await _planned(world, acting, lasting=timedelta(hours=4))
    first, *rest = many.plans
    world.acts = [said({"data": {"affected": 1}})] * len(AGENTS)
    await carry_out_many(acting, replace(many, plans=(first,)), ONCE, _shown)
    journal = await acting.journal()
    await journal.schedule([scheduled(acting, plan) for plan in rest])
    assert {row.id for row in cancellable(await journal.history(), many.id)} == {plan.id for plan in rest}
    await resume_many(acting, of_batch(await journal.history(), many.id), ONCE, _shown, send=True)
    ends = cancellable(await journal.history(), many.id)
    assert [row.action for row in ends] == ["release"] * len(AGENTS)
