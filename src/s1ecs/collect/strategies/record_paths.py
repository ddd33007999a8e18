"""Values of a record by the path to them, for positions and names."""

from functools import cache
from typing import Any

from s1ecs.ecs.converters import Bad
from s1ecs.ecs.dates import date
from s1ecs.records import Record, canonical


def value_at(record: Record, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value = record.value
    for step in _steps(path):
        value = value.get(step) if isinstance(value, dict) else None
    return value


@cache
def _steps(path: str) -> list[str]:
    """Split a path; paths are those of the tables of streams, and each is asked for with every record."""
    return path.split(".")


def text_of(value: Any) -> str:
    """The text of a value that names something: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else canonical(value).decode()


def time_at(record: Record, path: str) -> str | None:
    """The time at a path, as text that compares as times do; None where there is none, or a bad one."""
    value = value_at(record, path)
    # What is no text is no time, and a number may be one that has no text before the record is read again.
    if not isinstance(value, str):
        return None
    try:
        return date(value)
    except Bad:
        return None
