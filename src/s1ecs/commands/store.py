"""`s1ecs store`: how large the store is and what lies in it; compact it, check it, copy it."""

import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from s1ecs.commands.tables import print_leading
from s1ecs.outputs.retention import free_bytes, pruned_until
from s1ecs.state.database import FILE_NAME, connect_for_reading, explained
from s1ecs.state.upkeep import back_up, compact, findings, size_on_disk

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_MOST_DAYS = 30
_TIMELESS = "without a time"


class Day(NamedTuple):
    """How many documents of a stream have their time on a day (UTC)."""

    day: str
    stream: str
    documents: int


@dataclass(frozen=True)
class Contents:
    """What lies in the store: bytes on disk and bytes free in them, times as ISO 8601.

    `pruned_until`: up to this time documents were removed, because the settings want no more kept.
    """

    file: str
    bytes: int
    free_bytes: int
    documents: int
    oldest: str | None
    newest: str | None
    pruned_until: str | None
    days: Sequence[Day]


def show(state_folder: Path, *, json: bool) -> None:
    """Print size, oldest, newest and the documents by day and stream."""
    contents = contents_of(state_folder / FILE_NAME)
    if json:
        plain = asdict(contents) | {"days": [day._asdict() for day in contents.days]}
        sys.stdout.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    sys.stdout.write(f"{contents.file}: {short_size(contents.bytes)}, of it {short_size(contents.free_bytes)} free\n")
    pruned = f"; those up to {contents.pruned_until} were pruned" if contents.pruned_until else ""
    told = f"{contents.documents} documents"
    if contents.oldest is not None:
        told += f", from {contents.oldest} to {contents.newest}"
    sys.stdout.write(f"{told}{pruned}\n")
    if contents.days:
        sys.stdout.write("\n")
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
            days=days,
        )


def make_compact(state_folder: Path) -> None:
    """Compact the store and say what it brought."""
    path = state_folder / FILE_NAME
    before = size_on_disk(path)
    compact(path)
    sys.stdout.write(f"{path}: {short_size(before)} before, {short_size(size_on_disk(path))} now\n")


def check(state_folder: Path) -> int:
    """Say whether the store is sound; the exit status, 1 if it is not."""
    path = state_folder / FILE_NAME
    found = findings(path)
    for text in found:
        sys.stdout.write(f"{path}: {text}\n")
    if found:
        sys.stdout.write(f"{path}: damaged; put back a backup, or move it away and collect anew\n")
        return 1
    sys.stdout.write(f"{path}: sound\n")
    return 0


def backup(state_folder: Path, target: Path) -> None:
    """Copy the store and say how large the copy is."""
    back_up(state_folder / FILE_NAME, target)
    sys.stdout.write(f"{target}: {short_size(target.stat().st_size)}\n")


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
    lines: dict[str, Counter[str]] = {name: Counter() for name in (*newest, "earlier", _TIMELESS, "all")}
    for day, stream, count in days:
        for name in (day if day in lines else "earlier", "all"):
            lines[name][stream] += count
    return ("day", "all", *streams), [_row(day, counts, streams) for day, counts in lines.items() if counts]


def _row(day: str, counts: Mapping[str, int], streams: Sequence[str]) -> Sequence[str]:
    return (day, str(sum(counts.values())), *(str(counts.get(name) or "") for name in streams))
