"""The engine: a plan is written down, sent once, and followed to its end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError, StateError, UsageError
from s1ecs.respond.answers import Said
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.following import Outcome
from s1ecs.respond.plan import Plan, Scope, make_plan, renewed
from s1ecs.respond.refusal import refuse
from s1ecs.respond.result import Result, told_again, was_shown
from s1ecs.respond.sending import send
from s1ecs.respond.table import ACTIONS
from s1ecs.respond.to_the_end import Following, finish, follow_up, progress, result_of, unknown

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
) -> Result:
    """Plan, carry out and follow one action of the table; a refusal is a result, written down as well.

    Raises ConsoleError types where the console can't be asked before anything was sent, StateError where the action
    can't be written down before that.
    """
    action = ACTIONS[name]
    identity = console.around.new_id()
    try:
        plan = await make_plan(console, action, target, arguments, comment=comment, id=identity)
    except ActionRefused as refusal:
        return await refuse(console, action, identity, refusal, target=target, arguments=arguments, comment=comment)
    except ConsoleError as error:
        await refuse(console, action, identity, error, target=target, arguments=arguments, comment=comment)
        raise
    result = await carry_out(console, plan, following or Following())
    try:
        await was_shown(await console.journal(), result)
    except StateError as error:
        return replace(result, reason=f"{result.reason}; its password is still kept: {error}")
    return result


async def carry_out(console: ActionConsole, plan: Plan, following: Following) -> Result:
    """Write a plan down, send it, and follow it; raise StateError where it can't be written down: then nothing is sent.

    A plan that waited for somebody's answer is made again first, and refused if anything has changed. No request is
    repeated whose outcome is not known; the console is asked instead. From the first request on a journal that fails
    is told by the result.
    """
    try:
        plan = await renewed(console, plan)
    except (ActionRefused, ConsoleError) as error:
        return await refuse(
            console, plan.action, plan.id, error, target=plan.target, arguments=plan.arguments, comment=plan.comment
        )
    around = console.around
    entry = Entry(
        id=plan.id,
        console=console.name,
        action=plan.action.name,
        requested=around.now(),
        user=around.user,
        machine=around.machine,
        comment=plan.comment,
        targets=plan.targets,
        requests=tuple(request.shown for request in plan.requests),
        follow=plan.follow,
    )
    await (await console.journal()).request(entry)
    return await _after_sending(console, plan, entry, await send(console, plan), following)


async def _after_sending(console: ActionConsole, plan: Plan, entry: Entry, said: Said, following: Following) -> Result:
    if said.verdict in {"done", "failed"}:
        ended = Outcome("done" if said.verdict == "done" else "failed", said.reason, said.details)
        return await finish(console, entry, ended, following)
    follow = {**plan.follow, "uncertain": said.verdict == "unclear"}
    if said.verdict == "unclear":
        follow["cause"] = said.reason
    if said.state:
        follow["state"] = {**follow.get("state", {}), **said.state}
    entry = await progress(console, entry, {**entry.details, **said.details}, follow)
    if said.verdict == "taken" and not (plan.action.follower and plan.action.follower.to_the_end):
        return await finish(console, entry, Outcome("done", said.reason, said.details), following)
    if said.verdict == "taken" and not following.wait:
        return result_of(entry, "pending", "taken, and not waited for")
    if not following.wait and following.patience is None:
        following = replace(following, patience=_TAKEN_WITHIN)
    following.tell(said.reason)
    return await follow_up(console, entry, following)


async def resume(console: ActionConsole, entry: Entry, following: Following) -> Result:
    """Go on with an action of the journal, in this process or another; one at its end is only told again.

    Where the console can't be asked it stays what it was. Raises UsageError where the console of that name is at
    another address than the one that the action was sent to.
    """
    if entry.status not in {"pending", "unknown"}:
        return told_again(entry)
    sent_to, here = entry.follow.get("url"), console.client.connection.url
    if sent_to and sent_to != here:
        raise UsageError(
            f"action {entry.id} was sent to {sent_to}, and the console {console.name!r} is at {here} now: only "
            "the one that it was sent to knows of it"
        )
    if entry.follow:
        return await follow_up(console, entry, following, resumed=True)
    return await finish(console, entry, Outcome("unknown", unknown(entry)), following)
