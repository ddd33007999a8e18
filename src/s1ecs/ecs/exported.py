"""The exported fields of a stream: every field that its documents may have, with type and meaning, from its table."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from s1ecs.ecs import envelope
from s1ecs.ecs.table import Row, Table

RELATED_MEANING: Mapping[str, str] = MappingProxyType(
    {
        "hash": "All hashes of the document.",
        "hosts": "All host names of the document.",
        "ip": "All addresses of the document.",
        "user": "All user names of the document.",
    }
)

_TYPES_BY_KIND: Mapping[str, str] = MappingProxyType(
    {"date": "date", "long": "long", "boolean": "boolean", "ip": "ip"}  # every other kind is a keyword
)


@dataclass(frozen=True)
class ExportedField:
    """One field: its name, its index type and what it means."""

    name: str
    type: str
    meaning: str


def exported_fields(table: Table) -> tuple[ExportedField, ...]:
    """All fields of a table's documents, the envelope's included, by name."""
    fields = {field.name: ExportedField(*field) for field in envelope.FIELDS}
    for row in table.rows:
        for target in row.targets:
            fields.setdefault(target, ExportedField(target, index_type(row, target), row.meaning))
        if row.related:
            name = f"related.{row.related}"
            fields.setdefault(name, ExportedField(name, ecs_types()[name], RELATED_MEANING[row.related]))
    return tuple(fields[name] for name in sorted(fields))


def index_type(row: Row, target: str) -> str:
    """The index type of a row's target: by ECS 8.11 where it is an ECS field, else by the row's kind."""
    return ecs_types().get(target) or _TYPES_BY_KIND.get(row.kind, "keyword")


@cache
def ecs_types() -> Mapping[str, str]:
    """Every field of ECS 8.11.0 with its type."""
    with files(__package__).joinpath("ecs-8.11.0.csv").open(encoding="utf-8") as lines:
        return MappingProxyType({row["field"]: row["type"] for row in csv.DictReader(lines)})
