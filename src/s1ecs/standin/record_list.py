"""The list of one stream, its records made when somebody first asks for them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from s1ecs.standin import pages
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.pages import PageRequest
from s1ecs.standin.shelf import Shelf

ReadAside = Mapping[str, str]


def _no_aside(_record: JsonObject) -> ReadAside:
    return {}


class Listed(Protocol):
    """List that can be paged through and counted."""

    def shelf(self) -> Shelf:
        """Return all records that there are by now."""
        ...

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Translate parameters, already checked, into a page of the list."""
        ...


class RecordList:
    """Records that stay as they are; `records` is called once. `aside` gives what a shelf keeps beside a record."""

    def __init__(
        self,
        fields: FieldPaths,
        records: Callable[[], Iterable[JsonObject]],
        aside: Callable[[JsonObject], ReadAside] = _no_aside,
    ) -> None:
        self._fields = fields
        self._records = records
        self._aside = aside
        self._shelf: Shelf | None = None

    def shelf(self) -> Shelf:
        """Return all records."""
        if self._shelf is None:
            self._shelf = Shelf(self._fields.identity)
            for record in self._records():
                self._shelf.add(record, self._aside(record))
        return self._shelf

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Translate parameters, already checked, into a page of the list."""
        return self._fields.page(given)


def answer(listed: Listed, given: Mapping[str, Any]) -> bytes:
    """Return the body of the answer for a list; raises Refusal for a cursor that is none of this list."""
    return pages.answer(listed.shelf(), listed.page(given))
