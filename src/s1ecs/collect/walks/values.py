"""Values of a record by the path to them, for positions and names."""

from typing import Any

from s1ecs.ecs.values import Bad, date
from s1ecs.records import Record


def value_at(record: Record, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value = record.value
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def time_at(record: Record, path: str) -> str | None:
    """The time at a path, as text that compares as times do; None where there is none, or a bad one."""
    value = value_at(record, path)
    try:
        return None if value is None else date(value)
    except Bad:
        return None
