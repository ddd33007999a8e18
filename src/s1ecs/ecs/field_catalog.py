"""The exported fields of a stream: every field that its documents may have, with type and meaning, from its table."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from s1ecs.ecs import envelope, geoip
from s1ecs.ecs.table import FieldRow, FieldTable, Inner, Layout

RELATED_MEANING: Mapping[str, str] = MappingProxyType(
    {
        "related.hash": "All hashes of the document.",
        "related.hosts": "All host names of the document.",
        "related.ip": "All addresses of the document.",
        "related.user": "All user names of the document.",
    }
)

DOMAIN_MEANING = "Domain of the user: what stands before the first backslash of the user's name."

# A layout's types by ECS. No field has one type in one of them and another in the other.
_ECS: Mapping[Layout, str] = MappingProxyType({1: "ecs-8.11.0.csv", 2: "ecs-9.3.0.csv"})

_TYPES_BY_KIND: Mapping[str, str] = MappingProxyType(
    {kind: kind for kind in ("boolean", "date", "double", "float", "ip", "long")}  # every other kind is a keyword
)


@dataclass(frozen=True)
class ExportedField:
    """One field: its name, its index type and what it means."""

    name: str
    type: str
    meaning: str


def exported_fields(table: FieldTable) -> tuple[ExportedField, ...]:
    """All fields of a table's documents, the envelope's included, by name."""
    fields: dict[str, ExportedField] = {}
    for row in table.rows:
        for field in _of_row(row, table.layout):
            fields.setdefault(field.name, field)
    for around in envelope.FIELDS:
        fields.setdefault(around.name, ExportedField(*around))
    return tuple(fields[name] for name in sorted(fields))


def index_type(row: FieldRow, target: str, layout: Layout = 1) -> str:
    """The index type of a row's target: as the row says, else by ECS where it is one of its fields, else by kind.

    What a row says does not hold for its copies.
    """
    if row.index_type is not None and target == row.target:
        return row.index_type
    return known_types(layout).get(target) or _TYPES_BY_KIND.get(row.kind, "keyword")


def full_name(row: FieldRow, inner: Inner) -> str:
    """The whole name of a field inside or beside of a row's target."""
    return f"{row.target}{inner.name}" if inner.name.startswith(".") else inner.name


def _of_row(row: FieldRow, layout: Layout) -> Iterator[ExportedField]:
    if row.kind == "geo":
        for name, meaning in geoip.FIELDS.items():
            field = f"{row.target}.{name}"
            yield ExportedField(field, known_types(layout)[field], meaning)
        return
    # What has fields of its own inside is an object, unless the row says how it is indexed.
    is_object = row.index_type is None and any(inner.name.startswith(".") for inner in row.inner)
    for target in row.targets:
        if not (is_object and target == row.target):
            yield ExportedField(target, index_type(row, target, layout), row.meaning)
    if row.domain:
        yield ExportedField(row.domain, known_types(layout)[row.domain], DOMAIN_MEANING)
    for inner in row.inner:
        name = full_name(row, inner)
        yield ExportedField(name, inner.type, RELATED_MEANING.get(name, inner.meaning))
    if row.related:
        name = f"related.{row.related}"
        yield ExportedField(name, known_types(layout)[name], RELATED_MEANING[name])


@cache
def known_types(layout: Layout = 1) -> Mapping[str, str]:
    """Every field of the layout's ECS with its type, and the few beside ECS that Elastic's integration puts there."""
    return MappingProxyType({**_types(_ECS[layout]), **_types("custom-fields.csv")})


def _types(file: str) -> dict[str, str]:
    with files(__package__).joinpath(file).open(encoding="utf-8") as lines:
        return {row["field"]: row["type"] for row in csv.DictReader(lines)}
