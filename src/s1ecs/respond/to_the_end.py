"""An action that was sent, to its end: the console is asked, what it shows is written down, what it brings is fetched.

A journal that fails is told by the result, and ends nothing: what was sent goes on.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.errors import ConsoleError, StateError, UsageError
from s1ecs.respond.action import Action
from s1ecs.respond.answers import briefly
from s1ecs.respond.audit.journal import Entry, Status
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.files.file_outcome import file_outcome
from s1ecs.respond.files.result_files import bring
from s1ecs.respond.following import Outcome, Turn
from s1ecs.respond.result import Result
from s1ecs.respond.table import ACTIONS

Tell = Callable[[str], None]

# What was taken shows itself soon; only its end may take long.
_TRACE_WITHIN = timedelta(minutes=2)
# However short the patience is, the first look is given so many seconds, and those after it.
_FIRST_LOOK, _ANY_LOOK = 10.0, 1.0
# In `follow`, in memory only: why the last note of the action failed.
_NOT_NOTED = "not_noted"


@dataclass(frozen=True)
class Following:
    """How an action is followed: until when, where its file goes, whether that is unpacked, who is told how far it is.

    `patience` None: as long as its row says, and no longer than two minutes for a trace of what has no answer; zero:
    look once.
    """

    wait: bool = True
    patience: timedelta | None = None
    into: Path = field(default_factory=Path)
    unpack: bool = False
    tell: Tell = lambda _: None


@dataclass(frozen=True)
class _Look:
    """One round of questions: what it showed (None: nothing could be asked), how far it is, if asking is hopeless."""

    turn: Turn | None
    note: str
    hopeless: bool = False


async def follow_up(
    console: ActionConsole, entry: Entry, following: Following, *, resumed: bool = False, started: float | None = None
) -> Result:
    """Look at the console until the action has come to its end, or the patience to its own, from `started` on.

    `resumed`: by whoever asks later; where nothing can be asked then it stays what it was.
    """
    action = ACTIONS.get(entry.action)
    if action is None:
        raise UsageError(f"action {entry.id}: this version knows no action {entry.action!r}")
    around = console.around
    started = around.monotonic() if started is None else started
    if kept := entry.follow.get("outcome"):
        return await _fetch(console, entry, Outcome(**kept), following, started)
    if action.follower is None:
        return await finish(console, entry, Outcome("unknown", unknown(entry)), following)
    last: Turn | None = None
    least = _FIRST_LOOK
    while True:
        left = _limit(action, entry, following).total_seconds() - (around.monotonic() - started)
        look = await _look_in_time(console, action, entry.follow["state"], max(left, least))
        least = _ANY_LOOK
        if look.turn is not None:
            last = look.turn
            entry = await _seen(console, entry, last)
            if last.outcome is not None:
                return await finish(console, entry, last.outcome, following, started=started)
            if not following.wait and not entry.follow["uncertain"]:
                return result_of(entry, "pending", f"{look.note or 'taken'}; not waited for")
        following.tell(look.note)
        left = _limit(action, entry, following).total_seconds() - (around.monotonic() - started)
        if look.hopeless or left <= 0:
            return await _given_up(console, entry, look, last, following, resumed=resumed)
        await around.sleep(min(around.poll, left))


def _limit(action: Action, entry: Entry, following: Following) -> timedelta:
    if following.patience is not None:
        return following.patience
    return min(action.patience, _TRACE_WITHIN) if entry.follow["uncertain"] else action.patience


async def _given_up(
    console: ActionConsole, entry: Entry, look: _Look, last: Turn | None, following: Following, *, resumed: bool
) -> Result:
    """Nothing more is to be learned now; `last` is the last that was shown at all."""
    if resumed and last is None:
        return result_of(entry, entry.status, f"nothing new: the console can't be asked ({look.note})")
    if last is not None and not last.seen and entry.follow["state"].get("others"):
        why = "what was uploaded is another request's: the password of this one does not open it"
        return await finish(console, entry, Outcome("failed", why), following)
    if entry.follow["uncertain"]:
        return await finish(console, entry, Outcome("unknown", f"{unknown(entry)} ({look.note})"), following)
    if look.hopeless:
        why = f"it was taken, but can't be followed ({look.note})"
        return await finish(console, entry, Outcome("unknown", why), following)
    return result_of(entry, "pending", f"not at its end yet: {look.note}")


async def _seen(console: ActionConsole, entry: Entry, turn: Turn) -> Entry:
    """Write down what a round of questions showed, if it showed anything."""
    follow = {**entry.follow, "state": turn.state, "uncertain": entry.follow["uncertain"] and not turn.seen}
    return entry if follow == entry.follow else await progress(console, entry, entry.details, follow)


async def _look_in_time(console: ActionConsole, action: Action, state: dict[str, Any], seconds: float) -> _Look:
    try:
        async with asyncio.timeout(seconds):
            return await _look(console, action, state)
    except TimeoutError:
        return _Look(None, "the console did not answer in time")


async def _look(console: ActionConsole, action: Action, state: dict[str, Any]) -> _Look:
    """One round of questions; it is hopeless to ask where the console refuses to tell."""
    assert action.follower is not None
    answers, trouble, hopeless = [], "", True
    for read in action.follower.reads(state):
        try:
            answers.append(await console.read(read))
        except ConsoleError as error:
            answers.append(None)
            trouble = briefly(error, console.name)
            hopeless = hopeless and not error.transient
    if all(answer is None for answer in answers):
        return _Look(None, trouble, hopeless)
    turn = action.follower.next(state, answers)
    return _Look(turn, trouble or turn.note)


async def finish(
    console: ActionConsole,
    entry: Entry,
    outcome: Outcome,
    following: Following,
    *,
    started: float | None = None,
    to_show: bool = False,
) -> Result:
    """Write down how it ended; what it brought is fetched before that. `to_show`: its password was not shown yet."""
    if outcome.file is not None:
        kept = {
            "status": outcome.status,
            "reason": outcome.reason,
            "details": dict(outcome.details),
            "file": dict(outcome.file),
        }
        entry = await progress(console, entry, {**entry.details, **outcome.details}, {**entry.follow, "outcome": kept})
        if not following.wait:
            return result_of(entry, "pending", f"{outcome.reason}; its file is not fetched yet")
        return await _fetch(console, entry, outcome, following, started)
    details = {**entry.details, **outcome.details}
    details.pop("cause", None)
    follow = _noted(entry.follow)
    if outcome.status == "unknown" and "cause" in follow:
        details["cause"] = follow["cause"]
    never_sent = details.get("never_sent")
    if outcome.status == "done" and never_sent:
        # An answer that was lost held up the requests behind it; this is what became of its own.
        before = f"; carried out before: {', '.join(details['carried_out'])}" if details.get("carried_out") else ""
        reason = f"{outcome.reason}{before}; never sent: {', '.join(never_sent)}"
        outcome = replace(outcome, status="failed", reason=reason)
    if outcome.status != "unknown":
        # An unknown outcome may still show itself.
        follow = {"password": follow["password"]} if to_show and follow.get("password") else {}
    reason = outcome.reason
    try:
        await (await console.journal()).finish(
            entry.id,
            status=outcome.status,
            reason=reason,
            finished=console.around.now(),
            details=details,
            follow=follow,
        )
    except StateError as error:
        reason = f"{reason}; it was sent, only the note of it failed: {error}"
    return result_of(replace(entry, details=details, follow=follow), outcome.status, reason)


async def _fetch(
    console: ActionConsole, entry: Entry, outcome: Outcome, following: Following, started: float | None
) -> Result:
    """Bring the file; where that is not possible now the action stays pending, and `status` tries again."""

    async def note(more: Mapping[str, Any]) -> None:
        await progress(console, entry, entry.details, {**entry.follow, **more})

    fetched = await bring(
        console, entry, outcome, following.into, unpack=following.unpack, tell=following.tell, note=note
    )
    if fetched.not_ours:
        follow = {key: value for key, value in entry.follow.items() if key not in {"outcome", "downloaded"}}
        state = dict(follow["state"])
        state["others"] = [*state["others"], (outcome.file or {})["activity"]]
        details = {key: value for key, value in entry.details.items() if key not in outcome.details}
        entry = await progress(console, entry, details, {**follow, "state": state})
        return await follow_up(console, entry, following, started=started)
    if fetched.pending:
        return result_of(entry, "pending", fetched.reason)
    ended = file_outcome(entry, outcome, fetched)
    result = await finish(console, entry, ended, following, to_show=bool(fetched.brought))
    return replace(result, brought=fetched.brought)


async def progress(
    console: ActionConsole, entry: Entry, details: Mapping[str, Any], follow: Mapping[str, Any]
) -> Entry:
    """Write down how far an action is; give it as it is then, also where the journal fails."""
    kept = _noted(follow)
    try:
        await (await console.journal()).progress(entry.id, details=details, follow=kept)
    except StateError as error:
        kept = {**kept, _NOT_NOTED: str(error)}
    return replace(entry, details=details, follow=kept)


def _noted(follow: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in follow.items() if key != _NOT_NOTED}


def result_of(entry: Entry, status: Status, reason: str) -> Result:
    """What became of an action so far, for whoever asked."""
    if failed := entry.follow.get(_NOT_NOTED):
        reason = f"{reason}; it was sent, only the note of it failed: {failed}"
    return Result(entry.id, entry.console, entry.action, status, reason, entry.targets, entry.details)


def unknown(entry: Entry) -> str:
    """What is said where nobody knows what became of an action: why, and what to look for."""
    action = ACTIONS.get(entry.action)
    cause = f"; {entry.follow['cause']}" if entry.follow.get("cause") else ""
    look = f": {action.uncertain}" if action else ""
    return f"it was sent{cause}; nothing tells what became of it; before it is sent again{look}"
