"""The words that a stream's table is written in: one function a kind of value, each making one row.

A row reads aloud: kind, target, source, what it means. `copies` are further targets of the converted value, `related`
is the `related.*` list it is appended to. Order of rows = order of `related.*` and of `error.message`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["constant", "keyword", "date", "long", "boolean", "ip", "os type", "words"]
Related = Literal["hash", "hosts", "ip", "user"]


@dataclass(frozen=True)
class Row:
    """One field of a document: where it comes from and how its value is converted."""

    kind: Kind
    target: str
    source: str = ""
    meaning: str = ""
    copies: tuple[str, ...] = ()
    related: Related | None = None
    only_if_unset: bool = False
    overwrites: bool = False
    one_of: frozenset[str] = frozenset()
    as_list: bool = False
    words: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None

    @property
    def targets(self) -> tuple[str, ...]:
        """The row's own target and its copies."""
        return (self.target, *self.copies)


def constant(target: str, value: Any, meaning: str) -> Row:
    """The same value in every document."""
    return Row("constant", target, meaning=meaning, value=value)


def keyword(
    target: str,
    source: str,
    meaning: str,
    *,
    copies: tuple[str, ...] = (),
    related: Related | None = None,
    only_if_unset: bool = False,
    overwrites: bool = False,
    one_of: frozenset[str] = frozenset(),
) -> Row:
    """Any JSON value, unchanged; with `one_of` only a text of that set; with `overwrites` its copies replace."""
    return Row(
        "keyword",
        target,
        source,
        meaning,
        copies,
        related,
        only_if_unset=only_if_unset,
        overwrites=overwrites,
        one_of=one_of,
    )


def date(target: str, source: str, meaning: str) -> Row:
    """ISO 8601 text, delivered as UTC with milliseconds."""
    return Row("date", target, source, meaning)


def long(target: str, source: str, meaning: str) -> Row:
    """A 64-bit integer or its text."""
    return Row("long", target, source, meaning)


def boolean(target: str, source: str, meaning: str) -> Row:
    """True, false, or that word as text."""
    return Row("boolean", target, source, meaning)


def ip(target: str, source: str, meaning: str, *, related: Related | None = None, as_list: bool = False) -> Row:
    """An IPv4 or IPv6 address as text; `as_list` delivers a list of one."""
    return Row("ip", target, source, meaning, related=related, as_list=as_list)


def os_type(target: str, source: str, meaning: str) -> Row:
    """The first of ECS's operating-system words that the lower-cased text contains; no text: the record fails."""
    return Row("os type", target, source, meaning)


def words(target: str, source: str, meaning: str, table: Mapping[str, Any]) -> Row:
    """The table's value for a word, compared in any letter case; another word, or no text: absent."""
    return Row("words", target, source, meaning, words=MappingProxyType(dict(table)))


# The numbers of Elastic's detection rules.
SEVERITIES: Mapping[str, int] = MappingProxyType({"low": 21, "medium": 47, "high": 73, "critical": 99})


def severity(target: str, source: str, meaning: str) -> Row:
    """A severity word as the number that Elastic's detection rules give it."""
    return words(target, source, meaning, SEVERITIES)


def within(source: str, own: str, *rows: Row) -> tuple[Row, ...]:
    """Rows whose sources lie in the record's object `source`; a target that begins with a dot lies in `own`."""

    def full(target: str) -> str:
        return f"{own}{target}" if target.startswith(".") else target

    return tuple(
        replace(
            row,
            source=f"{source}.{row.source}" if source else row.source,
            target=full(row.target),
            copies=tuple(map(full, row.copies)),
        )
        for row in rows
    )


@dataclass(frozen=True)
class Table:
    """All that turns one stream's records into documents.

    `identity`: the paths of the record whose texts make the `_id`; empty or all absent means the whole record.
    `unreadable_keeps`: constants that a document has even when its record is no JSON object.
    """

    ecs_version: str
    rows: tuple[Row, ...]
    identity: tuple[str, ...]
    unreadable_keeps: tuple[str, ...] = ()
