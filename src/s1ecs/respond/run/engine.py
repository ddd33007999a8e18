"""The engine: a plan is written down, sent once, and followed to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError, NotAdmitted, StateError, UsageError
from s1ecs.respond.actions.response_parsing import Said
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.plan.plan import Plan, Scope, make_plan, renewed
from s1ecs.respond.run.again import schedule_again
from s1ecs.respond.run.ending import with_end
from s1ecs.respond.run.ends import unknown
from s1ecs.respond.run.follow import Following, finish, follow_up, progress, result_of
from s1ecs.respond.run.followed import read_followed
from s1ecs.respond.run.refuse import refuse
from s1ecs.respond.run.result import Result, told_again, was_shown
from s1ecs.respond.run.send import send
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import TrackerOutcome
from s1ecs.respond.trackers.follow_state import Followed, write_follow

# Whoever does not wait for the end waits so long to learn whether it was taken at all.
_TAKEN_WITHIN = timedelta(seconds=30)

__all__ = ["Following", "Result", "act", "carry_out", "resume"]


async def act(
    console: ActionConsole,
    name: str,
    target: str | Scope,
    arguments: Mapping[str, Any],
    *,
    comment: str = "",
    following: Following | None = None,
    force: bool = False,
    lasting: timedelta | None = None,
) -> Result:
    """Plan, carry out and follow one action of the table; a refusal is a result, written down as well.

    `force`: also against the state that the console shows of the host, as far as the action is harmless. `lasting`: it
    is ended again after this time, by `s1ecs run`.

    Raises UsageError for a word that is none of the choices, which is not written down, ConsoleError types where the
    console can't be asked before anything was sent, StateError where the action can't be written down before that.
    """
    action = ACTIONS[name]
    identity = console.around.new_id()
    try:
        plan = await make_plan(
            console, action, target, arguments, comment=comment, id=identity, force=force, lasting=lasting
        )
    except ActionRefused as refusal:
        return await refuse(console, action, identity, refusal, target=target, arguments=arguments, comment=comment)
    except ConsoleError as error:
        await refuse(console, action, identity, error, target=target, arguments=arguments, comment=comment)
        raise
    result = await carry_out(console, plan, following or Following())
    try:
        await was_shown(await console.journal(), result)
    except StateError as error:
        return replace(result, reason=f"{result.reason}; its password is still stored: {error}")
    return result


@dataclass(frozen=True)
class Sent:
    """A plan that was sent, with its row and what the console answered."""

    plan: Plan
    followed: Followed
    said: Said


async def carry_out(console: ActionConsole, plan: Plan, following: Following) -> Result:
    """Write a plan down, send it, and follow it; raise StateError where it can't be written down: then nothing is sent.

    A plan that waited for somebody's answer is made again first, and refused if anything has changed. No request is
    repeated whose outcome is not known; the console is asked instead. From the first request on a journal that fails
    is told by the result.
    """
    return await follow_sent(console, await send_plan(console, plan), following)


async def send_plan(console: ActionConsole, plan: Plan) -> Sent | Result:
    """Write a plan down and send it, as `carry_out` does; a result where it is refused instead.

    Raises ConsoleError types and NotAdmitted where the console can't be asked and the action is scheduled: it stays so.
    """
    try:
        plan = await renewed(console, plan)
    except (ActionRefused, ConsoleError) as error:
        if isinstance(error, ConsoleError | NotAdmitted) and await _is_scheduled(console, plan.id):
            raise
        return await refuse(
            console,
            plan.action,
            plan.id,
            error,
            target=plan.target,
            arguments=plan.arguments,
            comment=plan.comment,
            noted=plan.noted,
        )
    entry, scheduled = with_end(console, plan, entry_of(console, plan))
    await (await console.journal()).request(entry, scheduled)
    return Sent(plan, Followed(entry, plan.follow), await send(console, plan))


async def _is_scheduled(console: ActionConsole, identity: str) -> bool:
    entry = await (await console.journal()).load(identity)
    return entry is not None and entry.status == "scheduled"


def entry_of(console: ActionConsole, plan: Plan) -> Entry:
    """The row of a plan that is about to be sent."""
    around = console.around
    return Entry(
        id=plan.id,
        console=console.name,
        action=plan.action.name,
        requested=around.now(),
        user=around.user,
        machine=around.machine,
        comment=plan.comment,
        targets=plan.targets,
        requests=tuple(request.shown for request in plan.requests),
        details=plan.details,
        follow=write_follow(plan.follow),
    )


async def follow_sent(console: ActionConsole, sent: Sent | Result, following: Following) -> Result:
    """Follow what was sent to its end; what was refused has its result."""
    if isinstance(sent, Result):
        return sent
    plan, followed, said = sent.plan, sent.followed, sent.said
    if said.verdict in {"done", "failed"}:
        # The successor first: a process that dies in between leaves this one without an end, not the host.
        again = await schedule_again(console, followed.entry) if said.passing else ""
        reason = f"{said.reason}; {again}" if again else said.reason
        ended = TrackerOutcome("done" if said.verdict == "done" else "failed", reason, said.details)
        return await finish(console, followed, ended, following)
    unclear, state = said.verdict == "unclear", plan.follow.state
    follow = replace(
        plan.follow,
        uncertain=unclear,
        cause=said.reason if unclear else "",
        state=None if state is None else state.updated(said.update),
    )
    followed = await progress(console, followed.entry, {**followed.entry.details, **said.details}, follow)
    if said.verdict == "taken" and not (plan.action.follower and plan.action.follower.to_the_end):
        return await finish(console, followed, TrackerOutcome("done", said.reason, said.details), following)
    if said.verdict == "taken" and not following.wait:
        return result_of(followed, "pending", "accepted; not waiting for the result")
    if not following.wait and following.patience is None:
        following = replace(following, patience=_TAKEN_WITHIN)
    following.tell(said.reason)
    return await follow_up(console, followed, following)


async def resume(console: ActionConsole, entry: Entry, following: Following) -> Result:
    """Go on with an action of the journal, in this process or another; one at its end is only told again.

    Where the console can't be asked it stays what it was. Raises UsageError where the console of that name is at
    another address than the one that the action was sent to, StateTooNew where a newer s1ecs followed it.
    """
    if entry.status not in OPEN:
        return told_again(entry)
    followed = read_followed(entry)
    sent_to, here = followed.follow.url, console.client.connection.url
    if sent_to and sent_to != here:
        raise UsageError(
            f"action {entry.id} was sent to {sent_to}, but the console {console.name!r} is now at {here}: only the "
            "console that received the action can report its outcome"
        )
    if entry.follow:
        return await follow_up(console, followed, following, resumed=True)
    return await finish(console, followed, TrackerOutcome("unknown", unknown(followed)), following)
