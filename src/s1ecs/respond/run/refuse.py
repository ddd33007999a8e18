"""Actions that are not sent, written down with what was asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from s1ecs.errors import ActionRefused, ConsoleError, Unauthorized
from s1ecs.respond.actions.action import Action, On
from s1ecs.respond.actions.response_parsing import said_by_refusal
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.plan.plan import PlanRefused, Scope
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.validators import is_console_id

_LONGEST_KEPT = 1024
_KINDS: Mapping[On, Literal["threat", "alert", "unified alert"]] = {
    On.THREAT: "threat",
    On.ALERT: "alert",
    On.UNIFIED_ALERT: "unified alert",
}


async def refuse(
    console: ActionConsole,
    action: Action,
    identity: str,
    error: ActionRefused | ConsoleError,
    *,
    target: str | Scope,
    arguments: Mapping[str, Any],
    comment: str,
    noted: Mapping[str, Any] = MappingProxyType({}),
) -> Result:
    """Write down an action that is not sent, with its target and arguments as given; raise StateError.

    The error is why: the action makes no sense, or the console could not be asked.
    """
    targets = error.targets if isinstance(error, PlanRefused) and error.targets else (typed(action, target),)
    reason = why(action, error, console.name)
    around = console.around
    details = {**noted, **({"arguments": kept} if (kept := _kept(arguments)) else {})}
    # With its details from the beginning: a process that dies in between leaves it in its batch.
    entry = Entry(
        id=identity,
        console=console.name,
        action=action.name,
        requested=around.now(),
        user=around.user,
        machine=around.machine,
        comment=comment,
        targets=targets,
        requests=(),
        details=details,
    )
    journal = await console.journal()
    await journal.request(entry)
    await journal.finish(identity, status="refused", reason=reason, finished=around.now(), details=details, follow={})
    return Result(identity, console.name, action.name, "refused", reason, targets, details)


def why(action: Action, error: ActionRefused | ConsoleError, console: str) -> str:
    """Reason why nothing was sent."""
    if isinstance(error, ActionRefused):
        return str(error)
    # The cures of other errors speak of reading, which is what failed here.
    said = said_by_refusal(action, error, console).reason if isinstance(error, Unauthorized) else None
    return f"nothing was sent: {said or error.behind(console)}"


def typed(action: Action, target: str | Scope) -> Target:
    """Target of which only the typed text is known."""
    if isinstance(target, Scope):
        return Target("scope", _short(target.id) or target.kind, _short(target.kind))
    text = _short(target)
    if action.on in _KINDS:
        return Target(_KINDS[action.on], text)
    if action.on is On.SCOPE:
        return Target("scope", text)
    return Target("agent", text, agent=text) if is_console_id(text) else Target("agent", "", name=text, host=text)


def _kept(arguments: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in arguments.items() if value not in (None, "", [], ())}
    return {name: _short(each) if isinstance(each, str) else list(map(_short, each)) for name, each in given.items()}


def _short(text: Any) -> str:
    whole = str(text)
    return whole if len(whole) <= _LONGEST_KEPT else f"{whole[:_LONGEST_KEPT]}..."
