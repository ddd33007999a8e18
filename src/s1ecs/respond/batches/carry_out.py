"""Carrying out many plans: all are written down first, then each is sent once and followed on its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from s1ecs.errors import ActionTaken, ConsoleError, NotAdmitted
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.batches.in_flight import InFlight
from s1ecs.respond.batches.planning import ManyPlans
from s1ecs.respond.batches.send_scheduled import send_scheduled
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.run.engine import Sent, follow_sent, resume, send_plan
from s1ecs.respond.run.follow import Following
from s1ecs.respond.run.intent import Intent, intended
from s1ecs.respond.run.refuse import refuse
from s1ecs.respond.run.result import Result, told_again
from s1ecs.respond.session import ActionConsole

# So many are sent at one time; all that were sent are followed, whose reads go together.
_SENT_AT_ONCE = 16

# Takes each result as it comes.
Show = Callable[[Result], Awaitable[None]]


async def carry_out_many(console: ActionConsole, many: ManyPlans, following: Following, show: Show) -> Sequence[Result]:
    """Write all plans down as scheduled, send each and follow it; what can't be done is written down as refused.

    After an error, such as StateError or one of `show`, nothing more is sent: the rest stays scheduled. The error is
    raised once every request that was sent has its response.
    """
    journal = await console.journal()
    await journal.schedule([scheduled(console, plan) for plan in many.plans])
    results = []
    for each in many.refused:
        result = await refuse(
            console,
            many.action,
            each.id,
            each.error,
            target=each.target,
            arguments=many.arguments,
            comment=many.comment,
            noted={"batch": many.id},
        )
        await show(result)
        results.append(result)
    together = InFlight[Result](_SENT_AT_ONCE)

    async def one(plan: Plan) -> Result:
        # A host whose state changes while hundreds are sent is not left out; the checks of the action are made again.
        plan = replace(plan, described=(), target=plan.targets[0].id)
        work = _followed(console, partial(send_plan, console, plan), following, together)
        return await _shown(console, plan.id, work, show)

    with console.batching():
        return [*results, *await together.results(one(plan) for plan in many.plans)]


async def resume_many(
    console: ActionConsole, entries: Sequence[Entry], following: Following, show: Show, *, send: bool
) -> Sequence[Result]:
    """Go on with the actions of a batch: those that were sent are followed, those that were not are sent.

    Without `send` the latter stay scheduled.
    """
    together = InFlight[Result](_SENT_AT_ONCE)

    async def one(entry: Entry) -> Result:
        if entry.status in OPEN:
            work = resume(console, entry, following)
        elif entry.status == "scheduled" and send:
            work = _followed(console, partial(send_scheduled, console, entry), following, together)
        else:
            work = _told_again(entry)
        return await _shown(console, entry.id, work, show)

    with console.batching():
        return await together.results(one(entry) for entry in entries)


async def _followed(
    console: ActionConsole,
    send: Callable[[], Awaitable[Sent | Result]],
    following: Following,
    together: InFlight[Result],
) -> Result:
    """Send, where there is room, and follow; where another failed meanwhile the response is only written down."""
    async with together.sending():
        sent = await send()
    if together.failed:
        following = replace(following, wait=False, patience=timedelta(0))
    return await follow_sent(console, sent, following)


def scheduled(console: ActionConsole, plan: Plan) -> Entry:
    """The row of a plan that is to be sent later."""
    intent = Intent(
        plan.id, plan.action.name, plan.targets, plan.arguments, plan.comment, plan.force, plan.noted, plan.lasting
    )
    return intended(console, intent)


async def _shown(console: ActionConsole, identity: str, work: Awaitable[Result], show: Show) -> Result:
    """Wait for a result and show it.

    Of an action that another process took it is what the journal has; one whose console can't be asked stays what it
    is. Raises StateError, and what `show` raises.
    """
    try:
        result = await work
    except ActionTaken:
        entry = await (await console.journal()).load(identity)
        if entry is None:
            raise
        result = told_again(entry)
    except (ConsoleError, NotAdmitted) as error:
        # It stays as it is: nothing was sent, or it can be followed later.
        entry = await (await console.journal()).load(identity)
        if entry is None:
            raise
        result = replace(told_again(entry), reason=error.behind(console.name))
    await show(result)
    return result


async def _told_again(entry: Entry) -> Result:
    return told_again(entry)
