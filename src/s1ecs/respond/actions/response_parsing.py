"""Meaning of the response to an action, and of a refusal by the console; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from s1ecs.errors import ConsoleError, Forbidden, Unauthorized, all_of
from s1ecs.respond.actions.action import Action, Answers
from s1ecs.respond.trackers.state import StateUpdate
from s1ecs.respond.trackers.tracker import records

_ALREADY_EXISTS = 4000030
_SEVERAL_ACCOUNTS = 4030010
_NOTHING_TO_CHANGE = frozenset({"already_set", "not_changed"})
_AGAINST = frozenset({"missing_permissions", "conditions_not_met"})
_RUNS_ALREADY = ("triggered",)


@dataclass(frozen=True)
class Said:
    """Reading of a response: taken (in progress), done, failed, or unclear, which needs a look at the console.

    `update` is what following needs of it; `unexplained`: nothing was done, and no reason is told, such as that nothing
    had to be; `passing`: it surely was not carried out, for a reason that may pass.
    """

    verdict: Literal["taken", "done", "failed", "unclear"]
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    update: StateUpdate = field(default_factory=StateUpdate)
    unexplained: bool = False
    passing: bool = False


def said_by_answer(answers: Answers, data: Any, asked: int) -> Said:
    """Read the `data` of an answer of success to a request that named `asked` things."""
    return _READINGS[answers](data, asked)


def said_by_refusal(action: Action, error: ConsoleError, console: str) -> Said:
    """Read an error by which the console surely did not do it: what was there already is done."""
    problem, told = error.problem, briefly(error, console)
    if problem.codes == {_ALREADY_EXISTS} and action.answers is Answers.ITEMS:
        return Said("done", "already there: the item is in the console's list")
    if any(each.code == _SEVERAL_ACCOUNTS and "multi" in each.title.lower() for each in (problem, *problem.others)):
        return Said(
            "failed", f"{told}; the token has access to several accounts; use an action_token of a single account"
        )
    if isinstance(error, Forbidden):
        return Said(
            "failed", f"not permitted ({told}): the user of action_token needs the permission {action.permission}"
        )
    if isinstance(error, Unauthorized):
        return Said("failed", _unauthorized(action, error, told))
    # The cure of a redirect holds for whoever acts as well: it is the address that is wrong.
    redirected = HTTPStatus.MULTIPLE_CHOICES <= problem.status < HTTPStatus.BAD_REQUEST
    said = error.behind(console) if redirected else told
    return Said("failed", f"rejected by the console: {said}" if problem.status else said)


def _unauthorized(action: Action, error: Unauthorized, told: str) -> str:
    """A 401, by whether the console takes the token for anything else."""
    if error.elsewhere:
        return (
            f"not permitted ({told}): the action_token is valid, but its user needs the permission {action.permission}"
        )
    if error.elsewhere is None and error.problem.status:
        return (
            f"{told}: the console does not accept the action_token for this action; check that its user has the "
            f"permission {action.permission}"
        )
    return f"{told}: the action_token is wrong, expired or revoked; replace it"


def briefly(error: ConsoleError, console: str) -> str:
    """Shorten an error to the console's own words, without cures for collecting; the whole text if there are none."""
    problem = error.problem
    if not problem.status:
        return error.behind(console)
    return problem.told(codes=False)


def _affected(data: Any, asked: int) -> Said:
    content = data if isinstance(data, Mapping) else {}
    affected = content.get("affected")
    if type(affected) is not int:
        return Said("unclear", "the response does not state whether anything was affected", unexplained=True)
    results = [str(each["result"]) for each in _details(content) if each.get("result")]
    told = {"affected": affected}
    if affected >= asked:
        carried_out = "carried out" if asked == 1 else f"carried out on {affected}"
        against = [each for each in results if each in _AGAINST]
        reported = any(records(each.get("reports")) for each in _details(content))
        skipped = _skipped(content, but=_RUNS_ALREADY)
        if against or (skipped and not reported):
            why = all_of([*against, *skipped], by=", ")
            return Said("failed", f"the console reports {affected} affected, but: {why}", told)
        return Said("taken", f"{carried_out}; skipped: {all_of(skipped, by=', ')}" if skipped else carried_out, told)
    if affected:
        return Said("failed", f"{affected} of {asked} were affected", told)
    return _nothing(content, results, asked)


def _nothing(content: Mapping[str, Any], results: Sequence[str], asked: int) -> Said:
    told = {"affected": 0}
    if len(results) >= asked and set(results) <= _NOTHING_TO_CHANGE:
        return Said("done", f"nothing to change: {', '.join(sorted(set(results)))}", told)
    if why := all_of([*results, *_skipped(content)], by=", "):
        return Said("failed", f"nothing was affected: {why}", told)
    return Said(
        "failed",
        "nothing was affected: the token may not act on the target, or the target no longer exists",
        told,
        unexplained=True,
    )


def _skipped(content: Mapping[str, Any], but: Sequence[str] = ()) -> list[str]:
    """Collect the console's reasons for skipped parts."""
    return [
        " ".join(str(skip[key]) for key in ("reason", "description") if skip.get(key))
        for each in _details(content)
        for skip in records(each.get("skipped"))
        if isinstance(skip, dict) and skip.get("reason") not in but
    ]


def _success(data: Any, _asked: int) -> Said:
    success = data.get("success") if isinstance(data, Mapping) else None
    if success is True:
        return Said("taken", "accepted")
    return Said("unclear" if success is None else "failed", "the response does not report success")


def _moved(data: Any, asked: int) -> Said:
    moved = data.get("agentsMoved") if isinstance(data, Mapping) else None
    if type(moved) is not int:
        return Said("unclear", "the response does not state whether the host was moved", unexplained=True)
    if moved >= asked:
        return Said("taken", "carried out", {"agentsMoved": moved})
    return Said("failed", "not moved: the group belongs to another site", {"agentsMoved": moved}, unexplained=True)


def _task(data: Any, _asked: int) -> Said:
    content = data if isinstance(data, Mapping) else {}
    parent = content.get("parentTaskId")
    if parent:
        return Said("taken", "started", {"parentTaskId": str(parent)}, StateUpdate(parent=str(parent)))
    if content.get("pending") or content.get("pendingExecutionId"):
        pending = str(content.get("pendingExecutionId") or "")
        return Said(
            "failed",
            "not started: the script requires approval in the console (pending execution "
            f"{pending or 'without an id'})",
            {"pendingExecutionId": pending},
        )
    return Said(
        "failed", "not started: the console returned no task; the script does not support this operating system"
    )


def _items(data: Any, _asked: int) -> Said:
    made = [each for each in records(data) if isinstance(each, dict)]
    if not made:
        return Said("failed", "the response does not contain the item")
    return Said("taken", "carried out", {"items": [str(each.get("id") or each.get("uuid") or "") for each in made]})


def _triggered(data: Any, _asked: int) -> Said:
    """A refused write comes as one that was carried out, too; only the two lists tell them apart."""
    content = data.get("alertTriggerActions") if isinstance(data, Mapping) else None
    content = content if isinstance(content, Mapping) else {}
    kind = content.get("__typename")
    if kind == "TriggerActionsError":
        return Said("failed", "rejected by the console (TriggerActionsError)")
    actions = [each for each in records(content.get("actions")) if isinstance(each, dict)]
    failures = [
        str(failure.get("errorMessage") or "no reason given") if isinstance(failure, dict) else str(failure)
        for each in actions
        for failure in records(each.get("failure"))
    ]
    if failures:
        return Said("failed", f"rejected by the console: {all_of(failures, by=', ')}")
    if any(records(each.get("success")) for each in actions):
        return Said("taken", "carried out")
    if kind == "TriggerActionsScheduled":
        return Said("unclear", "the console scheduled the action")
    return Said("failed", "the response names no changed alert")


def _details(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in records(content.get("details")) if isinstance(each, dict)]


_READINGS: Mapping[Answers, Callable[[Any, int], Said]] = {
    Answers.AFFECTED: _affected,
    Answers.SUCCESS: _success,
    Answers.MOVED: _moved,
    Answers.TASK: _task,
    Answers.ITEMS: _items,
    Answers.TRIGGERED: _triggered,
}
