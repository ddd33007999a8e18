"""The end of an action that is for a time: scheduled before it is sent, called off where it came to nothing."""

from contextlib import suppress
from dataclasses import replace

from s1ecs.errors import ActionTaken, StateError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.plan.plan import Plan, PlanRefused
from s1ecs.respond.run.intent import BATCH, DUE, ENDED_BY, ENDS_BATCH, Intent, due_at, intended, intent_of
from s1ecs.respond.run.refuse import refuse
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole


def with_end(console: ActionConsole, plan: Plan, entry: Entry) -> tuple[Entry, tuple[Entry, ...]]:
    """The row of a plan that names the action that ends it, and that action, to be scheduled in the same commit.

    It is forced: a host that was offline all the time reports its isolation only after it was told to end it.
    """
    if plan.lasting is None:
        return entry, ()
    due = console.around.now() + plan.lasting
    action = ACTIONS[plan.action.ended_by]
    details = due_at(due, entry.id)
    if BATCH in plan.noted:
        details[ENDS_BATCH] = plan.noted[BATCH]
    identity = console.around.new_id()
    intent = Intent(identity, action.name, entry.targets, {}, entry.comment, action.forceable, details)
    named = {**entry.details, ENDED_BY: identity, f"{ENDED_BY}_{DUE}": details[DUE]}
    return replace(entry, details=named), (intended(console, intent),)


async def call_off_end(console: ActionConsole, entry: Entry, why: str) -> None:
    """Call off the end of an action that came to nothing; a journal that fails leaves it to whoever sends it."""
    identity = entry.details.get(ENDED_BY)
    if not identity:
        return
    with suppress(StateError):
        end = await (await console.journal()).load(str(identity))
        if end is not None and end.status == "scheduled":
            await call_off(console, end, f"nothing to end: {entry.action} (action {entry.id}) is {why}")


async def call_off(console: ActionConsole, entry: Entry, why: str) -> Result:
    """Cancel a scheduled action: it ends as refused, with this reason; raise ActionTaken if it was sent meanwhile."""
    if entry.status != "scheduled":
        raise ActionTaken(f"action {entry.id} is not scheduled")
    intent = intent_of(entry)
    return await refuse(
        console,
        ACTIONS[entry.action],
        entry.id,
        PlanRefused(why, entry.targets),
        target=entry.targets[0].id,
        arguments=intent.arguments,
        comment=entry.comment,
        noted=intent.noted,
    )
