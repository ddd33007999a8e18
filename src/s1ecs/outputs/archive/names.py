"""Names in the archive: `stream=alert/console=default/day=2026-01-31.parquet`, further files of a day with a number."""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from s1ecs.state.archiving import StreamDay

_NAME = re.compile(
    r"stream=(?P<stream>[^/]+)/console=(?P<console>[^/]+)/day=(?P<day>\d{4}-\d{2}-\d{2})(-(?P<number>[1-9]\d*))?\.parquet"
)


@dataclass(frozen=True)
class ArchivedDay:
    """A file of the archive by its name."""

    name: str
    day: StreamDay


def folder_of(day: StreamDay) -> str:
    """Return the folder of a day's files, below that of the archive."""
    return f"stream={quote(day.stream, safe='')}/console={quote(day.console, safe='')}"


def free_name(day: StreamDay, taken: Collection[str]) -> str:
    """Return the first name of a day that is not taken."""
    number = 1
    while (name := f"{folder_of(day)}/day={day.day}{f'-{number}' if number > 1 else ''}.parquet") in taken:
        number += 1
    return name


def files_in(folder: Path, below: str = "") -> Iterator[ArchivedDay]:
    """Yield the files of the archive, or of one folder of it, in the order of their names; raise OSError."""
    # `Path.glob` takes a folder that it may not read for an empty one.
    folders = [below] if below else [""]
    for prefix in () if below else ("stream=", "console="):
        folders = [
            name for each in folders for name in _names_in(folder, each) if name.split("/")[-1].startswith(prefix)
        ]
    for name in (name for each in folders for name in _names_in(folder, each)):
        found = _NAME.fullmatch(name)
        if found is not None:
            yield ArchivedDay(name, StreamDay(unquote(found["stream"]), unquote(found["console"]), found["day"]))


def _names_in(folder: Path, below: str) -> list[str]:
    """Return the names in a folder, none if it is not there, as paths below the archive; raise OSError."""
    try:
        with os.scandir(folder / below) as entries:
            return sorted(f"{below}/{each.name}" if below else each.name for each in entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
