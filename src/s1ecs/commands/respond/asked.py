"""What was asked for on the command line, and with whom and how it is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.errors import UsageError
from s1ecs.respond.plan import Scope
from s1ecs.settings.duration import parse_duration


@dataclass(frozen=True)
class Asked:
    """One call of an action: `target` and `arguments` as the table has them, all else how it is done."""

    target: str | Scope
    arguments: Mapping[str, Any] = field(default_factory=dict)
    console: str | None = None
    comment: str = ""
    yes: bool = False
    dry_run: bool = False
    json: bool = False
    verbose: bool = False
    wait: bool = True
    timeout: timedelta | None = None
    into: Path = field(default_factory=Path)
    unpack: bool = False
    poll: float = 2.0


def scope_of(*, site: str | None, account: str | None, group: str | None, tenant: bool) -> Scope:
    """The one scope that was named; raise UsageError for none and for several: none is assumed."""
    named = [
        Scope(kind, value)
        for kind, value in (("site", site), ("account", account), ("group", group), ("tenant", "" if tenant else None))
        if value is not None
    ]
    if len(named) != 1:
        raise UsageError("name exactly one scope: --site ID, --account ID, --group ID or --tenant; none is assumed")
    return named[0]


def duration(text: str | None) -> timedelta | None:
    """A length of time as settings have them; raise UsageError for what is none."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise UsageError(f"--timeout: {problem}") from None
