"""What an action brings: its zip on disk, and what can be told of what is in it."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.errors import ArchiveError, ConsoleError, DownloadError, FileExpired
from s1ecs.respond.archive import Limits, extract, read_members
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.download import Downloaded, download, is_whole
from s1ecs.respond.following import Outcome
from s1ecs.respond.journal import Entry
from s1ecs.respond.manifest import Manifest, is_manifest, manifest_of
from s1ecs.respond.process_table import ProcessTable, process_table

_IN_MEMORY = Limits(total=64_000_000)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_STREAM = 100_000

# Decrypting takes about a second for each million bytes.
_SOON_DECRYPTED = 3_000_000


@dataclass(frozen=True)
class Brought:
    """A zip that was fetched: where it lies, the password that opens it ("": none), what of it could be read.

    `password` was made for this request; once it was shown it is kept nowhere else. `streams` are a script's output and
    errors, `processes` its table of processes; `problems` are sentences about files that are missing or can't be read.
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
    note: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> Fetched:
    """Fetch what the outcome names into the folder `into`; nothing is raised but StateError.

    `note` is given what has to be kept in the `follow` of the action before the file has its name, so that a process
    that goes on after a crash knows it for its own.
    """
    path = into / _name(entry)
    password = str(entry.follow.get("password") or "")
    tell("fetching the file")
    try:
        downloaded = await asyncio.to_thread(_there, path, entry.follow.get("downloaded"))
        if downloaded is None:
            downloaded = await _downloaded(console, outcome.file or {}, path, tell, note)
    except FileExpired as error:
        return Fetched(error.behind(console.name))
    except (ConsoleError, DownloadError) as error:
        return Fetched(f"its file could not be fetched: {error.behind(console.name)}", pending=True)
    brought = Brought(downloaded.path, downloaded.size, downloaded.sha256, password)
    try:
        read = await asyncio.to_thread(_read, entry, brought, unpack)
    except Exception as error:  # noqa: BLE001 - the host decides what is in the file, and it is here, whatever that is
        problem = f"{brought.path}: what is in it could not be read ({type(error).__name__}); the zip itself is kept"
        read = Brought(**{**vars(brought), "problems": (problem,)})
    return Fetched(outcome.reason, read)


def _there(path: Path, noted: Any) -> Downloaded | None:
    """The file that an earlier process brought whole but did not come to tell of, if it is that one."""
    if not isinstance(noted, Mapping):
        return None
    told = Downloaded(path, int(noted["size"]), str(noted["sha256"]))
    return told if is_whole(told) else None


async def _downloaded(
    console: ActionConsole,
    file: Mapping[str, str],
    path: Path,
    tell: Callable[[str], None],
    note: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> Downloaded:
    async def noted(whole: Downloaded) -> None:
        await note({"downloaded": {"path": str(whole.path), "size": whole.size, "sha256": whole.sha256}})

    source = await (console.upload(file["upload"]) if "upload" in file else console.result_of(file["task"]))
    return await download(console.client.connection, source, path, tell=lambda size: tell(f"{size} bytes"), note=noted)


def _read(entry: Entry, brought: Brought, unpack: bool) -> Brought:  # noqa: FBT001 - handed to a thread
    made = vars(brought)
    password = brought.password or None
    try:
        if unpack:
            extracted = extract(brought.path, brought.path.with_suffix(""), password=password)
            made = {**made, "folder": extracted.folder, "problems": tuple(extracted.problems())}
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
        if not is_manifest(name)
    }
    told = next((content for name, content in members.items() if is_manifest(name)), None)
    return manifest_of(told, sha1s)


def _name(entry: Entry) -> str:
    """A name for the zip that holds nothing but harmless characters, and is this action's alone."""
    host = next((target.host or target.id for target in entry.targets), "")
    parts = (host, entry.action, entry.id[:8])
    return "-".join(_UNSAFE.sub("_", part).strip("._")[:60] for part in parts if part) + ".zip"
