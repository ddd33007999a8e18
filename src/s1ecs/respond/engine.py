"""The engine: a plan is written down, sent once, and followed to its end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError, OutcomeUnknown, UsageError
from s1ecs.respond.action import Action
from s1ecs.respond.answers import Said, briefly, said_by_answer, said_by_refusal
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.following import Outcome, Turn
from s1ecs.respond.journal import Entry, Status, Target
from s1ecs.respond.plan import Plan, Scope, make_plan
from s1ecs.respond.refusal import refuse
from s1ecs.respond.result import Result, told_again, was_shown
from s1ecs.respond.result_files import bring
from s1ecs.respond.table import ACTIONS

Tell = Callable[[str], None]

_TRACE_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Following:
    """How an action is followed: until when, where its file goes, whether that is unpacked, who is told how far it is.

    `patience` None: as long as its row says; zero: look once.
    """

    wait: bool = True
    patience: timedelta | None = None
    into: Path = field(default_factory=Path)
    unpack: bool = False
    tell: Tell = lambda _: None


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
    can't be written down.
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
    await was_shown(await console.journal(), result)
    return result


async def carry_out(console: ActionConsole, plan: Plan, following: Following) -> Result:
    """Write a plan down, send it, and follow it; raise StateError where it can't be written down: then nothing is sent.

    No request is repeated whose outcome is not known; the console is asked instead.
    """
    journal = await console.journal()
    entry = _entry(
        console,
        plan.id,
        plan.action.name,
        plan.comment,
        targets=plan.targets,
        requests=tuple(request.shown for request in plan.requests),
        follow=plan.follow,
    )
    await journal.request(entry)
    said = await _send(console, plan)
    if said.verdict in {"done", "failed"}:
        ended = Outcome("done" if said.verdict == "done" else "failed", said.reason, said.details)
        return await _finish(console, entry, ended, following)
    follow = {**plan.follow, "uncertain": said.verdict == "unclear"}
    if said.state:
        follow["state"] = {**follow.get("state", {}), **said.state}
    entry = await _progress(console, entry, {**entry.details, **said.details}, follow)
    if said.verdict == "taken" and not (plan.action.follower and plan.action.follower.to_the_end):
        return await _finish(console, entry, Outcome("done", said.reason, said.details), following)
    if said.verdict == "taken" and not following.wait:
        return _result(entry, "pending", "taken, and not waited for")
    if not following.wait:
        # Whether it was taken at all has to be known, even by whoever does not wait for its end.
        following = Following(wait=False, patience=timedelta(seconds=30), tell=following.tell)
    following.tell(said.reason)
    return await follow_up(console, entry, following)


async def resume(console: ActionConsole, entry: Entry, following: Following) -> Result:
    """Go on with an action of the journal, in this process or another; one at its end is only told again."""
    if entry.status in {"pending", "unknown"} and entry.follow:
        return await follow_up(console, entry, following)
    if entry.status == "pending":
        return await _finish(console, entry, Outcome("unknown", _unknown(entry)), following)
    return told_again(entry)


async def follow_up(console: ActionConsole, entry: Entry, following: Following) -> Result:
    """Look at the console until the action has come to its end, or the patience to its own."""
    action = ACTIONS.get(entry.action)
    if action is None:
        raise UsageError(f"action {entry.id}: this version knows no action {entry.action!r}")
    if kept := entry.follow.get("outcome"):
        return await _fetch(console, entry, Outcome(**kept), following)
    if action.follower is None:
        return await _finish(console, entry, Outcome("unknown", _unknown(entry)), following)
    patience = action.patience if following.patience is None else following.patience
    started = console.around.monotonic()
    while True:
        turn, note, hopeless = await _look(console, action, entry.follow["state"])
        if turn is not None:
            entry = await _seen(console, entry, turn)
            if turn.outcome is not None:
                return await _finish(console, entry, turn.outcome, following)
            if not following.wait and not entry.follow["uncertain"]:
                return _result(entry, "pending", f"{note or 'taken'}; not waited for")
        following.tell(note)
        # What was taken shows itself soon; only its end may take long.
        limit = min(patience, _TRACE_WITHIN) if entry.follow["uncertain"] else patience
        if hopeless or console.around.monotonic() - started >= limit.total_seconds():
            return await _given_up(console, entry, note, following, hopeless=hopeless)
        await console.around.sleep(console.around.poll)


async def _given_up(console: ActionConsole, entry: Entry, note: str, following: Following, *, hopeless: bool) -> Result:
    """Nothing more is to be learned now."""
    if entry.follow["uncertain"]:
        return await _finish(console, entry, Outcome("unknown", f"{_unknown(entry)} ({note})"), following)
    if hopeless:
        why = f"it was taken, but can't be followed ({note})"
        return await _finish(console, entry, Outcome("unknown", why), following)
    return _result(entry, "pending", f"not at its end yet: {note}")


async def _seen(console: ActionConsole, entry: Entry, turn: Turn) -> Entry:
    """Write down what a round of questions showed, if it showed anything."""
    follow = {**entry.follow, "state": turn.state, "uncertain": entry.follow["uncertain"] and not turn.seen}
    return entry if follow == entry.follow else await _progress(console, entry, entry.details, follow)


async def _send(console: ActionConsole, plan: Plan) -> Said:
    """Send the requests in turn; the first that is not carried out ends it."""
    taken: list[Said] = []
    for request in plan.requests:
        try:
            said = said_by_answer(plan.action.answers, await console.act(request), _asked(request.body))
        except OutcomeUnknown as error:
            return Said("unclear", f"no answer that says what became of it ({briefly(error, console.name)})")
        except ConsoleError as error:
            said = said_by_refusal(plan.action, error, console.name)
        if said.verdict in {"failed", "unclear"}:
            before = f" (request {len(taken) + 1} of {len(plan.requests)}; those before it were carried out)"
            return Said(said.verdict, said.reason + (before if taken else ""), said.details, said.state)
        taken.append(said)
    reasons = ", ".join(dict.fromkeys(each.reason for each in taken))
    details: dict[str, Any] = {}
    for each in taken:
        for key, value in each.details.items():
            details[key] = [*details[key], *value] if isinstance(value, list) and key in details else value
    state = {key: value for each in taken for key, value in each.state.items()}
    return Said("taken" if any(each.verdict == "taken" for each in taken) else "done", reasons, details, state)


def _asked(body: Any) -> int:
    """How many things a request names."""
    for part in (body.get("filter"), body.get("data")):
        if isinstance(part, dict):
            for key in ("ids", "uuids"):
                if isinstance(part.get(key), list):
                    return len(part[key])
    return 1


async def _look(console: ActionConsole, action: Action, state: dict[str, Any]) -> tuple[Turn | None, str, bool]:
    """One round of questions, how far the action is, and whether it is hopeless to ask.

    Where nothing could be asked there is no turn, but the trouble; it is hopeless where the console refuses to tell.
    """
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
        return None, trouble, hopeless
    turn = action.follower.next(state, answers)
    return turn, trouble or turn.note, False


async def _finish(
    console: ActionConsole, entry: Entry, outcome: Outcome, following: Following, *, to_show: bool = False
) -> Result:
    """Write down how it ended; what it brought is fetched before that. `to_show`: its password was not shown yet."""
    if outcome.file is not None:
        kept = {
            "status": outcome.status,
            "reason": outcome.reason,
            "details": dict(outcome.details),
            "file": dict(outcome.file),
        }
        entry = await _progress(console, entry, {**entry.details, **outcome.details}, {**entry.follow, "outcome": kept})
        if not following.wait:
            return _result(entry, "pending", f"{outcome.reason}; its file is not fetched yet")
        return await _fetch(console, entry, outcome, following)
    details = {**entry.details, **outcome.details}
    # An unknown outcome may still show itself.
    follow = entry.follow if outcome.status == "unknown" else {}
    if to_show and entry.follow.get("password"):
        follow = {"password": entry.follow["password"]}
    journal = await console.journal()
    await journal.finish(
        entry.id,
        status=outcome.status,
        reason=outcome.reason,
        finished=console.around.now(),
        details=details,
        follow=follow,
    )
    return _result(entry, outcome.status, outcome.reason, details)


async def _fetch(console: ActionConsole, entry: Entry, outcome: Outcome, following: Following) -> Result:
    """Bring the file; where that is not possible now the action stays pending, and `status` tries again."""

    async def note(more: Mapping[str, Any]) -> None:
        await _progress(console, entry, entry.details, {**entry.follow, **more})

    fetched = await bring(
        console, entry, outcome, following.into, unpack=following.unpack, tell=following.tell, note=note
    )
    if fetched.pending:
        return _result(entry, "pending", fetched.reason)
    status: Status = outcome.status if fetched.brought is not None else "failed"
    details = {**outcome.details, **(fetched.brought.shown if fetched.brought else {})}
    ended = Outcome(status, fetched.reason, details)
    result = await _finish(console, entry, ended, following, to_show=bool(fetched.brought))
    return Result(**{**vars(result), "brought": fetched.brought})


async def _progress(
    console: ActionConsole, entry: Entry, details: Mapping[str, Any], follow: Mapping[str, Any]
) -> Entry:
    journal = await console.journal()
    await journal.progress(entry.id, details=details, follow=follow)
    return Entry(**{**vars(entry), "details": details, "follow": follow})


def _entry(
    console: ActionConsole,
    identity: str,
    action: str,
    comment: str,
    *,
    targets: tuple[Target, ...] = (),
    requests: tuple[Mapping[str, Any], ...] = (),
    follow: Mapping[str, Any] | None = None,
) -> Entry:
    around = console.around
    return Entry(
        id=identity,
        console=console.name,
        action=action,
        requested=around.now(),
        user=around.user,
        machine=around.machine,
        comment=comment,
        targets=targets,
        requests=requests,
        follow=follow or {},
    )


def _result(entry: Entry, status: Status, reason: str, details: Mapping[str, Any] | None = None) -> Result:
    told = entry.details if details is None else details
    return Result(entry.id, entry.console, entry.action, status, reason, entry.targets, told)


def _unknown(entry: Entry) -> str:
    action = ACTIONS.get(entry.action)
    look = f": {action.uncertain}" if action else ""
    return f"it was sent, and nothing tells what became of it; before it is sent again{look}"
