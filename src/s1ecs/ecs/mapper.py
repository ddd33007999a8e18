"""A table -> one mapper: record in, document out. Never an exception, always one document."""

from functools import cached_property
from typing import Any, NamedTuple

from s1ecs.ecs.codegen.compiler import MapRecord, compile_mapping
from s1ecs.ecs.converters import Inexact
from s1ecs.ecs.document_id import Identify, identity_of
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.table import FieldTable
from s1ecs.records import TOO_DEEP, Record, canonical, exact_form

Document = dict[str, Any]


class Mapped(NamedTuple):
    """A document; `failed` when it is a `pipeline_error` (`event.kind` tells)."""

    document: Document
    failed: bool = False


class Mapper:
    """Maps the records of one stream; built once, from its table.

    `locate` knows where addresses lie; `keep_duplicates` leaves the table's duplicate fields in the documents.
    """

    def __init__(self, table: FieldTable, locate: Locate | None = None, *, keep_duplicates: bool = False) -> None:
        self._table = table
        self._locate = locate
        self._keep_duplicates = keep_duplicates

    @cached_property
    def map_object(self) -> MapRecord:
        """The function that maps an object, with texts about it in a list; it raises Inexact where numbers count."""
        return compile_mapping(self._table, self._locate, keep_duplicates=self._keep_duplicates)

    @cached_property
    def _identify(self) -> Identify:
        return identity_of(self._table)

    def identify(self, record: Record) -> str:
        """The `_id` of a record's document; it depends on the raw record alone."""
        return self._identify(record)

    def map(self, record: Record) -> Mapped:
        """The document of a record; a record that is no JSON object becomes a `pipeline_error` document."""
        if not isinstance(record.value, dict):
            deep = TOO_DEEP in record.flaws
            return self._failure(f"not a JSON object: {TOO_DEEP if deep else _what_it_is(record.value)}")
        try:
            return Mapped(*self.map_object(record.value, [*record.flaws]))
        except Inexact:
            try:
                return Mapped(*self.map_object(record.exact(), [*record.flaws]))
            except Inexact:
                # Only a record nested deeper than the exact parser goes has no exact form.
                return self._failure(TOO_DEEP)

    def unreadable(self, reason: str) -> Mapped:
        """The `pipeline_error` document of a text that is not JSON; `reason` is the parser's."""
        return self._failure(f"not a JSON object: {reason}")

    def _failure(self, text: str) -> Mapped:
        kept = {row.target: row.value for row in self._table.rows if row.target in self._table.unreadable_keeps}
        event: Document = {target.removeprefix("event."): list(value) for target, value in kept.items()}
        event["kind"] = "pipeline_error"
        document: Document = {"ecs": {"version": self._table.ecs_version}, "event": event, "error": {"message": [text]}}
        return Mapped(document, failed=True)


def _what_it_is(value: Any) -> str:
    if value is None:
        return "it is null"
    names = {list: "a list", str: "a text", bool: "true or false"}
    return f"it is {names.get(type(value), 'a number')}"


def original(record: Record) -> str:
    """The record as one JSON text for `event.original`: compact, keys sorted, numbers as they were written."""
    return canonical(exact_form(record)).decode()
