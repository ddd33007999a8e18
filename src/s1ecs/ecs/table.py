"""The words that a stream's table is written in: one function a kind of value, each making one row.

A row reads aloud: kind, target, source, what it means. `copies` are further targets of the converted value, `related`
is the `related.*` list it is appended to. Order of rows = order of `related.*` and of `error.message`. A source is a
path into the record; "" is the whole record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from s1ecs.ecs.related import Texts

RowKind = Literal[
    "boolean",
    "constant",
    "date",
    "double",
    "float",
    "function",
    "geo",
    "ip",
    "joined",
    "keyword",
    "long",
    "lower case",
    "os type",
    "rest",
    "template",
    "text",
    "words",
]
Related = Literal["hash", "hosts", "ip", "user"]
Layout = Literal[1, 2]

BOTH_LAYOUTS: frozenset[Layout] = frozenset({1, 2})


class Inner(NamedTuple):
    """A field that a row sets beside its target, or that lies inside of what it keeps whole.

    `name` begins with a dot where it lies in the row's target. `source` is where its value comes from, a path inside
    of the row's source with lists passed through; None: the name without its dot; "": from none that could be named. A
    field that may come from several places stands there once for each.
    """

    name: str
    type: str
    meaning: str
    source: str | None = None


@dataclass(slots=True)
class Found:
    """Result of a function row: fields to set, texts for `error.message`, `related.*` lists to append to.

    `is_whole`: what the function returns holds no empties, so that nobody has to look for them.
    """

    fields: dict[str, Any]
    problems: list[str]
    related: Mapping[str, Texts]
    is_whole: bool = False


Function = Callable[[Any, Found], Any]


@dataclass(frozen=True)
class FieldRow:
    """One field of a document: where it comes from and how its value is converted.

    `domain` is the field that the part of a text before its first backslash goes to. `layouts` are those that have the
    row, `in_layout_2` is the row as it is there, None where it is the same. `setting` names the setting of a console
    without which documents do not have the field.
    """

    kind: RowKind
    target: str
    source: str = ""
    meaning: str = ""
    copies: tuple[str, ...] = ()
    related: Related | None = None
    only_if_unset: bool = False
    overwrites: bool = False
    one_of: frozenset[str] = frozenset()
    as_list: bool = False
    split: bool = False
    lenient: bool = False
    empty: Literal["bad", "skipped"] | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    not_text: Literal["absent", "bad", "fails"] = "absent"
    value: Any = None
    keeps: frozenset[str] = frozenset()
    function: Function | None = None
    uncleaned: bool = False
    inner: tuple[Inner, ...] = ()
    index_type: str | None = None
    domain: str = ""
    layouts: frozenset[Layout] = BOTH_LAYOUTS
    in_layout_2: "FieldRow | None" = None
    setting: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The row's own target and its copies."""
        return (self.target, *self.copies) if self.target else self.copies


def constant(target: str, value: Any, meaning: str) -> FieldRow:
    """The same value in every document."""
    return FieldRow("constant", target, meaning=meaning, value=value)


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
    inner: tuple[Inner, ...] = (),
    index_type: str | None = None,
    domain: str = "",
) -> FieldRow:
    """Any JSON value, unchanged; with `one_of` only a text of that set; with `overwrites` its copies replace.

    Of a text with a backslash, the part before the first one goes to the field `domain`, the rest to the row's own.
    """
    return FieldRow(
        "keyword",
        target,
        source,
        meaning,
        copies,
        related,
        only_if_unset=only_if_unset,
        overwrites=overwrites,
        one_of=one_of,
        inner=inner,
        index_type=index_type,
        domain=domain,
    )


def text(target: str, source: str, meaning: str, *, copies: tuple[str, ...] = ()) -> FieldRow:
    """Any scalar as text, an object in the form that Java writes."""
    return FieldRow("text", target, source, meaning, copies)


def date(
    target: str,
    source: str,
    meaning: str,
    *,
    copies: tuple[str, ...] = (),
    overwrites: bool = False,
    lenient: bool = False,
    index_type: str | None = None,
) -> FieldRow:
    """ISO 8601 text, delivered as UTC with milliseconds; `lenient` takes months, days and hours of one digit."""
    return FieldRow(
        "date", target, source, meaning, copies, overwrites=overwrites, lenient=lenient, index_type=index_type
    )


def long(
    target: str,
    source: str,
    meaning: str,
    *,
    copies: tuple[str, ...] = (),
    empty: Literal["bad", "skipped"] = "bad",
) -> FieldRow:
    """A 64-bit integer or its text."""
    return FieldRow("long", target, source, meaning, copies, empty=empty)


def boolean(target: str, source: str, meaning: str, *, index_type: str | None = None) -> FieldRow:
    """True, false, or that word as text."""
    return FieldRow("boolean", target, source, meaning, index_type=index_type)


def double(
    target: str, source: str, meaning: str, *, copies: tuple[str, ...] = (), index_type: str | None = None
) -> FieldRow:
    """A number or its text."""
    return FieldRow("double", target, source, meaning, copies, index_type=index_type)


def float32(target: str, source: str, meaning: str, *, index_type: str | None = None) -> FieldRow:
    """A number or its text, rounded to 32 bits and written with the fewest digits that name it; "" is skipped."""
    return FieldRow("float", target, source, meaning, empty="skipped", index_type=index_type)


def ip(
    target: str,
    source: str,
    meaning: str,
    *,
    copies: tuple[str, ...] = (),
    related: Related | None = None,
    as_list: bool = False,
    split: bool = False,
) -> FieldRow:
    """An IPv4 or IPv6 address as text.

    `as_list` delivers a list of one, to which a later row of the same target adds what is not there yet; `split`
    takes a text with commas and delivers a list.
    """
    return FieldRow("ip", target, source, meaning, copies, related, as_list=as_list, split=split)


def geo(target: str, source: str, meaning: str, *, only_if_unset: bool = False) -> FieldRow:
    """Location of an address, from the user's MaxMind City database."""
    return FieldRow("geo", target, source, meaning, only_if_unset=only_if_unset)


def joined(target: str, source: str, meaning: str) -> FieldRow:
    """The members of a list as one text with commas; what is no list does nothing."""
    return FieldRow("joined", target, source, meaning)


def os_type(target: str, source: str, meaning: str) -> FieldRow:
    """The first of ECS's operating-system words that the lower-cased text contains; no text: the record fails."""
    return FieldRow("os type", target, source, meaning)


def lower_case(target: str, source: str, meaning: str) -> FieldRow:
    """A text in lower case; what is no text fails the record."""
    return FieldRow("lower case", target, source, meaning)


def words(
    target: str,
    source: str,
    meaning: str,
    table: Mapping[str, Any],
    *,
    otherwise: Any = None,
    not_text: Literal["absent", "bad", "fails"] = "absent",
) -> FieldRow:
    """The table's value for a word, compared in any letter case.

    `otherwise` stands for another word and for an absent source; `not_text` says what a value does that is no text.
    """
    return FieldRow(
        "words",
        target,
        source,
        meaning,
        words=MappingProxyType({word.lower(): value for word, value in table.items()}),
        otherwise=otherwise,
        not_text=not_text,
    )


# The numbers of Elastic's detection rules.
SEVERITIES: Mapping[str, int] = MappingProxyType({"low": 21, "medium": 47, "high": 73, "critical": 99})


def severity(
    target: str, source: str, meaning: str, *, not_text: Literal["absent", "bad", "fails"] = "absent"
) -> FieldRow:
    """A severity word as the number that Elastic's detection rules give it."""
    return words(target, source, meaning, SEVERITIES, not_text=not_text)


def template(target: str, form: str, meaning: str) -> FieldRow:
    """A text with fields of the document in braces, `{host.name}`; only if all of them are set."""
    return FieldRow("template", target, meaning=meaning, value=form)


def rest(target: str, source: str, meaning: str, *, keeps: frozenset[str] = frozenset()) -> FieldRow:
    """Rest of the object: all that no other row names, and the keys in `keeps` even if a row names them."""
    return FieldRow("rest", target, source, meaning, keeps=keeps, index_type="flattened")


def function(
    target: str, source: str, meaning: str, work: Function, *inner: Inner, uncleaned: bool = False
) -> FieldRow:
    """Value computed by a named function, which returns what goes to `target` (None, or "" as target: nothing).

    Other fields it puts into `Found.fields`; all of them stand in `inner`. It may raise WholeRecordFailure. With
    `uncleaned` it gets its value with empties in any table.
    """
    return FieldRow("function", target, source, meaning, function=work, inner=inner, uncleaned=uncleaned)


def within(source: str, own: str, *rows: FieldRow) -> tuple[FieldRow, ...]:
    """Rows whose sources lie in the record's object `source`; a target that begins with a dot lies in `own`."""

    def full(target: str) -> str:
        return f"{own}{target}" if target.startswith(".") else target

    def placed(row: FieldRow) -> FieldRow:
        return replace(
            row,
            source=".".join(filter(None, (source, row.source))),
            target=full(row.target),
            copies=tuple(map(full, row.copies)),
            in_layout_2=row.in_layout_2 and placed(row.in_layout_2),
        )

    return tuple(map(placed, rows))


@dataclass(frozen=True)
class FieldTable:
    """All that turns one stream's records into documents.

    `identity`: the paths of the record whose texts make the `_id`; empty, or all absent, or `identity_needs` absent
    means the whole record, without the keys `identity_without`. `identity_2` gives other paths for the records of
    layout 2 that have its first.
    `unreadable_keeps`: constants that a document has even when its record is no JSON object.
    `cleaned`: empties are taken out of the record before all else, its `_id` included.
    `key_form`: how the record's keys are spelled in the rows' sources, where that differs; redaction compares by it.
    `prepare`: makes the record ready before the rows read it, with texts for `error.message` in its list.
    `prepare_usual`: does the same faster for a record without anything odd, and leaves out its empties; it gives None
    for any other record, and the documents are the same without it.
    `empty_skipped`: kinds under which "" does nothing, where it is else a bad value.
    `one_text_per_address`: a bad address is named by the geo row alone, not again by the ip row of the same source.
    `bad_value_fails`: any text in `error.message` makes the document a `pipeline_error`.
    `duplicates`: own fields whose ECS copy exists, `[]` behind a list; left out unless they are asked for.
    `layout`: the one that rows and identity stand for; a stream declares those of both, see `layouts.py`.
    """

    rows: tuple[FieldRow, ...]
    identity: tuple[str, ...]
    ecs_version: str = "8.11.0"
    identity_needs: str = ""
    identity_without: frozenset[str] = frozenset()
    identity_2: tuple[str, ...] = ()
    unreadable_keeps: tuple[str, ...] = ()
    cleaned: bool = False
    key_form: Callable[[str], str] | None = None
    prepare: Callable[[dict[str, Any], list[str]], dict[str, Any]] | None = None
    prepare_usual: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None
    empty_skipped: frozenset[RowKind] = frozenset()
    one_text_per_address: bool = False
    bad_value_fails: bool = False
    duplicates: tuple[str, ...] = ()
    layout: Layout = 1
