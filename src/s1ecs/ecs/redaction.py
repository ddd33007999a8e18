"""Fields that never leave the process.

Their values are taken out of the record before it is mapped: so no copy, no `related.*`, no text about a bad value, no
template and no `event.original` can hold them. What else sets such a field is taken out of the finished document. The
order is: identify the raw record, strip, map what is left, seal, clean.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from s1ecs.ecs.converters import Bad, Inexact, text_form
from s1ecs.ecs.lineage import RecordPath, sources_of
from s1ecs.ecs.mapper import Document
from s1ecs.ecs.table import FieldTable
from s1ecs.records import DEEPEST, Record

KeyForm = Callable[[str], str]

_GONE = object()
# An object with more keys than this is looked through each time, so that what is remembered stays small.
_LARGEST_SHAPE = 100


class Stripped(NamedTuple):
    """A record without what is redacted, and the text forms of what was taken out.

    `original_is_safe`: whether the record's text may be shown at all; else it goes into no document, dead letter or
    trace.
    """

    record: Record
    removed: frozenset[str]
    original_is_safe: bool = True


class Redaction:
    """Takes `fields`, names of document fields, out of one stream's records and documents; made once.

    `beside` are places of records that are taken out as well.
    """

    def __init__(self, table: FieldTable, fields: Sequence[str], beside: frozenset[RecordPath] = frozenset()) -> None:
        self._fields = tuple(RecordPath(field) for field in fields)
        self._paths = tuple(fields)
        self._key_form = table.key_form
        self._sources = sorted(
            beside.union(*(sources_of(table, field) for field in fields)), key=lambda source: source.path
        )

    @property
    def is_empty(self) -> bool:
        """True if no field is taken out, so that records and documents stay as they are."""
        return not self._fields and not self._sources

    @property
    def reaches_records(self) -> bool:
        """True if the records may hold any of the fields; if not, an object may be shown as received."""
        return bool(self._sources)

    def strip(self, record: Record) -> Stripped:
        """The record without the sources of the fields; the same record where it has none of them.

        Of a record that is no JSON object nobody knows what it holds: its original is not safe.
        """
        if not isinstance(record.value, dict):
            return Stripped(record, frozenset(), original_is_safe=not self._fields)
        taken: list[Any] = []
        value = self._stripped(record.value, taken)
        if value is record.value:
            return Stripped(record, frozenset())
        return Stripped(Record(value, lambda: self._stripped(record.exact(), []), record.flaws), _texts(taken))

    def unreadable(self) -> Stripped:
        """The same for a text that is not JSON."""
        return self.strip(Record(None, lambda: None))

    def clean(self, document: Document, stripped: Stripped) -> None:
        """Take the fields out of a sealed document in place, and every text that was taken out from `related.*`.

        An original that is not safe goes, too; the parser's reason in `error.message` quotes nothing of it.
        """
        # Of nearly all documents it takes two look-ups to tell that they hold none of the fields.
        if stripped.original_is_safe and not stripped.removed and not _reach(self._paths, document):
            return
        taken: list[Any] = []
        fields = self._fields if stripped.original_is_safe else (*self._fields, RecordPath("event.original"))
        kept = _Removal(None, taken).from_object(document, fields)
        removed = stripped.removed | _texts(taken)
        related = kept.get("related")
        if removed and related:
            left = {name: [text for text in texts if text not in removed] for name, texts in related.items()}
            kept = {**kept, "related": {name: texts for name, texts in left.items() if texts}}
            if not kept["related"]:
                del kept["related"]
        if kept is not document:
            document.clear()
            document.update(kept)

    def _stripped(self, value: Any, taken: list[Any]) -> Any:
        return _Removal(self._key_form, taken).from_object(value, self._sources)


def _reach(paths: tuple[str, ...], value: Any) -> bool:
    """Tell whether there may be something at any of the paths."""
    if type(value) is not dict or len(value) > _LARGEST_SHAPE:
        return type(value) is dict or type(value) is list
    steps = _next_steps(paths, tuple(value))
    return bool(steps) and any("" in rests or _reach(rests, value[key]) for key, rests in steps)


@lru_cache(maxsize=2000)
def _next_steps(paths: tuple[str, ...], keys: tuple[str, ...]) -> Sequence[tuple[str, tuple[str, ...]]]:
    """Give the keys that lie on paths, and what is left of the paths behind each."""
    steps: dict[str, list[str]] = {}
    for path in paths:
        for key, length in _keys_of_shape(path, None, keys):
            steps.setdefault(key, []).append(path[length + 1 :])
    return [(key, tuple(rests)) for key, rests in steps.items()]


class _Split(NamedTuple):
    """A text taken out that is a list with commas."""

    value: Any


@dataclass(frozen=True)
class _Removal:
    """Takes values out of JSON: objects along the paths are made anew, and left out where that empties them."""

    key_form: KeyForm | None
    taken: list[Any]

    def from_object(self, value: Any, sources: Iterable[RecordPath]) -> Any:
        """The object without what stands at the sources; itself where nothing does."""
        for source in sources:
            value = self._without(value, source, source.path)
            if value is _GONE:
                return {}
        return value

    def _without(self, value: Any, source: RecordPath, path: str, depth: int = 0) -> Any:
        """The value without what stands at `path` in it; _GONE where nothing is left."""
        goes_on = path or source.spared
        if isinstance(value, list) and goes_on and depth <= DEEPEST:
            members = [self._without(member, source, path, depth + 1) for member in value]
            if all(after is before for after, before in zip(members, value, strict=True)):
                return value
            return [member for member in members if member is not _GONE] or _GONE
        if isinstance(value, dict) and goes_on:
            return self._without_keys(value, source, path)
        if path and not isinstance(value, list):
            return value
        # The end of the path, or lists nested deeper than any document goes, in which nobody looks.
        self.taken.append(_Split(value) if source.split else value)
        return _GONE

    def _without_keys(self, value: Mapping[str, Any], source: RecordPath, path: str) -> Any:
        changed: dict[str, Any] = {}
        if path:
            for key, length in self._keys_on(path, value):
                changed[key] = self._without(value[key], source, path[length + 1 :])
            if not changed:
                return value
        else:
            changed = {key: _GONE for key in value if self._spelled(key) not in source.spared}
            self.taken.extend(value[key] for key in changed)
        if all(after is value[key] for key, after in changed.items()):
            return value
        kept = {key: changed.get(key, member) for key, member in value.items()}
        return {key: member for key, member in kept.items() if member is not _GONE} or _GONE

    def _keys_on(self, path: str, value: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
        """The keys on a path or beneath it, and how much of it each takes: one with dots takes several steps."""
        if len(value) > _LARGEST_SHAPE:
            return _keys_of_shape(path, self.key_form, tuple(value))
        return _known_shape(path, self.key_form, tuple(value))

    def _spelled(self, key: str) -> str:
        return key if self.key_form is None else self.key_form(key)


def _keys_of_shape(path: str, key_form: KeyForm | None, keys: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Choose of an object's keys those on a path or beneath it, with the length of what each takes of it."""
    lengths = {path[:end]: end for end, letter in enumerate(f"{path}.") if letter == "."}
    beneath = f"{path}."
    found = []
    for key in keys:
        name = key if key_form is None else key_form(key)
        if name in lengths:
            found.append((key, lengths[name]))
        elif name.startswith(beneath):
            found.append((key, len(path)))
    return tuple(found)


# Objects of a stream have few different sets of keys, and each is looked through once.
_known_shape = lru_cache(maxsize=2000)(_keys_of_shape)


def _texts(taken: Iterable[Any]) -> frozenset[str]:
    """The text forms of all scalars in the values, however deep they are nested."""
    texts: set[str] = set()
    ahead = list(taken)
    while ahead:
        value = ahead.pop()
        if isinstance(value, _Split):
            ahead += value.value.split(",") if isinstance(value.value, str) else [value.value]
        elif isinstance(value, dict):
            ahead += value.values()
        elif isinstance(value, list):
            ahead += value
        elif value is not None:
            # What has no text form, such as 1e400, is in no related list.
            with suppress(Bad, Inexact):
                texts.add(text_form(value))
    return frozenset(texts - {""})
