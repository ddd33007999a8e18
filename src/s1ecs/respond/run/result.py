"""Result of an action, with its one-time password for the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.respond.audit.journal import Entry, Journal, Status, Target
from s1ecs.respond.files.result_files import Brought
from s1ecs.respond.run.followed import read_followed


@dataclass(frozen=True)
class Result:
    """Result of an action.

    `id` is ours, for `s1ecs respond status`; `status` is done, failed, pending (taken, not at its end), superseded
    (a later action undid it), refused (nothing was sent) or unknown (it may have been carried out; `reason` says what
    to look for). `hosts` are what it
    acted on, `details` the console's ids and what the action brought; `brought` is its file, with the password that is
    shown this once.
    """

    id: str
    console: str
    action: str
    status: Status
    reason: str
    hosts: tuple[Target, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    brought: Brought | None = None


def told_again(entry: Entry) -> Result:
    """Repeat the result of a finished action, with its file if the password was not shown yet.

    Raises StateTooNew where a newer s1ecs kept the password.
    """
    result = Result(entry.id, entry.console, entry.action, entry.status, entry.reason, entry.targets, entry.details)
    password = read_followed(entry).follow.password
    if not (password and "file" in entry.details):
        return result
    details = entry.details
    brought = Brought(
        Path(details["file"]),
        details["size"],
        details["sha256"],
        password,
        encryption=str(details.get("encryption") or ""),
    )
    return Result(**{**vars(result), "brought": brought})


async def was_shown(journal: Journal, result: Result) -> None:
    """Drop the password of what an action brought, once whoever asked has it; raise StateError where that fails."""
    if result.status != "pending" and result.brought is not None and result.brought.password:
        await journal.progress(result.id, details=result.details, follow={})
