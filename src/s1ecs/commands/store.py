"""`s1ecs store`: how large the store is and what lies in it; compact it, check it, copy it."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.store_rows import differences_of, follow_moved_documents
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.tables import print_leading, print_text
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.outputs.store.row_filling import remaining
from s1ecs.state.sqlite.archive import count_archived
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained
from s1ecs.state.sqlite.document_retention import free_bytes, pruned_until
from s1ecs.state.sqlite.maintenance import back_up, compact, findings, size_on_disk

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_MOST_DAYS = 30
_TIMELESS = "no time"


class Day(NamedTuple):
    """Number of documents of a stream with their time on one day (UTC)."""

    day: str
    stream: str
    documents: int


@dataclass(frozen=True)
class Contents:
    """Contents of the store: bytes on disk and bytes free in them, times as ISO 8601.

    `pruned_until`: up to this time documents were removed, because the settings want no more kept. `unprepared`
    documents wait to be prepared for fast queries. `archived` documents were moved into the archive.
    """

    file: str
    bytes: int
    free_bytes: int
    documents: int
    oldest: str | None
    newest: str | None
    pruned_until: str | None
    unprepared: int
    archived: int
    days: Sequence[Day]


def show(state_folder: Path, *, json: bool) -> None:
    """Print size, oldest, newest and the documents by day and stream."""
    contents = contents_of(state_folder / FILE_NAME)
    if json:
        plain = asdict(contents) | {"days": [day._asdict() for day in contents.days]}
        OUT.json(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    print_text(f"{contents.file}: {short_size(contents.bytes)} ({short_size(contents.free_bytes)} reclaimable)")
    pruned = f"; documents up to {contents.pruned_until} were removed by retention" if contents.pruned_until else ""
    told = f"{contents.documents} documents"
    if contents.oldest is not None:
        told += f", from {contents.oldest} to {contents.newest}"
    archived = f"; {counted(contents.archived, 'document')} in the archive" if contents.archived else ""
    print_text(f"{told}{pruned}{archived}")
    if contents.unprepared:
        done = 100 * (contents.documents - contents.unprepared) // max(contents.documents, 1)
        print_text(
            f"prepared for fast queries: {done}%; {counted(contents.unprepared, 'older document', grouped=True)} left, "
            "which s1ecs run and collect prepare while they work"
        )
    if contents.days:
        OUT.write("\n")
        print_leading(*_by_day(contents.days), least=2)


def contents_of(path: Path) -> Contents:
    """Read what lies in a store, beside whoever writes it."""
    with closing(connect_for_reading(path)) as connection, explained(path):
        days = _days(connection)
        [(oldest, newest)] = connection.execute(
            "SELECT (SELECT min(time) FROM documents), (SELECT max(time) FROM documents)"
        )
        return Contents(
            file=str(path),
            bytes=size_on_disk(path),
            free_bytes=free_bytes(connection),
            documents=sum(day.documents for day in days),
            oldest=oldest,
            newest=newest,
            pruned_until=pruned_until(connection),
            unprepared=remaining(connection, store_tables()),
            archived=count_archived(connection),
            days=days,
        )


def make_compact(state_folder: Path) -> None:
    """Compact the store and say what it brought."""
    path = state_folder / FILE_NAME
    before = size_on_disk(path)
    with waiting_if_slow(f"Compacting {path}"):
        compact(path)
        follow_moved_documents(path)
    OUT.write(f"{path}: {short_size(before)} before, {short_size(size_on_disk(path))} after\n")


def check(state_folder: Path) -> int:
    """Say whether the store is sound and rows, counts and words are those of the documents; 1 if not."""
    path = state_folder / FILE_NAME
    with waiting_if_slow(f"Checking {path}"):
        found = findings(path)
        differing = [] if found else differences_of(path)
    for text in (*found, *differing):
        OUT.line(f"{path}: {text}")
    if found:
        OUT.write(f"{path}: damaged; restore a backup, or move the file away and collect again\n")
        return 1
    if differing:
        OUT.write(
            f"{path}: the documents are sound; rows, counts or full text differ from them: run s1ecs store --rebuild\n"
        )
        return 1
    OUT.write(f"{path}: no damage found\n")
    return 0


def backup(state_folder: Path, target: Path) -> None:
    """Copy the store and say how large the copy is."""
    with waiting_if_slow(f"Copying to {target}"):
        back_up(state_folder / FILE_NAME, target)
    OUT.write(f"{target}: backup written, {short_size(target.stat().st_size)}\n")


def short_size(size: int) -> str:
    """A number of bytes for people: 12.3 MB."""
    number = float(size)
    for unit in _UNITS:
        if number < _STEP or unit == _UNITS[-1]:
            break
        number /= _STEP
    return f"{size} B" if unit == "B" else f"{number:.1f} {unit}"


def _days(connection: sqlite3.Connection) -> Sequence[Day]:
    rows = connection.execute(
        "SELECT substr(time, 1, 10) AS day, stream, count(*) FROM documents GROUP BY day, stream ORDER BY day, stream"
    )
    return [Day(day or _TIMELESS, stream, count) for day, stream, count in rows]


def _by_day(days: Sequence[Day]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """A line a day, the newest first, a column a stream, and their sums; all but the newest days as one."""
    streams = sorted({day.stream for day in days})
    newest = sorted({day.day for day in days} - {_TIMELESS}, reverse=True)[:_MOST_DAYS]
    lines: dict[str, Counter[str]] = {name: Counter() for name in (*newest, "earlier", _TIMELESS, "total")}
    for day, stream, count in days:
        for name in (day if day in lines else "earlier", "total"):
            lines[name][stream] += count
    return ("day", "total", *streams), [_row(day, counts, streams) for day, counts in lines.items() if counts]


def _row(day: str, counts: Mapping[str, int], streams: Sequence[str]) -> Sequence[str]:
    return (day, str(sum(counts.values())), *(str(counts.get(name) or "") for name in streams))
