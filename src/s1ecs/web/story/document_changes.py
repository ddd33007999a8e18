"""Differences between consecutive states of an object, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from s1ecs.web.story.stored_items import StoredItem

# Of one change so many fields are told.
MOST_FIELDS = 25
_DEEPEST = 12
# What differs in every document, or tells of the collector and not of the object.
_SILENT = (
    "@timestamp",
    "agent",
    "data_stream",
    "ecs",
    "event.created",
    "event.ingested",
    "event.original",
    "input",
    "related",
    "tags",
)
_SILENT_ENDINGS = (".updated_at", ".last_active_date", ".last_update", ".timeline")
_MISSING = object()


@dataclass(frozen=True)
class FieldChange:
    """A field and its values before and after; None where it was not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class StateChange:
    """Differences between a state and the one before it; `more` counts differences beyond those told."""

    item: StoredItem
    fields: Sequence[FieldChange]
    more: int = 0


def state_changes(states: Sequence[StoredItem]) -> list[StateChange]:
    """Compare each state with the one before; `states` has the newest first, and so has what is returned."""
    found = []
    for newer, older in pairwise(states):
        fields = list(differences(older.document, newer.document))
        if fields:
            found.append(StateChange(newer, fields[:MOST_FIELDS], max(0, len(fields) - MOST_FIELDS)))
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    """Yield the fields that differ, in the order of their names."""
    yield from _differences(before, after, "", 0)


def _differences(before: Any, after: Any, path: str, depth: int) -> Iterator[FieldChange]:
    if path in _SILENT or path.endswith(_SILENT_ENDINGS):
        return
    if depth < _DEEPEST and isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            inner = f"{path}.{name}" if path else name
            yield from _differences(before.get(name, _MISSING), after.get(name, _MISSING), inner, depth + 1)
    elif depth < _DEEPEST and before is _MISSING and isinstance(after, dict) and after:
        yield from _differences({}, after, path, depth)
    elif depth < _DEEPEST and after is _MISSING and isinstance(before, dict) and before:
        yield from _differences(before, {}, path, depth)
    elif before != after:
        yield FieldChange(path, None if before is _MISSING else before, None if after is _MISSING else after)
