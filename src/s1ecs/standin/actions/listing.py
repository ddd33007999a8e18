"""Lists of what actions brought into being."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.pages import PageRequest
from s1ecs.standin.shelf import Condition, Shelf


@dataclass(frozen=True)
class ListedItems:
    """A list of the records of a shelf; `conditions` must be met beside those that the parameters name."""

    fields: FieldPaths
    records: Shelf
    conditions: tuple[Condition, ...] = ()

    def shelf(self) -> Shelf:
        """Return all records."""
        return self.records

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Translate parameters, already checked, into a page of the list."""
        return self.fields.page(given, *self.conditions)
