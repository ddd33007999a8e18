"""Harmless actions that the state of a host seems to make senseless, though it may only be told late.

Agents report when they come to it: what the journal or the console's activities know is newer.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from s1ecs.errors import ConsoleError, StateError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.actions.host_checks import Late
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.audit.superseding import newest
from s1ecs.respond.plan.ages import moment_of
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers.network import NetworkTracker
from s1ecs.respond.trackers.tracker import activities, records
from s1ecs.timestamps import time_text

# What is older was reported long since.
_RECENT = timedelta(days=1)
_CLOCKS = timedelta(seconds=5)


async def contradiction(console: ActionConsole, late: Late, agent: str) -> str:
    """Find what contradicts the state that the console shows for an agent; "" if nothing does."""
    return await _by_journal(console, late, agent) or await _by_activities(console, late, agent)


async def moved_on(
    console: ActionConsole, action: Action, begun: Entry, tell: Callable[[str], None] = lambda _: None
) -> str:
    """Find who changed since what an isolation of ours did; "" if nobody did.

    A later order of the opposite, or of the same by somebody else, shows that people decided anew. Those of our own
    journal are known also where the token cannot read activities, of which `tell` is told. Raises StateError.
    """
    tracker = action.follower
    if not isinstance(tracker, NetworkTracker):
        return ""
    if later := await _later(console, action, begun):
        return f"{later.action} was requested at {time_text(later.requested)} (action {later.id}, {later.status})"
    # Our clock and the console's differ.
    await console.client.learn_time()
    began = begun.requested + (console.client.now() - console.around.now()) - _CLOCKS
    since = began.strftime("%Y-%m-%dT%H:%M:%SZ")
    orders = (tracker.ordered, tracker.undone[0])
    try:
        data = await console.read(activities(since, orders, agentIds=begun.targets[0].id))
    except ConsoleError as error:
        if error.transient:
            raise
        tell(
            f"activities cannot be read, so a host that others isolate or release meanwhile is released all the same: "
            f"{error.behind(console.name)}"
        )
        return ""
    found = sorted(
        (each for each in records(data) if isinstance(each, dict) and each.get("activityType") in orders),
        key=lambda each: str(each.get("createdAt")),
    )
    # The first order is our own.
    types = [each["activityType"] for each in found]
    after = found[types.index(tracker.ordered) + 1 :] if tracker.ordered in types else found
    if not after:
        return ""
    last = after[-1]
    said = last.get("primaryDescription") or f"activity {last['activityType']}"
    return f"the console reported at {last.get('createdAt')}: {said}"


async def _later(console: ActionConsole, action: Action, begun: Entry) -> Entry | None:
    """The newest action of ours on the host that came after this one; not one that was scheduled to end it."""
    history = await (await console.journal()).history()
    ours = [
        each
        for each in history
        if each.console == console.name and each.requested > begun.requested and each.details.get("ends") != begun.id
    ]
    return newest(ours, begun.targets[0].agent, (action.name, action.ended_by))


async def _by_journal(console: ActionConsole, late: Late, agent: str) -> str:
    try:
        history = await (await console.journal()).history()
    except StateError:
        # Without a journal nothing is sent anyway, and whoever sends it says so.
        return ""
    ours = [each for each in history if each.console == console.name]
    last = newest(ours, agent, (*late.actions, *late.undone_by))
    if last is None or last.status not in late.actions.get(last.action, ()):
        return ""
    if console.around.now() - last.requested > _RECENT:
        return ""
    return f"{last.action} was requested at {time_text(last.requested)} (action {last.id}, {last.status})"


async def _by_activities(console: ActionConsole, late: Late, agent: str) -> str:
    since = (console.client.now() - _RECENT).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        data = await console.read(activities(since, late.shows + late.against, agentIds=agent))
    except ConsoleError as error:
        if error.transient:
            raise
        return ""
    found = [each for each in records(data) if isinstance(each, dict) and moment_of(each.get("createdAt"))]
    last: dict[str, Any] = max(found, key=lambda each: str(each["createdAt"]), default={})
    if last.get("activityType") not in late.shows:
        return ""
    said = last.get("primaryDescription") or f"activity {last['activityType']}"
    return f"the console reported at {last['createdAt']}: {said}"
