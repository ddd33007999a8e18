"""One invocation of `s1ecs respond` as typed: target, arguments and options."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.commands.respond.selection import Selection
from s1ecs.errors import UsageError
from s1ecs.respond.actions.action import Action
from s1ecs.respond.plan.plan import Scope
from s1ecs.settings.units import parse_duration

_SURROGATE = re.compile("[\ud800-\udfff]")


# More targets are confirmed by typing their number.
MOST_BY_YES = 10


@dataclass(frozen=True)
class Invocation:
    """One call of an action: `target` and `arguments` as the table has them, all else how it is done.

    `selection` are the targets of an action on many.
    """

    target: str | Scope = ""
    selection: Selection = field(default_factory=Selection)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    console: str | None = None
    comment: str = ""
    yes: bool = False
    confirmed: str | None = None
    dry_run: bool = False
    json: bool = False
    verbose: bool = False
    wait: bool = True
    timeout: timedelta | None = None
    into: Path = field(default_factory=Path)
    unpack: bool = False
    poll: float = 2.0
    force: bool = False
    lasting: timedelta | None = None


def scope_of(*, site: str | None, account: str | None, group: str | None, tenant: bool) -> Scope:
    """The one scope that was named; raise UsageError for none and for several: none is assumed."""
    named = [
        Scope(kind, value)
        for kind, value in (("site", site), ("account", account), ("group", group), ("tenant", "" if tenant else None))
        if value is not None
    ]
    if len(named) != 1:
        raise UsageError("pass exactly one scope: --site ID, --account ID, --group ID or --tenant")
    return named[0]


def must_ask(action: Action, asked: Invocation) -> bool:
    """Tell whether this invocation has to be confirmed on a terminal."""
    return not asked.dry_run and (asked.confirmed is None if action.dangerous else not asked.yes)


def refuse_what_is_no_text(values: Iterable[tuple[str, Any]]) -> None:
    """Raise UsageError for an argument whose bytes are no UTF-8: neither a request nor a row can hold it."""
    for name, value in values:
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isascii() and _SURROGATE.search(text):
                raise UsageError(f"{name}: not valid UTF-8; check the encoding of the terminal")


def duration(text: str | None, flag: str = "--timeout") -> timedelta | None:
    """A length of time as settings have them; raise UsageError for what is none."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise UsageError(f"{flag}: {problem}") from None
