"""Ends of actions that the console does not tell by itself: superseded, or unknown, and why."""

from dataclasses import dataclass
from typing import Any

from s1ecs.errors import StateError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.audit.superseding import repetition, superseding
from s1ecs.respond.run.given_up import GiveUpTimes, why_unknown
from s1ecs.respond.run.look import Look
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import Poll, TrackerOutcome
from s1ecs.respond.trackers.files import FetchedFileTracker, FileState, ThreatFile
from s1ecs.respond.trackers.follow_state import Followed
from s1ecs.respond.trackers.script import ScriptTracker
from s1ecs.timestamps import time_text


@dataclass(frozen=True)
class LastRound:
    """The last round of questions, and the last that was shown at all; `resumed`: by whoever asks later."""

    look: Look
    last: Poll[Any] | None
    resumed: bool


def given_up(action: Action, followed: Followed, given: LastRound, patience: GiveUpTimes) -> TrackerOutcome | None:
    """The end of an action of which nothing more is to be learned now; None where it may still show one."""
    look, last, state = given.look, given.last, followed.follow.state
    if last is not None and not last.seen and isinstance(state, FileState) and state.others:
        return TrackerOutcome(
            "failed", "the uploaded file belongs to another request: the password of this one does not open it"
        )
    if followed.follow.uncertain:
        return TrackerOutcome("unknown", f"{unknown(followed)} ({look.note})")
    if look.hopeless:
        return TrackerOutcome("unknown", f"it was accepted, but its progress cannot be read ({look.note})")
    why = why_unknown(last, look.presence, patience, look.note)
    return TrackerOutcome("unknown", f"{why}; {action.uncertain}") if why else None


async def superseded(console: ActionConsole, entry: Entry) -> TrackerOutcome | None:
    """The end of an action that a later one of ours undid; None where none did, or the journal can't be read."""
    try:
        later = superseding(entry, await (await console.journal()).history())
    except StateError:
        return None
    if later is None:
        return None
    when = time_text(later.finished or later.requested)
    why = f"{later.action} (action {later.id}) was requested later and has been done since {when}: {later.reason}"
    return TrackerOutcome("superseded", why, {"superseded_by": later.id})


async def of_this_one(
    console: ActionConsole, action: Action, followed: Followed, outcome: TrackerOutcome
) -> TrackerOutcome:
    """Accept what is seen, unless a later action with the same aim may have caused it."""
    if outcome.status != "done" or isinstance(action.follower, ScriptTracker | FetchedFileTracker | ThreatFile):
        return outcome
    try:
        again = repetition(followed.entry, await (await console.journal()).history())
    except StateError:
        return outcome
    if again is None:
        return outcome
    why = f"{unknown(followed)} ({outcome.reason}, but action {again.id} requested the same later)"
    return TrackerOutcome("unknown", why, outcome.details)


def unknown(followed: Followed) -> str:
    """Explain an unknown outcome: the reason, and what to look for."""
    action = ACTIONS.get(followed.entry.action)
    look = f"; before you send it again, {action.uncertain}" if action else ""
    cause = followed.follow.cause
    # Without a word of what came instead of an answer the process ended, before or after it was sent.
    sent = f"it was sent; {cause}" if cause else "it may have been sent: the process ended before the response arrived"
    return f"{sent}; its outcome is unknown{look}"
