"""Conditions of a list as plain Python over documents: what the page's SQL must agree with."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import orjson

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.questions.list_view import BY_STREAM

_SEVERITIES = {"critical": 99, "high": 73, "medium": 47, "low": 21}


@dataclass(frozen=True)
class Stored:
    """A document as it was stored: `row` counts all documents of a store; `gone` is an entity off the console."""

    row: int
    id: str
    console: str
    stream: str
    document: Mapping[str, Any]
    latest: bool = False
    gone: bool = False

    @property
    def time(self) -> str | None:
        """The time of the document."""
        found: str | None = self.document.get("@timestamp")
        return found

    def value(self, column: str) -> Any:
        """Return the value of a column: that of the first of its fields which is there; an empty text is none."""
        if column in {"id", "console", "time"}:
            return getattr(self, column)
        paths = dict(store_tables()[self.stream].columns)[column]
        found = next((value for path in paths if (value := _at(self.document, path)) is not None), None)
        return None if found == "" else found

    def members(self, column: str) -> Sequence[Any]:
        """Return the values of a column where each member of a list is one; [None] for no value."""
        value = self.value(column)
        return list(dict.fromkeys(value)) if isinstance(value, list) and value else [value]


@dataclass(frozen=True)
class Wanted:
    """Conditions of a list, as a person means them."""

    stream: str
    filters: Sequence[tuple[str, str]] = ()
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""
    current: bool = False
    gone: bool = False
    visible: Sequence[str] | None = None
    parameters: Sequence[tuple[str, str]] = field(default=())


def matching(documents: Sequence[Stored], wanted: Wanted) -> list[Stored]:
    """Return the documents of a list, in the order in which they were stored."""
    return [each for each in documents if _matches(each, wanted, documents)]


def by_value(documents: Sequence[Stored], column: str) -> Counter[Any]:
    """Count documents by a column; where it may hold several values, by each of them."""
    many = bool(documents) and column in BY_STREAM[documents[0].stream].many
    return Counter(
        _hashable(value) for each in documents for value in (each.members(column) if many else [each.value(column)])
    )


def by_hour(documents: Sequence[Stored], column: str) -> Counter[tuple[str, Any]]:
    """Count documents that have a time by the hour and a column, all as one where it is ""."""
    return Counter(
        (each.time[:13], _hashable(each.value(column)) if column else None)
        for each in documents
        if each.time is not None
    )


def superseded(each: Stored, documents: Sequence[Stored]) -> bool:
    """Tell whether a newer document of the same object is there; one without a time is neither newer nor older."""
    view = BY_STREAM[each.stream]
    if not view.key or each.time is None or each.value(view.key) is None:
        return False
    return any(
        other.stream == each.stream
        and other.console == each.console
        and other.time is not None
        and (other.time, other.row) > (each.time, each.row)
        and other.value(view.key) == each.value(view.key)
        for other in documents
    )


def _matches(each: Stored, wanted: Wanted, documents: Sequence[Stored]) -> bool:
    view = BY_STREAM[wanted.stream]
    if each.stream != wanted.stream or (wanted.visible is not None and each.console not in wanted.visible):
        return False
    if view.latest:
        if not each.latest or (each.gone and not wanted.gone):
            return False
    elif not _within(each.time, wanted):
        return False
    groups: dict[str, list[str]] = {}
    for name, text in wanted.filters:
        groups.setdefault(name, []).append(text)
    for name, texts in groups.items():
        column = name.removeprefix("not.")
        values = each.members(column) if column in view.many else [each.value(column)]
        hit = any(_is(value, column, text) for value in values for text in texts)
        if hit == name.startswith("not."):
            return False
    if wanted.word and wanted.word not in _words(each.document):
        return False
    return not (wanted.current and superseded(each, documents))


def _within(time: str | None, wanted: Wanted) -> bool:
    if wanted.since is None and wanted.until is None:
        return True
    if time is None:
        return False
    moment = datetime.fromisoformat(time)
    return (wanted.since is None or moment >= wanted.since) and (wanted.until is None or moment < wanted.until)


def _is(value: Any, column: str, text: str) -> bool:
    if text == "" or value is None:
        return text == "" and value is None
    if isinstance(value, bool):
        # Patterns see truth values as the numbers that the store keeps.
        value = int(value) if "*" in text else str(value).lower()
    if isinstance(value, int | float) and column == "severity":
        text = str(_SEVERITIES.get(text.lower(), text))
    shown = _hashable(value) if isinstance(value, list | dict) else str(value)
    if "*" in text:
        pattern = "".join(f"[{sign}]" if sign in "[?" else sign for sign in text)
        return shown == text or fnmatchcase(shown, pattern)
    return shown == text or (isinstance(value, float) and text == f"{value:g}")


def _words(value: Any) -> set[str]:
    return {word for text in _texts(value) for word in text.lower().split()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def _hashable(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value
