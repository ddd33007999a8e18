"""Files of consoles: the list `consoles` of a settings file, or a JSON object a line, as `export` writes them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from s1ecs.errors import SettingsError
from s1ecs.settings.portable import portable
from s1ecs.settings.raw_values import Problems, RawValue, raw_value
from s1ecs.settings.resolve import read
from s1ecs.settings.value_types import BOOLEAN, NAME, TAGS, ValueType
from s1ecs.settings.yaml_file import read_file
from s1ecs.state.console_rows import ConsoleRow

# What a row has beside the settings of its console.
TAGS_KEY = "customer_tags"
PAUSED_KEY = "paused"

_LINES = (".ndjson", ".jsonl")


def rows_of_file(path: Path) -> list[tuple[ConsoleRow, str]]:
    """Read a file of consoles, each with the place where it stands; raise SettingsError, which tells all faults."""
    problems = Problems()
    given = _lines(path, problems) if path.suffix in _LINES else _listed(path, problems)
    rows = [(row_of(each, problems), each.place) for each in given]
    places: dict[str, str] = {}
    for row, place in rows:
        if row.name in places:
            problems.add_at(place, "", f"the name {row.name!r} is already taken ({places[row.name]})")
        places.setdefault(row.name, place)
    problems.raise_if_any()
    return rows


def row_of(given: RawValue, problems: Problems) -> ConsoleRow:
    """Return the row of a console as it is given; what is wrong with its name, tags or paths is among the problems."""
    if not isinstance(given.content, Mapping):
        problems.add(given, f"must be a mapping, not {given.shape()}; allowed: name, url, ...")
        return ConsoleRow("", {})
    own = {key: value for key, value in given.content.items() if value.content is not None}
    if "name" not in own:
        problems.add(given, "has no name; add name: with letters, digits, hyphens, underscores and dots")
    name = _taken(own, "name", NAME, problems) or ""
    tags = frozenset(_taken(own, TAGS_KEY, TAGS, problems) or ())
    paused = bool(_taken(own, PAUSED_KEY, BOOLEAN, problems))
    try:
        return ConsoleRow(name, portable(own), tags, paused)
    except ValueError as error:
        problems.add(given, str(error))
        return ConsoleRow(name, {})


def file_entry(row: ConsoleRow) -> dict[str, Any]:
    """Return a row as it stands in a file."""
    more = {TAGS_KEY: sorted(row.tags)} if row.tags else {}
    return {"name": row.name, **row.values, **more, **({PAUSED_KEY: True} if row.paused else {})}


def _taken(own: dict[str, RawValue], key: str, kind: ValueType, problems: Problems) -> Any:
    given = own.pop(key, None)
    return None if given is None else read(kind, given, problems)


def _listed(path: Path, problems: Problems) -> tuple[RawValue, ...]:
    root = read_file(path.absolute(), str(path), problems)
    problems.raise_if_any()
    listing = root.content.get("consoles") if root is not None and isinstance(root.content, Mapping) else None
    if listing is None or not isinstance(listing.content, tuple) or not listing.content:
        raise SettingsError(f"{path}: has no list `consoles`; a file of JSON lines must be named *.ndjson")
    return listing.content


def _lines(path: Path, problems: Problems) -> Iterator[RawValue]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: can't be read: {error.strerror}") from None
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            place = f"{path} line {number}"
            try:
                yield raw_value(orjson.loads(line), place, "", path.absolute().parent)
            except orjson.JSONDecodeError:
                problems.add_at(place, "", "not JSON")
