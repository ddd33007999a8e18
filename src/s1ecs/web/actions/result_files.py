"""Files that an action brought for the page, and what can be shown of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from s1ecs.errors import ArchiveError
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files.archive import ArchiveLimits, read_members
from s1ecs.respond.files.process_table import ProcessTable, process_table
from s1ecs.respond.run.intent import BATCH
from s1ecs.web.actions.desk import ResponseDesk

# Of what a host sends only so much is shown; the file has all of it.
_MOST_BYTES = ArchiveLimits(total=32_000_000)
_MOST_ROWS, _MOST_TEXT = 2_000, 50_000


@dataclass(frozen=True)
class ShownFile:
    """A file of a result, with its size in bytes; `encryption` is all, some, none, or "" where that is not known."""

    path: Path
    size: int
    sha256: str
    encryption: str = ""


@dataclass(frozen=True)
class ShownResult:
    """Contents of a result: `elsewhere` is the path of a file that the command line brought to another place.

    `streams` are a script's output and errors; `problem` says why they are not shown.
    """

    files: Sequence[ShownFile] = ()
    elsewhere: str = ""
    processes: ProcessTable | None = None
    streams: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def rows_left_out(self) -> int:
        """The number of processes that are not shown."""
        return max(len(self.processes.rows) - _MOST_ROWS, 0) if self.processes else 0


def own_file(desk: ResponseDesk, entry: Entry) -> ShownFile | None:
    """Return the file that an action brought for the page; None where there is none in its own folder."""
    told = entry.details.get("file")
    if not isinstance(told, str):
        return None
    path = Path(told).absolute()
    owners = [identity for identity in (entry.id, str(entry.details.get(BATCH) or "")) if identity]
    folders = [desk.folder_of(identity).absolute() for identity in owners]
    # Not resolved: a link that leads elsewhere is not a file that was brought.
    if path.parent not in folders or path.is_symlink() or not path.is_file():
        return None
    details = entry.details
    return ShownFile(
        path, int(details.get("size") or 0), str(details.get("sha256") or ""), str(details.get("encryption") or "")
    )


async def shown_result(desk: ResponseDesk, entry: Entry) -> ShownResult:
    """Read what an action brought; whatever a host put in it, a page comes of it."""
    return await asyncio.to_thread(_shown, desk, entry)


def _shown(desk: ResponseDesk, entry: Entry) -> ShownResult:
    file = own_file(desk, entry)
    if file is None:
        return ShownResult(elsewhere=str(entry.details.get("file") or ""))
    if entry.action not in {"processes", "run-script"}:
        return ShownResult([file])
    try:
        members = read_members(file.path, limits=_MOST_BYTES)
    except ArchiveError as error:
        return ShownResult([file], problem=str(error))
    except Exception as error:  # noqa: BLE001 - the host decides what is in the file
        return ShownResult([file], problem=f"its content could not be read ({type(error).__name__})")
    if entry.action == "processes":
        return ShownResult([file], processes=process_table(members))
    texts = {
        name: content[:_MOST_TEXT].decode("utf-8", "replace")
        for name, content in sorted(members.items())
        if name.rpartition("/")[2].startswith(("stdout", "stderr"))
    }
    return ShownResult([file], streams=texts)
