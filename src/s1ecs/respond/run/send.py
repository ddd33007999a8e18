"""Sending a plan: each request once, in turn, until one is not carried out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from s1ecs.errors import ConsoleError, Forbidden, NotFound, OutcomeUnknown, S1ecsError, Unauthorized
from s1ecs.respond.actions.request import ActionRequest
from s1ecs.respond.actions.response_parsing import Said, briefly, said_by_answer, said_by_refusal
from s1ecs.respond.plan.plan import Plan, Scope
from s1ecs.respond.plan.unknown_ids import as_unknown
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import StateUpdate


async def send(console: ActionConsole, plan: Plan) -> Said:
    """Send the requests in turn; the first that is not carried out ends it, and what was before it is told.

    Where several were to be sent, the details have `carried_out` and `never_sent`, by what each request is for.
    """
    taken: list[Said] = []
    for request in plan.requests:
        said = already_so(await _sent(console, plan, request), plan)
        if said.verdict in {"failed", "unclear"}:
            return stopped(said, taken, plan.each)
        taken.append(said)
    reasons = ", ".join(dict.fromkeys(each.reason for each in taken))
    parent = next((each.update.parent for each in reversed(taken) if each.update.parent), "")
    goes_on = any(each.verdict == "taken" for each in taken)
    return Said("taken" if goes_on else "done", reasons, _together(taken), StateUpdate(parent))


async def _sent(console: ActionConsole, plan: Plan, request: ActionRequest) -> Said:
    try:
        return said_by_answer(plan.action.answers, await console.act(request), _asked(request.body))
    except OutcomeUnknown as error:
        return Said("unclear", f"no response that states the outcome ({briefly(error, console.name)})")
    except ConsoleError as error:
        if isinstance(plan.target, Scope) and isinstance(error, NotFound):
            unknown = as_unknown(error, plan.target.kind, plan.target.id, console.name)
            return Said("failed", str(unknown))
        said = said_by_refusal(plan.action, error, console.name)
        passing = error.transient or isinstance(error, Unauthorized | Forbidden)
        return replace(said, passing=passing and said.verdict == "failed")
    except S1ecsError as error:
        # The token could not be read (again): what was sent with an old one was refused.
        return Said("failed", str(error), passing=True)


def already_so(said: Said, plan: Plan) -> Said:
    """Read an unexplained answer as done where the target was in the wanted state when the plan was made."""
    before = plan.follow.state
    if not (said.unexplained and before is not None and before.as_wanted_before):
        return said
    return Said("done", "nothing to change: already in the requested state", said.details)


def stopped(said: Said, taken: Sequence[Said], each: Sequence[str]) -> Said:
    """Describe a plan that one request ended: what was carried out before, and what was never sent.

    Every value in `each` has a request.
    """
    if len(each) < 2:  # noqa: PLR2004 - one request has none before and none behind it
        return said
    this, before, behind = each[len(taken)], list(each[: len(taken)]), list(each[len(taken) + 1 :])
    parts = [f"{this}: {said.reason}"]
    parts += [f"carried out: {', '.join(before)}"] if before else []
    parts += [f"never sent: {', '.join(behind)}"] if behind else []
    details = {**_together([*taken, said]), "carried_out": before, "never_sent": behind}
    # Only what was sent without an answer can be looked for.
    return replace(said, reason="; ".join(parts), details=details, update=replace(said.update, each=(this,)))


def _together(answers: Iterable[Said]) -> dict[str, Any]:
    """The details of several answers; lists are joined."""
    details: dict[str, Any] = {}
    for each in answers:
        for key, value in each.details.items():
            details[key] = [*details[key], *value] if isinstance(value, list) and key in details else value
    return details


def _asked(body: Any) -> int:
    """Count the targets of a request."""
    for part in (body.get("filter"), body.get("data")):
        if isinstance(part, Mapping):
            for key in ("ids", "uuids"):
                if isinstance(part.get(key), list):
                    return len(part[key])
    return 1
