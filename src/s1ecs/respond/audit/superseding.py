"""Actions that later ones made meaningless: by the journal alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from s1ecs.respond.audit.journal import Entry

# What one undoes the other does.
_OPPOSITES = (
    ("POST /agents/actions/disconnect", "POST /agents/actions/connect"),
    ("POST /agents/actions/initiate-scan", "POST /agents/actions/abort-scan"),
    ("POST /agents/actions/disable-agent", "POST /agents/actions/enable-agent"),
    ("POST /threats/mitigate/quarantine", "POST /threats/mitigate/un-quarantine"),
    ("POST /restrictions", "DELETE /restrictions"),
    ("POST /threat-intelligence/iocs", "DELETE /threat-intelligence/iocs"),
)
_OPPOSITE: Mapping[str, str] = {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
# They set a value, so that the last one counts.
_SETTING = frozenset(
    {
        "alert status",
        "alert verdict",
        "move-group",
        "threat status",
        "threat verdict",
        "unified-alert status",
        "unified-alert verdict",
    }
)
_IN_THE_LIST = ("POST /restrictions", "DELETE /restrictions", *_OPPOSITES[-1])


def superseding(entry: Entry, history: Iterable[Entry]) -> Entry | None:
    """The first later action that is done and undoes this one, or sets otherwise what it set; None without any."""
    later = [each for each in _later(entry, history) if each.status == "done" and _undoes(entry, each)]
    return min(later, key=lambda each: each.requested, default=None)


def repetition(entry: Entry, history: Iterable[Entry]) -> Entry | None:
    """A later action that sent the same and may have done what is seen; None without any."""
    for each in _later(entry, history):
        if (
            each.action == entry.action
            and _sent(each) == _sent(entry)
            and each.status in {"done", "pending", "unknown"}
        ):
            return each
    return None


def newest(history: Iterable[Entry], agent: str, actions: Iterable[str]) -> Entry | None:
    """The newest of these actions on an agent that the console may have taken; None without any."""
    wanted = set(actions)
    taken = [
        each
        for each in history
        if each.action in wanted
        and each.status not in {"scheduled", "refused", "failed"}
        and any(target.agent == agent for target in each.targets)
    ]
    return max(taken, key=lambda each: each.requested, default=None)


def _later(entry: Entry, history: Iterable[Entry]) -> list[Entry]:
    """The actions after this one at the same console, on the same thing."""
    about = [(target.kind, target.id) for target in entry.targets]
    return [
        each
        for each in history
        if each.id != entry.id
        and each.console == entry.console
        and each.requested > entry.requested
        and [(target.kind, target.id) for target in each.targets] == about
    ]


def _undoes(entry: Entry, later: Entry) -> bool:
    if entry.action in _SETTING:
        return entry.action == later.action and _sent(entry) != _sent(later)
    opposites = {_OPPOSITE.get(each) for each in _kinds(entry)} - {None}
    if not opposites.intersection(_kinds(later)):
        return False
    return not opposites.intersection(_IN_THE_LIST) or (_value(entry) != "" and _value(entry) == _value(later))


def _kinds(entry: Entry) -> list[str]:
    return [f"{request.get('method')} {request.get('path')}" for request in entry.requests]


def _sent(entry: Entry) -> Sequence[Mapping[str, Any]]:
    return [dict(request) for request in entry.requests]


def _value(entry: Entry) -> str:
    """The value of a list that an action is about, in small letters."""
    return str(entry.details.get("value") or "").lower()
