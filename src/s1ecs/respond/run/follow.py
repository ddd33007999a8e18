"""An action that was sent, to its end: the console is asked, what it shows is written down, what it brings is fetched.

A journal that fails is told by the result, and ends nothing: what was sent goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.errors import StateError, UsageError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry, Status
from s1ecs.respond.files.outcome import file_outcome
from s1ecs.respond.files.result_files import bring
from s1ecs.respond.run.ending import call_off_end
from s1ecs.respond.run.ends import LastRound, given_up, of_this_one, superseded, unknown
from s1ecs.respond.run.given_up import GiveUpTimes
from s1ecs.respond.run.look import look_in_time
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import Poll, TrackerOutcome
from s1ecs.respond.trackers.files import FileState
from s1ecs.respond.trackers.follow_state import Followed, FollowState, NotedFile, write_follow

Tell = Callable[[str], None]

# What was taken shows itself soon; only its end may take long.
_TRACE_WITHIN = timedelta(minutes=2)
# However short the patience is, the first look is given so many seconds, and those after it.
_FIRST_LOOK, _ANY_LOOK = 10.0, 1.0


@dataclass(frozen=True)
class Following:
    """Options of following: deadline, target of the file, unpacking, progress reports.

    `patience` None: as long as its row says, and no longer than two minutes for a trace of what has no answer; zero:
    look once.
    """

    wait: bool = True
    patience: timedelta | None = None
    into: Path = field(default_factory=Path)
    unpack: bool = False
    tell: Tell = lambda _: None


async def follow_up(
    console: ActionConsole,
    followed: Followed,
    following: Following,
    *,
    resumed: bool = False,
    started: float | None = None,
) -> Result:
    """Look at the console until the action has come to its end, or the patience to its own, from `started` on.

    `resumed`: by whoever asks later; where nothing can be asked then it stays what it was.
    """
    entry = followed.entry
    action = ACTIONS.get(entry.action)
    if action is None:
        raise UsageError(f"action {entry.id}: this version of s1ecs has no action {entry.action!r}")
    around = console.around
    started = around.monotonic() if started is None else started
    if followed.follow.outcome is not None:
        return await _fetch(console, followed, followed.follow.outcome, following, started)
    if action.follower is None or followed.follow.state is None:
        return await finish(console, followed, TrackerOutcome("unknown", unknown(followed)), following)
    if resumed and (ended := await superseded(console, entry)):
        return await finish(console, followed, ended, following)
    last: Poll[Any] | None = None
    least = _FIRST_LOOK
    while True:
        left = _limit(action, followed.follow, following).total_seconds() - (around.monotonic() - started)
        look = await look_in_time(console, action, followed, max(left, least))
        least = _ANY_LOOK
        taken = not followed.follow.uncertain
        if look.turn is not None:
            last = look.turn
            if last.outcome is not None:
                ended = last.outcome if taken else await of_this_one(console, action, followed, last.outcome)
                return await finish(console, await _seen(console, followed, last), ended, following, started=started)
            followed = await _seen(console, followed, last)
            taken = not followed.follow.uncertain
        following.tell(look.note)
        left = _limit(action, followed.follow, following).total_seconds() - (around.monotonic() - started)
        not_waited = taken and not following.wait and last is not None
        if look.hopeless or look.presence.gone or left <= 0 or not_waited:
            return await _given_up(console, action, followed, LastRound(look, last, resumed=resumed), following)
        await around.sleep(min(around.poll, left))


def _limit(action: Action, follow: FollowState, following: Following) -> timedelta:
    if following.patience is not None:
        return following.patience
    return min(action.patience, _TRACE_WITHIN) if follow.uncertain else action.patience


async def _given_up(
    console: ActionConsole, action: Action, followed: Followed, given: LastRound, following: Following
) -> Result:
    """Nothing more is to be learned now: an end that is true, or none yet."""
    entry = followed.entry
    if not given.resumed and (ended := await superseded(console, entry)):
        return await finish(console, followed, ended, following)
    patience = GiveUpTimes(console.around.now() - entry.requested, action.patience, action.longest)
    note = given.look.note
    if given.resumed and given.last is None and not given.look.untold and patience.age <= patience.longest:
        return result_of(followed, entry.status, f"nothing new: the console could not be queried ({note})")
    if ended := given_up(action, followed, given, patience):
        return await finish(console, followed, ended, following)
    if not following.wait:
        return result_of(followed, "pending", f"{note or 'accepted'}; not waiting for the result")
    return result_of(followed, "pending", f"not finished yet: {note}")


async def _seen(console: ActionConsole, followed: Followed, turn: Poll[Any]) -> Followed:
    """Write down what a round of questions showed, if it showed anything."""
    before = followed.follow
    follow = replace(before, state=turn.state, uncertain=before.uncertain and not turn.seen)
    return followed if follow == before else await progress(console, followed.entry, followed.entry.details, follow)


async def finish(
    console: ActionConsole,
    followed: Followed,
    outcome: TrackerOutcome,
    following: Following,
    *,
    started: float | None = None,
    to_show: bool = False,
) -> Result:
    """Write down how it ended; what it brought is fetched before that. `to_show`: its password was not shown yet."""
    entry, follow = followed.entry, followed.follow
    if outcome.file is not None:
        details = {**entry.details, **outcome.details}
        followed = await progress(console, entry, details, replace(follow, outcome=outcome))
        if not following.wait:
            return result_of(followed, "pending", f"{outcome.reason}; its file is not downloaded yet")
        return await _fetch(console, followed, outcome, following, started)
    details = {**entry.details, **outcome.details}
    details.pop("cause", None)
    if outcome.status == "unknown" and follow.cause:
        details["cause"] = follow.cause
    never_sent = details.get("never_sent")
    if outcome.status == "done" and never_sent:
        # An answer that was lost held up the requests behind it; this is what became of its own.
        before = f"; carried out before: {', '.join(details['carried_out'])}" if details.get("carried_out") else ""
        reason = f"{outcome.reason}{before}; never sent: {', '.join(never_sent)}"
        outcome = replace(outcome, status="failed", reason=reason)
    kept = replace(follow, unsaved="")
    if outcome.status != "unknown":
        # An unknown outcome may still show itself.
        kept = FollowState(password=follow.password if to_show else "")
    reason = outcome.reason
    try:
        await (await console.journal()).finish(
            entry.id,
            status=outcome.status,
            reason=reason,
            finished=console.around.now(),
            details=details,
            follow=write_follow(kept),
        )
    except StateError as error:
        reason = f"{reason}; the action was sent, but its state could not be stored: {error}"
    if outcome.status in {"failed", "superseded"}:
        await call_off_end(console, entry, outcome.status)
    return result_of(Followed(replace(entry, details=details), kept), outcome.status, reason)


async def _fetch(
    console: ActionConsole, followed: Followed, outcome: TrackerOutcome, following: Following, started: float | None
) -> Result:
    """Bring the file; what is not possible now is tried again by `status`: the action is pending for its time."""
    entry, kept = followed.entry, followed.follow

    async def note(downloaded: NotedFile) -> None:
        await progress(console, entry, entry.details, replace(kept, downloaded=downloaded))

    fetched = await bring(
        console, followed, outcome, following.into, unpack=following.unpack, tell=following.tell, note=note
    )
    if fetched.not_ours and isinstance(kept.state, FileState):
        state = replace(kept.state, others=(*kept.state.others, (outcome.file or {})["activity"]))
        details = {key: value for key, value in entry.details.items() if key not in outcome.details}
        follow = replace(kept, state=state, outcome=None, downloaded=None)
        return await follow_up(console, await progress(console, entry, details, follow), following, started=started)
    action = ACTIONS.get(entry.action)
    overdue = action is not None and console.around.now() - entry.requested > action.longest
    if fetched.pending and not overdue:
        return result_of(followed, "pending", fetched.reason)
    ended = file_outcome(entry, outcome, fetched)
    result = await finish(
        console, followed, ended, following, to_show=bool(fetched.brought and fetched.brought.password)
    )
    return replace(result, brought=fetched.brought)


async def progress(console: ActionConsole, entry: Entry, details: Mapping[str, Any], follow: FollowState) -> Followed:
    """Write down how far an action is; give it as it is then, also where the journal fails."""
    unsaved = ""
    try:
        await (await console.journal()).progress(entry.id, details=details, follow=write_follow(follow))
    except StateError as error:
        unsaved = str(error)
    return Followed(replace(entry, details=details), replace(follow, unsaved=unsaved))


def result_of(followed: Followed, status: Status, reason: str) -> Result:
    """Build the result of an action so far."""
    entry = followed.entry
    if failed := followed.follow.unsaved:
        reason = f"{reason}; the action was sent, but its state could not be stored: {failed}"
    return Result(entry.id, entry.console, entry.action, status, reason, entry.targets, entry.details)
