"""Sending a plan: each request once, in turn, until one is not carried out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from s1ecs.errors import ConsoleError, OutcomeUnknown, S1ecsError
from s1ecs.respond.answers import Said, briefly, said_by_answer, said_by_refusal
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.plan import Plan
from s1ecs.respond.request import Request


async def send(console: ActionConsole, plan: Plan) -> Said:
    """Send the requests in turn; the first that is not carried out ends it, and what was before it is told.

    Where several were to be sent, the details have `carried_out` and `never_sent`, by what each request is for.
    """
    taken: list[Said] = []
    for request in plan.requests:
        said = already_so(await _sent(console, plan, request), plan)
        if said.verdict in {"failed", "unclear"}:
            return stopped(said, taken, plan.each, plan.action.each)
        taken.append(said)
    reasons = ", ".join(dict.fromkeys(each.reason for each in taken))
    state = {key: value for each in taken for key, value in each.state.items()}
    goes_on = any(each.verdict == "taken" for each in taken)
    return Said("taken" if goes_on else "done", reasons, _together(taken), state)


async def _sent(console: ActionConsole, plan: Plan, request: Request) -> Said:
    try:
        return said_by_answer(plan.action.answers, await console.act(request), _asked(request.body))
    except OutcomeUnknown as error:
        return Said("unclear", f"no answer that says what became of it ({briefly(error, console.name)})")
    except ConsoleError as error:
        return said_by_refusal(plan.action, error, console.name)
    except S1ecsError as error:
        # The token could not be read (again): what was sent with an old one was refused.
        return Said("failed", str(error))


def already_so(said: Said, plan: Plan) -> Said:
    """An answer that explains nothing is none of a failure where it was as wanted when the plan was made."""
    if not (said.unexplained and plan.follow.get("state", {}).get("was") is True):
        return said
    return Said("done", "already so: it was as wanted before", said.details)


def stopped(said: Said, taken: Sequence[Said], each: Sequence[str], argument: str) -> Said:
    """What is said of a plan that one request ended: what was carried out before, and what was never sent.

    `argument` is the one of which every value in `each` has a request.
    """
    if len(each) < 2:  # noqa: PLR2004 - one request has none before and none behind it
        return said
    this, before, behind = each[len(taken)], list(each[: len(taken)]), list(each[len(taken) + 1 :])
    parts = [f"{this}: {said.reason}"]
    parts += [f"carried out: {', '.join(before)}"] if before else []
    parts += [f"never sent: {', '.join(behind)}"] if behind else []
    details = {**_together([*taken, said]), "carried_out": before, "never_sent": behind}
    # Only what was sent without an answer can be looked for.
    return replace(said, reason="; ".join(parts), details=details, state={**said.state, argument: [this]})


def _together(answers: Iterable[Said]) -> dict[str, Any]:
    """The details of several answers; lists are joined."""
    details: dict[str, Any] = {}
    for each in answers:
        for key, value in each.details.items():
            details[key] = [*details[key], *value] if isinstance(value, list) and key in details else value
    return details


def _asked(body: Any) -> int:
    """How many things a request names."""
    for part in (body.get("filter"), body.get("data")):
        if isinstance(part, Mapping):
            for key in ("ids", "uuids"):
                if isinstance(part.get(key), list):
                    return len(part[key])
    return 1
