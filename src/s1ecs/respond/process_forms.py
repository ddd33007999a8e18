"""Rows of a table in a text, whatever it is about: JSON, CSV, and columns under a header as `ps` prints them."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_DELIMITERS = ",;\t|"
_DEEPEST = 4
_PID = re.compile(r"(?i)\bpid\b")
# Of `ps -o lstart`: one value with spaces in it.
_DATE = re.compile(r"\b([A-Z][a-z]{2}) +([A-Z][a-z]{2}|\d{1,2}) +([A-Z][a-z]{2}|\d{1,2}) +(\d\d:\d\d:\d\d) +(\d{4})\b")
_LONGEST_PREFACE = 50


def json_rows(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of the first list of objects, however deep it lies, or one object a line."""
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        yield from _json_lines(text)
        return
    yield from _list_of_objects(content, _DEEPEST)


def csv_rows(text: str) -> Iterator[Mapping[str, Any]]:
    """The rows below a header that has a PID column, by whichever separator the header has most of."""
    found = _below_header(text)
    if found is None:
        return
    header, rest = found
    delimiter = max(_DELIMITERS, key=header.count)
    if not header.count(delimiter):
        return
    names = next(csv.reader([header], delimiter=delimiter), [])
    try:
        for row in csv.reader(io.StringIO(rest), delimiter=delimiter):
            if row:
                yield dict(zip(names, row, strict=False))
    except csv.Error:
        return


def ps_rows(text: str) -> Iterator[Mapping[str, Any]]:
    """The rows below a header of words that has PID among them; the last column takes the rest of the line."""
    found = _below_header(text)
    if found is None:
        return
    header, rest = found
    names = header.split()
    for line in io.StringIO(rest):
        values = _DATE.sub(lambda date: "\N{NO-BREAK SPACE}".join(date.groups()), line)
        row = re.split(r"[ \t]+", values.strip(), maxsplit=len(names) - 1)
        if row != [""]:
            yield {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in zip(names, row, strict=False)}


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


def _below_header(text: str) -> tuple[str, str] | None:
    """The first line that names a PID column, and what stands below it; a script may say something before."""
    lines = io.StringIO(text)
    for _ in range(_LONGEST_PREFACE):
        line = lines.readline()
        if _PID.search(line):
            return line.strip().strip("#").strip(), lines.read()
    return None
