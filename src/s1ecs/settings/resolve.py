"""From what was given to values: each setting read by its kind, the nearest source counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from s1ecs.settings.layers import Layer
from s1ecs.settings.raw_values import Problems, RawValue
from s1ecs.settings.setting import Setting
from s1ecs.settings.value_types import ValueType

DEFAULT_PLACE = "default"


@dataclass(frozen=True)
class ResolvedValue:
    """A value and the place it was written at, `default` where it was nowhere."""

    value: Any
    place: str = DEFAULT_PLACE


def resolve(row: Setting, layers: Iterable[Layer], problems: Problems) -> ResolvedValue:
    """Read a setting wherever it is given; of layers in rising order the last counts, though all must be right."""
    found = ResolvedValue(row.default)
    for layer in layers:
        given = layer.get(row.name)
        if given is not None:
            found = ResolvedValue(read(row.kind, given, problems), given.place)
    return found


def read(kind: ValueType, given: RawValue, problems: Problems) -> Any:
    """Read one value; None when it is wrong, which is then among the problems."""
    if not kind.many:
        return _read_one(kind, given, problems)
    if isinstance(given.content, str):
        texts = [text for text in given.content.split(",") if text.strip()]
        items = [RawValue(given.place, given.key, given.folder, text) for text in texts]
    elif isinstance(given.content, tuple):
        items = list(given.content)
    else:
        problems.add(given, f"must be a list, not {given.shape()}; allowed: {kind.allowed}")
        return None
    return tuple(_read_one(kind, item, problems) for item in items)


def _read_one(kind: ValueType, given: RawValue, problems: Problems) -> Any:
    if not isinstance(given.content, str):
        problems.add(given, f"must be one value, not {given.shape()}; allowed: {kind.allowed}")
        return None
    try:
        return kind.read(given.content, given.folder)
    except ValueError as problem:
        problems.add(given, str(problem))
        return None
