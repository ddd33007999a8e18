"""A unified alert as consoles write it, made ready for its table in one pass: renamed, without empties, converted.

Nearly all are like that. Any other is made ready step by step, by `prepare` of `unified_alert`. A record is not as
usual where leaving out its empties first would show in the document: an empty text that is a bad value, an object where
a row reads a text, a list with nothing in one of its places.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from s1ecs.ecs.converters import Bad
from s1ecs.streams.conversions import unified_alert_assets
from s1ecs.streams.conversions.snake_case import snake_case_names
from s1ecs.streams.conversions.unified_alert import CONVERSIONS, CONVERTERS

_DEEPEST = 20


class _UnusualRecord(Exception):
    """A record that is to be made ready step by step."""


class _Plan(NamedTuple):
    """The conversions of an object's own values, and the plans of the objects and of the lists of objects in it."""

    values: list[tuple[str, Callable[[Any], Any]]]
    objects: dict[str, "_Plan"]
    lists: dict[str, "_Plan"]


def _planned() -> _Plan:
    plan = _Plan([], {}, {})
    for conversion in CONVERSIONS:
        *around, key = conversion.path.split(".")
        part = plan
        for step in around:
            inside = part.lists if step.endswith("[]") else part.objects
            part = inside.setdefault(step.removesuffix("[]"), _Plan([], {}, {}))
        part.values.append((key, CONVERTERS[conversion.kind]))
    return plan


_PLAN = _planned()
_CONVERTED = frozenset(conversion.path.rpartition(".")[2] for conversion in CONVERSIONS)
# Keys at which an empty text is not the same as nothing, and at which no list may stand.
_EMPTY_COUNTS = unified_alert_assets.EMPTY_COUNTS | {
    conversion.path.rpartition(".")[2] for conversion in CONVERSIONS if not conversion.empty_skipped
}


def preparing(sources: Iterable[str]) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """Make the function that makes a usual record ready for rows of these sources; it gives None for any other."""
    read = {source.rpartition(".")[2] for source in sources if source}
    usual = _Usual(_CONVERTED | unified_alert_assets.KEYS | read)
    return usual.prepare


class _Usual:
    """Makes usual records ready; `leaves` are the keys whose values are texts, numbers or lists of texts."""

    def __init__(self, leaves: frozenset[str]) -> None:
        self._leaves = leaves

    def prepare(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """The record renamed, without empties and converted; None where it is not as usual."""
        try:
            prepared = self._object(record, 0)
            _convert(prepared, _PLAN)
        except (_UnusualRecord, Bad):
            return None
        return prepared

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        names = snake_case_names(value)
        if names is None or depth > _DEEPEST:
            raise _UnusualRecord
        kept: dict[str, Any] = {}
        for name, member in zip(names, value.values()):  # noqa: B905 - of one length, and strict takes longer
            kind = type(member)
            if kind is str:
                if member:
                    kept[name] = member
                elif name in _EMPTY_COUNTS:
                    raise _UnusualRecord
            elif kind is bool or kind is int:
                kept[name] = member
            elif member is not None and (inner := self._member(name, member, depth + 1)):
                kept[name] = inner
        return kept

    def _member(self, name: str, member: Any, depth: int) -> Any:
        """An object or a list in an object, without empties."""
        if name in self._leaves and not _is_text_list(member):
            raise _UnusualRecord
        if type(member) is list and name in _EMPTY_COUNTS:
            raise _UnusualRecord
        return self._inside(member, depth)

    def _inside(self, value: Any, depth: int) -> Any:
        """An object or a list of objects or texts without empties; a text about a bad value would quote any other."""
        if type(value) is dict:
            return self._object(value, depth)
        if type(value) is not list:
            raise _UnusualRecord
        if not value or _is_text_list(value):
            return value
        if not all(type(member) is dict for member in value):
            raise _UnusualRecord
        kept = [self._object(member, depth + 1) for member in value]
        if not all(kept):
            raise _UnusualRecord
        return kept


def _is_text_list(value: Any) -> bool:
    """Tell whether a value is a list of texts, none of them empty, and not empty itself."""
    return type(value) is list and bool(value) and all(type(member) is str and member for member in value)


def _convert(part: dict[str, Any], plan: _Plan) -> None:
    """Convert the values of an object and of all in it; raise Bad where one is bad."""
    for key, convert in plan.values:
        value = part.get(key)
        if value is not None:
            part[key] = convert(value)
    for key, inner in plan.objects.items():
        value = part.get(key)
        if type(value) is dict:
            _convert(value, inner)
    for key, inner in plan.lists.items():
        members = part.get(key)
        if type(members) is list:
            for member in members:
                if type(member) is dict:
                    _convert(member, inner)
