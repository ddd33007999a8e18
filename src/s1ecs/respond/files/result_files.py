"""Result files of an action: the zip on disk, and what is known about its contents."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from s1ecs.counted import named
from s1ecs.errors import ArchiveError, ConsoleError, DownloadError, FileExpired
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.files.archive import ArchiveLimits, extract, read_members
from s1ecs.respond.files.download import Downloaded, download, is_whole
from s1ecs.respond.files.manifest import Manifest, is_manifest, manifest_of
from s1ecs.respond.files.process_table import ProcessTable, process_table
from s1ecs.respond.files.promised import MOST_NAMED, Inside, Promised, promised_of
from s1ecs.respond.files.unfinished import Noted
from s1ecs.respond.files.zip_listing import encryption_of, is_refused, names_in, sealed_names
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import TrackerOutcome
from s1ecs.respond.trackers.follow_state import Followed, NotedFile

_IN_MEMORY = ArchiveLimits(total=64_000_000)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_STREAM = 100_000

# Decrypting takes about a second for each million bytes; a request for files brings ten million at most.
_SOON_DECRYPTED = 12_000_000


@dataclass(frozen=True)
class Brought:
    """A zip that was fetched: where it lies, the password that opens it ("": none), what of it could be read.

    `password` was made for this request; once it was shown it is kept nowhere else; a zip without any encryption has
    none. `encryption` is how much of the zip is encrypted: all, some, none, "" where nothing tells; `warning` is what
    has to be said of that. `streams` are a script's output and errors, `processes` its table of processes; `problems`
    are sentences about files that are missing or can't be read, `broken` those about promises that were not kept.
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
    encryption: str = ""
    warning: str = ""
    broken: tuple[str, ...] = ()

    @property
    def shown(self) -> dict[str, Any]:
        """Details that may be recorded."""
        told = {"encryption": self.encryption} if self.encryption else {}
        return {"file": str(self.path), "size": self.size, "sha256": self.sha256, **told}


@dataclass(frozen=True)
class Fetched:
    """Outcome of fetching; `pending`: can be retried; `not_ours`: belongs to another request, not kept."""

    reason: str
    brought: Brought | None = None
    pending: bool = False
    not_ours: bool = False


async def bring(
    console: ActionConsole,
    followed: Followed,
    outcome: TrackerOutcome,
    into: Path,
    *,
    unpack: bool,
    tell: Callable[[str], None],
    note: Callable[[NotedFile], Awaitable[None]],
) -> Fetched:
    """Fetch what the outcome names into the folder `into`; nothing is raised but StateError.

    `note` is given the file before it has its name, to be kept with the action, so that a process that goes on after a
    crash knows it for its own.
    """
    entry, password = followed.entry, followed.follow.password
    path = into / _name(entry)
    tell("downloading the file")
    try:
        downloaded = await asyncio.to_thread(_there, path, followed.follow.downloaded)
        if downloaded is None:
            downloaded = await _downloaded(console, outcome.file or {}, path, tell, note)
    except FileExpired as error:
        return Fetched(error.behind(console.name))
    except (ConsoleError, DownloadError) as error:
        return Fetched(f"the file could not be downloaded: {error.behind(console.name)}", pending=True)
    refused = bool(password) and await asyncio.to_thread(is_refused, downloaded.path, password)
    if refused:
        await asyncio.to_thread(downloaded.path.unlink, missing_ok=True)
        return Fetched("the password of the request does not open the uploaded ZIP", not_ours=True)
    brought = Brought(downloaded.path, downloaded.size, downloaded.sha256, password)
    try:
        brought = await asyncio.to_thread(_with_encryption, brought)
        tell("checking the file")
        read = await asyncio.to_thread(_read, entry, brought, outcome.file or {}, unpack, console.unfinished)
    except Exception as error:  # noqa: BLE001 - the host decides what is in the file, and it is here, whatever that is
        problem = f"{brought.path}: its content could not be read ({type(error).__name__}); the ZIP is kept"
        read = replace(brought, problems=(problem,))
    return Fetched(outcome.reason, read)


def _there(path: Path, noted: NotedFile | None) -> Downloaded | None:
    """The file that an earlier process brought whole but did not come to tell of, if it is that one."""
    if noted is None:
        return None
    told = Downloaded(path, noted.size, noted.sha256)
    return told if is_whole(told) else None


async def _downloaded(
    console: ActionConsole,
    file: Mapping[str, str],
    path: Path,
    tell: Callable[[str], None],
    note: Callable[[NotedFile], Awaitable[None]],
) -> Downloaded:
    async def noted(whole: Downloaded) -> None:
        await note(NotedFile(str(whole.path), whole.size, whole.sha256))

    source = await (console.upload(file["upload"]) if "upload" in file else console.result_of(file["task"]))
    return await download(
        console.client.connection,
        source,
        path,
        tell=lambda size: tell(f"{size} bytes"),
        note=noted,
        unfinished=console.unfinished,
    )


def _with_encryption(brought: Brought) -> Brought:
    """The zip with how much of it is encrypted; a password that opens nothing is none."""
    found = encryption_of(brought.path)
    if found is None:
        return brought
    if not brought.password:
        told = "" if found.word == "all" else "the ZIP is not encrypted; it may contain malware"
        return replace(brought, encryption=found.word, warning=told)
    if found.word == "all":
        return replace(brought, encryption=found.word)
    if found.word == "none":
        told = "NOT ENCRYPTED: anyone can open this ZIP although the request set a password; it may contain malware"
    else:
        told = (
            f"NOT FULLY ENCRYPTED: anyone can open {len(found.open)} of {found.files} files in this ZIP "
            f"({named(found.open, MOST_NAMED)}) although the request set a password; they may contain malware"
        )
    password = "" if found.word == "none" else brought.password
    return replace(brought, password=password, encryption=found.word, warning=told, broken=(told,))


def _read(
    entry: Entry,
    brought: Brought,
    file: Mapping[str, str],
    unpack: bool,  # noqa: FBT001 - handed to a thread
    unfinished: Noted,
) -> Brought:
    if "upload" in file:
        return _read_files(promised_of(entry, file), brought, unpack=unpack, unfinished=unfinished)
    return _read_result(entry, brought, unpack=unpack, unfinished=unfinished)


def _read_files(promised: Promised, brought: Brought, *, unpack: bool, unfinished: Noted) -> Brought:
    """Compare the fetched files with the promised ones."""
    password = brought.password or None
    told: tuple[str, ...] = ()
    if unpack:
        try:
            extracted = extract(brought.path, brought.path.with_suffix(""), password=password, noted=unfinished)
        except ArchiveError as error:
            told = (str(error),)
        else:
            inside = [Inside(each.name, each.size, each.sha1) for each in extracted.members]
            brought = replace(brought, folder=extracted.folder, problems=extracted.renamed)
            return _held(promised, brought, inside, extracted.manifest)
    if password is not None and brought.size > _SOON_DECRYPTED:
        large = f"{brought.path}: large ZIP, so its files were only counted; use --unpack to check them"
        return _counted(promised, replace(brought, problems=told or (large,)), names_in(brought.path))
    try:
        members = read_members(brought.path, password=password, limits=_IN_MEMORY)
    except ArchiveError as error:
        return _counted(promised, replace(brought, problems=told or (str(error),)), sealed_names(brought.path))
    inside = [
        Inside(name, len(content), hashlib.sha1(content, usedforsecurity=False).hexdigest())
        for name, content in members.items()
        if not is_manifest(name)
    ]
    text = next((content for name, content in members.items() if is_manifest(name)), None)
    manifest = manifest_of(text, {each.name: each.sha1 or "" for each in inside})
    return _held(promised, replace(brought, problems=told), inside, manifest)


def _held(promised: Promised, brought: Brought, inside: list[Inside], manifest: Manifest) -> Brought:
    """Add sentences about everything that is not as promised."""
    came = len(manifest.listed) - len(manifest.missing) if manifest.listed else len(inside)
    broken = [*manifest.differences(), *promised.broken(inside, [each.path for each in manifest.missing])]
    problems = (*brought.problems, *manifest.problems(), *promised.unasked(inside))
    return replace(brought, came=came, problems=problems, broken=(*brought.broken, *broken))


def _counted(promised: Promised, brought: Brought, names: list[str] | None) -> Brought:
    """The same of files that were not opened; without names nothing is known of them."""
    if names is None:
        return brought
    inside = list(map(Inside, names))
    problems = (*brought.problems, *promised.unasked(inside))
    return replace(brought, came=len(inside), problems=problems, broken=(*brought.broken, *promised.broken(inside)))


def _read_result(entry: Entry, brought: Brought, *, unpack: bool, unfinished: Noted) -> Brought:
    """Read what a script left."""
    told: tuple[str, ...] = ()
    if unpack:
        try:
            extracted = extract(brought.path, brought.path.with_suffix(""), noted=unfinished)
        except ArchiveError as error:
            told = (str(error),)
        else:
            brought = replace(brought, folder=extracted.folder, problems=tuple(extracted.problems()))
    try:
        members = read_members(brought.path, limits=_IN_MEMORY)
    except ArchiveError as error:
        return replace(brought, problems=told or (*brought.problems, str(error)))
    brought = replace(brought, problems=(*brought.problems, *told), came=len(members))
    if entry.action == "processes":
        return replace(brought, processes=process_table(members))
    streams = {
        name: content[:_LONGEST_STREAM].decode("utf-8", "replace")
        for name, content in sorted(members.items())
        if name.rpartition("/")[2].startswith(("stdout", "stderr"))
    }
    return replace(brought, streams=streams)


def _name(entry: Entry) -> str:
    """A name for the zip that holds nothing but harmless characters, and is this action's alone."""
    host = next((target.host or target.id for target in entry.targets), "")
    parts = (host, entry.action, entry.id[:8])
    return "-".join(_UNSAFE.sub("_", part).strip("._")[:60] for part in parts if part) + ".zip"
