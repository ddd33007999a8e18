"""Tables in a text that may be about processes: JSON, CSV, and columns under a header as `ps` prints them.

Each form gives every table that the text may be, the likeliest first: a script may say something before its header.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import orjson

_DELIMITERS = ",;\t|"
_DEEPEST = 4
# Of `ps -o lstart`: one value with spaces in it.
_DATE = re.compile(r"\b([A-Z][a-z]{2}) +([A-Z][a-z]{2}|\d{1,2}) +([A-Z][a-z]{2}|\d{1,2}) +(\d\d:\d\d:\d\d) +(\d{4})\b")
_LONGEST_PREFACE = 50
_MOST_HEADERS = 5
# The reader of CSV takes no longer field.
_LONGEST_LINE = 131_072


@dataclass(frozen=True)
class TextTable:
    """Rows as they are read; `whole` is False where some of them can't be told from each other, or are cut."""

    rows: Iterable[Mapping[str, Any]]
    whole: bool = True


def json_tables(text: str) -> Iterator[TextTable]:
    """The objects of the first list of objects, however deep it lies, or one object a line."""
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        yield TextTable(_json_lines(text))
        return
    yield TextTable(_list_of_objects(content, _DEEPEST))


def csv_tables(text: str) -> Iterator[TextTable]:
    """The rows below a header of process columns, by whichever separator the header has most of.

    Where quotes do not come in pairs, or a value goes over several lines, a process may have written them to hide
    others: each line is then a row of its own.
    """
    for header, rest in _below_headers(text, _csv_names):
        delimiter, names = _delimiter(header), _csv_names(header)
        whole = _is_plain(rest, delimiter)
        rows = csv.reader(io.StringIO(rest), delimiter=delimiter) if whole else _line_by_line(rest, delimiter)
        yield TextTable((dict(zip(names, row, strict=False)) for row in rows if row), whole)


def ps_tables(text: str) -> Iterator[TextTable]:
    """The rows below a header of words that name process columns; the last column takes the rest of the line."""
    for header, rest in _below_headers(text, str.split):
        yield TextTable(_ps_rows(header.split(), rest))


def _ps_rows(names: list[str], rest: str) -> Iterator[Mapping[str, Any]]:
    for line in io.StringIO(rest):
        values = _DATE.sub(lambda date: "\N{NO-BREAK SPACE}".join(date.groups()), line)
        row = re.split(r"[ \t]+", values.strip(), maxsplit=len(names) - 1)
        if row != [""]:
            yield {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in zip(names, row, strict=False)}


def _is_plain(text: str, delimiter: str) -> bool:
    """Return True if every line is a row."""
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        return not any("\n" in value for row in rows for value in row)
    except csv.Error:
        return False


def _line_by_line(text: str, delimiter: str) -> Iterator[list[str]]:
    for line in io.StringIO(text):
        yield _row(line[:_LONGEST_LINE], delimiter)


def _row(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\n")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _csv_names(header: str) -> list[str]:
    delimiter = _delimiter(header)
    return _row(header, delimiter) if delimiter in header else []


def _json_lines(text: str) -> Iterator[Mapping[str, Any]]:
    for line in io.StringIO(text):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            return
        if not isinstance(value, dict):
            return
        yield value


def _list_of_objects(content: Any, depth: int) -> list[Mapping[str, Any]]:
    if isinstance(content, list):
        objects: list[Mapping[str, Any]] = [each for each in content if isinstance(each, dict)]
        if objects:
            return objects
    if depth and isinstance(content, dict):
        for value in content.values():
            if found := _list_of_objects(value, depth - 1):
                return found
    return []


def _below_headers(text: str, names: Callable[[str], list[str]]) -> Iterator[tuple[str, str]]:
    """The first lines that name the columns of processes, each with what stands below it."""
    # Lines may end as on any system.
    lines = io.StringIO(text, newline=None)
    found = 0
    for line in islice(iter(lines.readline, ""), _LONGEST_PREFACE):
        header = line.strip().strip("#").strip()
        if len(header) < _LONGEST_LINE and is_header(names(header)):
            place = lines.tell()
            yield header, lines.read()
            lines.seek(place)
            found += 1
            if found == _MOST_HEADERS:
                return


# In lower case, letters and digits alone.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pid": ("pid", "processid", "id"),
        "name": ("name", "processname", "comm", "imagename", "image", "process", "executable", "exe"),
        "user": ("user", "username", "owner", "uname", "uid", "ruser", "euser"),
        "command": ("command", "cmd", "commandline", "cmdline", "args", "arguments", "path"),
        "cpu": ("cpu", "pcpu", "cpupercent", "cpuusage", "c"),
        "memory": ("mem", "pmem", "memory", "memorypercent", "memoryusage", "memusage", "rss", "workingset"),
        "started": ("started", "start", "starttime", "stime", "lstart", "createtime", "creationdate", "created"),
    }
)
_NEEDED = (("pid",), ("name", "command"))


def folded(name: str) -> str:
    """A column's name as `COLUMNS` has them."""
    return "".join(filter(str.isalnum, name)).lower()


def is_header(names: Iterable[str]) -> bool:
    """Return True if these columns describe processes: a PID, and a name or a command."""
    there = {folded(name) for name in names}
    return all(any(there.intersection(COLUMNS[column]) for column in columns) for columns in _NEEDED)
