"""What an action brings: its zip on disk, and what can be told of what is in it."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from s1ecs.errors import ArchiveError, ConsoleError, DownloadError, FileExpired
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.files.archive import Limits, extract, read_members
from s1ecs.respond.files.download import Downloaded, download, is_whole
from s1ecs.respond.files.manifest import Manifest, is_manifest, manifest_of
from s1ecs.respond.files.process_table import ProcessTable, process_table
from s1ecs.respond.files.zip_glance import count_files, is_refused, sealed_files
from s1ecs.respond.following import Outcome

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
    `came` is how many of the files that were asked for are in it; None: it can't be used, or nothing was asked for.
    """

    path: Path
    size: int
    sha256: str
    password: str = field(default="", repr=False)
    folder: Path | None = None
    problems: tuple[str, ...] = ()
    streams: Mapping[str, str] = field(default_factory=dict)
    processes: ProcessTable | None = None
    came: int | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """What may be written down of it."""
        return {"file": str(self.path), "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Fetched:
    """How fetching ended; `pending`: it can be tried again; `not_ours`: it was another request's, and is not kept."""

    reason: str
    brought: Brought | None = None
    pending: bool = False
    not_ours: bool = False


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
    refused = bool(password) and await asyncio.to_thread(is_refused, downloaded.path, password)
    if refused:
        await asyncio.to_thread(downloaded.path.unlink, missing_ok=True)
        return Fetched("the password of the request does not open what was uploaded", not_ours=True)
    brought = Brought(downloaded.path, downloaded.size, downloaded.sha256, password)
    try:
        read = await asyncio.to_thread(_read, entry, brought, unpack)
    except Exception as error:  # noqa: BLE001 - the host decides what is in the file, and it is here, whatever that is
        problem = f"{brought.path}: what is in it could not be read ({type(error).__name__}); the zip itself is kept"
        read = replace(brought, problems=(problem,))
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
    password = brought.password or None
    told: tuple[str, ...] = ()
    if unpack:
        try:
            extracted = extract(brought.path, brought.path.with_suffix(""), password=password)
        except ArchiveError as error:
            told = (str(error),)
        else:
            came = _came(extracted.manifest, len(extracted.members))
            return replace(brought, folder=extracted.folder, problems=tuple(extracted.problems()), came=came)
    if password is not None and brought.size > _SOON_DECRYPTED:
        large = f"{brought.path}: what is in it was only counted, it is large; --unpack looks at it"
        return replace(brought, problems=told or (large,), came=count_files(brought.path))
    try:
        members = read_members(brought.path, password=password, limits=_IN_MEMORY)
    except ArchiveError as error:
        return replace(brought, problems=told or (str(error),), came=sealed_files(brought.path))
    if password is not None:
        manifest = _manifest(members)
        there = sum(not is_manifest(name) for name in members)
        return replace(brought, problems=(*told, *manifest.problems()), came=_came(manifest, there))
    brought = replace(brought, problems=told)
    if entry.action == "processes":
        return replace(brought, processes=process_table(members))
    streams = {
        name: content[:_LONGEST_STREAM].decode("utf-8", "replace")
        for name, content in sorted(members.items())
        if name.rpartition("/")[2].startswith(("stdout", "stderr"))
    }
    return replace(brought, streams=streams)


def _came(manifest: Manifest, there: int) -> int:
    """How many files came that were asked for: those of the manifest, else whatever is there."""
    return len(manifest.listed) - len(manifest.missing) if manifest.listed else there


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
