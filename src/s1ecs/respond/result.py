"""What became of an action, and its one-time password on the way to whoever asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.respond.audit.journal import Entry, Journal, Status, Target
from s1ecs.respond.files.result_files import Brought


@dataclass(frozen=True)
class Result:
    """What became of an action.

    `id` is ours, for `s1ecs respond status`; `status` is done, failed, pending (taken, not at its end), refused
    (nothing was sent) or unknown (it may have been carried out; `reason` says what to look for). `hosts` are what it
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
    """How an action ended, with its file where its password was not shown yet."""
    result = Result(entry.id, entry.console, entry.action, entry.status, entry.reason, entry.targets, entry.details)
    if not (entry.follow.get("password") and "file" in entry.details):
        return result
    details = entry.details
    brought = Brought(Path(details["file"]), details["size"], details["sha256"], entry.follow["password"])
    return Result(**{**vars(result), "brought": brought})


async def was_shown(journal: Journal, result: Result) -> None:
    """Drop the password of what an action brought, once whoever asked has it; raise StateError where that fails."""
    if result.status != "pending" and result.brought is not None and result.brought.password:
        await journal.progress(result.id, details=result.details, follow={})
