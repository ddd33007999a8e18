"""What an action brings: its zip on disk, and what can be told of what is in it."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.errors import ArchiveError, ConsoleError, DownloadError, FileExpired
from s1ecs.respond.archive import Limits, extract, read_members
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.download import download
from s1ecs.respond.following import Outcome
from s1ecs.respond.journal import Entry
from s1ecs.respond.manifest import MANIFEST, Manifest, compared, read_manifest
from s1ecs.respond.process_table import ProcessTable, process_table

_IN_MEMORY = Limits(total=64_000_000)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_STREAM = 100_000

# Decrypting takes about a second for each million bytes.
_SOON_DECRYPTED = 3_000_000


@dataclass(frozen=True)
class Brought:
    """A zip that was fetched: where it lies, the password that opens it ("": none), what of it could be read.

    `password` was made for this request and is kept nowhere else. `streams` are a script's output and errors,
    `processes` its table of processes; `problems` are sentences about files that are missing or can't be read.
    """

    path: Path
    size: int
    sha256: str
    password: str = field(default="", repr=False)
    folder: Path | None = None
    problems: tuple[str, ...] = ()
    streams: Mapping[str, str] = field(default_factory=dict)
    processes: ProcessTable | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """What may be written down of it."""
        return {"file": str(self.path), "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Fetched:
    """How fetching ended; `pending`: it can be tried again."""

    reason: str
    brought: Brought | None = None
    pending: bool = False


async def bring(
    console: ActionConsole,
    entry: Entry,
    outcome: Outcome,
    into: Path,
    *,
    unpack: bool,
    tell: Callable[[str], None],
) -> Fetched:
    """Fetch what the outcome names into the folder `into`; nothing is raised but StateError."""
    file = outcome.file or {}
    path = into / _name(entry)
    password = str(entry.follow.get("password") or "")
    tell("fetching the file")
    try:
        source = await (console.upload(file["upload"]) if "upload" in file else console.result_of(file["task"]))
        downloaded = await download(console.client.connection, source, path, tell=lambda size: tell(f"{size} bytes"))
    except FileExpired as error:
        return Fetched(error.behind(console.name))
    except (ConsoleError, DownloadError) as error:
        return Fetched(f"its file could not be fetched: {error.behind(console.name)}", pending=True)
    brought = Brought(downloaded.path, downloaded.size, downloaded.sha256, password)
    read = await asyncio.to_thread(_read, entry, brought, unpack)
    return Fetched(outcome.reason, read)


def _read(entry: Entry, brought: Brought, unpack: bool) -> Brought:  # noqa: FBT001 - handed to a thread
    made = vars(brought)
    password = brought.password or None
    try:
        if unpack:
            extracted = extract(brought.path, brought.path.with_suffix(""), password=password)
            made = {**made, "folder": extracted.folder, "problems": tuple(extracted.manifest.problems())}
            return Brought(**made)
        if password is not None and brought.size > _SOON_DECRYPTED:
            told = f"{brought.path}: whether files are missing in it was not looked at, it is large; --unpack does"
            return Brought(**{**made, "problems": (told,)})
        members = read_members(brought.path, password=password, limits=_IN_MEMORY)
    except ArchiveError as error:
        return Brought(**{**made, "problems": (str(error),)})
    if password is not None:
        return Brought(**{**made, "problems": tuple(_manifest(members).problems())})
    if entry.action == "processes":
        return Brought(**{**made, "processes": process_table(members)})
    streams = {
        name: content[:_LONGEST_STREAM].decode("utf-8", "replace")
        for name, content in sorted(members.items())
        if name.rpartition("/")[2].startswith(("stdout", "stderr"))
    }
    return Brought(**{**made, "streams": streams})


def _manifest(members: Mapping[str, bytes]) -> Manifest:
    """The manifest of fetched files, held against what came."""
    sha1s = {
        name: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for name, content in members.items()
        if name != MANIFEST
    }
    return compared(read_manifest(members.get(MANIFEST, b"")), sha1s)


def _name(entry: Entry) -> str:
    """A name for the zip that holds nothing but harmless characters, and is this action's alone."""
    host = next((target.host or target.id for target in entry.targets), "")
    parts = (host, entry.action, entry.id[:8])
    return "-".join(_UNSAFE.sub("_", part).strip("._")[:60] for part in parts if part) + ".zip"
