"""Records in a file or on standard input: NDJSON, pages of the API and JSON arrays, on one line or on many."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from s1ecs.records import Record, record_from_line
from s1ecs.sentinelone.incremental_parser import Path, records_at

_MARK = re.compile(rb'["\[\]{}]|\\.', re.DOTALL)
_CLOSING = {ord("{"): b"}", ord("["): b"]"}
# Behind these a line that begins a value belongs to the lines before it.
_EXPECTING = (b"[", b",", b":")
# A list begins behind a key alone: records are no lists.
_EXPECTING_LIST = (b":",)
_AROUND_DATA = frozenset({"data", "pagination", "errors", "extensions"})


def values(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of each JSON value: a line of NDJSON, or all lines of a value that is written on several.

    What is damaged comes line by line. In memory are the lines of one value at most.
    """
    reader = ValueReader()
    for line in lines:
        yield from reader.read(line)
    yield from reader.rest()


class ValueReader:
    """Puts lines together to JSON values; `waiting` are those of a value whose end has not come yet."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self._depth = 0

    def read(self, line: bytes) -> Iterator[bytes]:
        """Yield the texts of values that a line ends; it is to be read to its end before the next line."""
        text = line.strip()
        if not text:
            return
        if self.waiting and line.startswith((b"{", b"[")) and not _goes_on(self.waiting[-1], line):
            # The value before was cut off, and a new one begins.
            yield from self.rest()
        if not self.waiting and not _is_begun(text):
            yield line.rstrip(b"\r\n")
            return
        change = _deeper(text)
        self.waiting.append(line.rstrip(b"\r\n"))
        self._depth += change or 0
        if change is None or self._depth < 0:
            # A text with a line break in it is no JSON.
            yield from self.rest()
        elif self._depth == 0:
            joined = b"\n".join(self.waiting)
            self.waiting = []
            yield joined

    def passes(self, line: bytes) -> bool:
        """Pass over a line and the values that it ends; tell whether lines wait behind it."""
        if not self.waiting and line.startswith(b"{") and line.endswith((b"}\n", b"}\r\n")):
            return False
        for _ in self.read(line):
            pass
        return bool(self.waiting)

    def rest(self) -> Iterator[bytes]:
        """Yield the lines that wait, each by itself."""
        waiting, self.waiting, self._depth = self.waiting, [], 0
        yield from waiting


def _goes_on(before: bytes, line: bytes) -> bool:
    """Tell whether a line that opens a bracket may belong to the value of the line before."""
    return before.rstrip().endswith(_EXPECTING_LIST if line.startswith(b"[") else _EXPECTING)


def records_of(text: bytes) -> Iterator[tuple[Record, bool]]:
    """Yield the records of a value: those of a page or an array, else the value itself (True); raise NotJSON."""
    whole = record_from_line(text)
    path = _list_in(whole.value)
    if path is None:
        yield whole, True
        return
    in_node = path[-1:] == ("edges",)
    for record in records_at(text, path):
        yield (_node(record) if in_node and isinstance(record.value, dict) else record), False


def _is_begun(text: bytes) -> bool:
    """Tell whether a line begins a value that does not end on it, as far as its last character tells."""
    closing = _CLOSING.get(text[0])
    return closing is not None and not text.endswith(closing)


def _deeper(text: bytes) -> int | None:
    """Count the brackets that a line opens and does not close; None where it ends within a text."""
    depth, inside = 0, False
    for mark in _MARK.finditer(text):
        if mark[0] == b'"':
            inside = not inside
        elif not inside and len(mark[0]) == 1:
            depth += 1 if mark[0] in b"[{" else -1
    return None if inside else depth


def is_record(value: dict[str, Any]) -> bool:
    """Tell whether an object is a record itself, not a page of the API."""
    return "data" not in value or len(value) > len(_AROUND_DATA) or _list_in(value) is None


def _list_in(value: Any) -> Path | None:
    """Return the path of the list of records in an array or a page of the API; None for anything else."""
    if isinstance(value, list):
        # A list of anything else is no list of records, but a damaged one.
        return () if all(isinstance(each, dict) for each in value) else None
    if not isinstance(value, dict) or "data" not in value or not value.keys() <= _AROUND_DATA:
        return None
    data = value["data"]
    if isinstance(data, list):
        return ("data",)
    if isinstance(data, Mapping) and len(data) == 1:
        [(name, connection)] = data.items()
        if isinstance(connection, Mapping) and isinstance(connection.get("edges"), list):
            return ("data", name, "edges")
    return None


def _node(record: Record) -> Record:
    return Record(record.value.get("node"), lambda: record.exact().get("node"), record.flaws)
