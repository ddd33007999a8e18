"""Looking at the console for what became of an action: one round of questions."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.errors import ConsoleError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.actions.refused_name import is_unknown
from s1ecs.respond.actions.response_parsing import briefly
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import Poll, ReadRequest
from s1ecs.respond.trackers.follow_state import Followed
from s1ecs.respond.trackers.presence import HostPresence, host_read, presence_of


@dataclass(frozen=True)
class Look:
    """One round of questions: what it showed (None: nothing could be asked), how far it is, if asking is hopeless.

    `untold`: the console refused the question itself, so that no other token will learn more. `presence` is whether the
    host can carry it out.
    """

    turn: Poll[Any] | None
    note: str
    hopeless: bool = False
    untold: bool = False
    presence: HostPresence = field(default_factory=HostPresence)


async def look_in_time(console: ActionConsole, action: Action, followed: Followed, seconds: float) -> Look:
    """One round of questions that takes no longer than this."""
    try:
        async with asyncio.timeout(seconds):
            return await _look(console, action, followed)
    except TimeoutError:
        return Look(None, "the console did not respond in time")


async def _look(console: ActionConsole, action: Action, followed: Followed) -> Look:
    """One round of questions; it is hopeless to ask where the console refuses to tell."""
    state = followed.follow.state
    assert action.follower is not None
    assert state is not None
    answers, trouble, hopeless, untold = [], "", True, True
    reads = action.follower.reads(state)
    for read in reads:
        try:
            answers.append(await console.read(read))
        except ConsoleError as error:
            answers.append(None)
            trouble = briefly(error, console.name)
            hopeless = hopeless and not error.transient
            untold = untold and is_unknown(error)
    if all(answer is None for answer in answers):
        return Look(None, trouble, hopeless, untold)
    turn = action.follower.next(state, answers)
    presence = HostPresence()
    if turn.outcome is None and (
        agent := next((target.agent for target in followed.entry.targets if target.agent), "")
    ):
        presence = await _presence(console, host_read(agent), dict(zip(map(repr, reads), answers, strict=True)))
    note = "; ".join(filter(None, (trouble or turn.note, presence.gone or presence.offline)))
    return Look(turn, note, presence=presence)


async def _presence(console: ActionConsole, read: ReadRequest, answered: Mapping[str, Any]) -> HostPresence:
    """Find out whether the host can act, with a request unless that is known already."""
    if repr(read) in answered:
        return presence_of(answered[repr(read)])
    try:
        return presence_of(await console.read(read))
    except ConsoleError:
        return HostPresence()
