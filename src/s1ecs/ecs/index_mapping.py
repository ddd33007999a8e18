"""The exported fields of a stream as an index mapping, in the field types that a server has.

`dynamic` is false: a key that no row names stays in `_source` and is not indexed, so that it can neither add fields
without end nor refuse a document by a type that was guessed from the first one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from s1ecs.ecs.field_catalog import ExportedField, known_types

# What takes a type's place where a server lacks it, the nearest first. "unindexed" is an object that is only kept.
FALLBACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "constant_keyword": ("keyword",),
        "flattened": ("flat_object", "unindexed"),
        "match_only_text": ("text",),
        "scaled_float": ("double",),
        "wildcard": ("keyword",),
    }
)

# Every index has these, whether or not one of the stream's rows names them: the envelope, what the stack's own searches
# ask for, and what a document of a failed request holds.
BASE_FIELDS = (
    "@timestamp",
    "agent.id",
    "agent.name",
    "agent.type",
    "agent.version",
    "ecs.version",
    "error.code",
    "error.id",
    "error.message",
    "event.action",
    "event.category",
    "event.created",
    "event.id",
    "event.ingested",
    "event.kind",
    "event.original",
    "event.outcome",
    "event.type",
    "message",
    "related.hash",
    "related.hosts",
    "related.ip",
    "related.user",
    "tags",
)

# Constants that no document holds. OpenSearch finds by its constant_keyword, but names the index in a terms
# aggregation; so all others are keywords there.
HELD_BY_INDEX = frozenset({"event.module", "observer.vendor"})
# The same, with another value in indices of latest states: the word by which Elastic's dashboards tell them apart.
IS_SOURCE = "labels.is_transform_source"

_UNINDEXED = frozenset({"event.original"})  # the whole record as one text: ECS doesn't index it
_LONGEST_TERM = 1024  # characters, as in ECS; what is longer is kept but not found by this field
_LONGEST_LINE = 8191  # characters, since Lucene takes terms of 32,766 bytes and one of UTF-8 has up to four
_DEEPEST = 100  # levels; the mapper delivers no deeper ones
_SCALING = 1000

_PARAMETERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "keyword": {"ignore_above": _LONGEST_TERM},
        "flattened": {"depth_limit": _DEEPEST, "ignore_above": _LONGEST_TERM},
        "scaled_float": {"ignore_malformed": True, "scaling_factor": _SCALING},
        **{kind: {"ignore_malformed": True} for kind in ("date", "double", "float", "geo_point", "ip", "long")},
    }
)


@dataclass(frozen=True)
class Dialect:
    """Mapping features of a server; by default, everything that Elasticsearch has.

    `types` names the type that takes the place of one that the server lacks. `open_constants`: a constant_keyword may
    stand without a value, the first document sets it; where not, only what no document holds is one.
    `lenient_booleans`: boolean knows `ignore_malformed`.
    `wildcard_limit`: a wildcard field holds no more than a keyword would, and has buckets only if told to.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    open_constants: bool = True
    lenient_booleans: bool = True
    wildcard_limit: bool = False


def base_fields() -> tuple[ExportedField, ...]:
    """The fields that every index has, with the types of ECS."""
    types = known_types()
    return tuple(ExportedField(name, types[name], "") for name in BASE_FIELDS)


def mapping(
    fields: Iterable[ExportedField], dialect: Dialect, constants: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """The mapping of these fields; `constants` are values of constant_keyword fields, which the index holds itself.

    A field inside of another that is no plain object is left out: that one keeps it whole.
    """
    wanted = {each.name: each.type for each in fields} | dict.fromkeys(constants, "constant_keyword")
    properties: dict[str, Any] = {}
    for name, kind in sorted(wanted.items()):
        parents = name.split(".")[:-1]
        if any(wanted.get(".".join(parents[: depth + 1]), "object") != "object" for depth in range(len(parents))):
            continue
        constant = constants.get(name) if dialect.open_constants or name in HELD_BY_INDEX else None
        _put(properties, name, _field(name, kind, dialect, constant))
    return {"dynamic": False, "date_detection": False, "numeric_detection": False, "properties": properties}


def own_mapping(
    dialect: Dialect, *, latest: bool, names: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any] | None:
    """The mapping of one kind of a stream's indices: the mark by which dashboards tell latest states from all others.

    `names` are further names of fields. A server without constants has no mark; None where nothing is left.
    """
    properties: dict[str, Any] = {}
    if "constant_keyword" not in dialect.types:
        _put(properties, IS_SOURCE, {"type": "constant_keyword", "value": "false" if latest else "true"})
    for name, field_ in names.items():
        _put(properties, name, {"type": "alias", "path": field_})
    return {"properties": properties} if properties else None


def replaced(fields: Iterable[ExportedField], dialect: Dialect) -> dict[str, list[str]]:
    """The names of the fields whose type the server lacks, by that type."""
    found: dict[str, list[str]] = {}
    for each in fields:
        if each.type in dialect.types:
            found.setdefault(each.type, []).append(each.name)
    return {kind: sorted(set(names)) for kind, names in sorted(found.items())}


def _put(properties: dict[str, Any], name: str, definition: dict[str, Any]) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        properties = properties.setdefault(parent, {"properties": {}}).setdefault("properties", {})
    properties[last] = definition


def _field(name: str, kind: str, dialect: Dialect, constant: str | None) -> dict[str, Any]:
    if name in _UNINDEXED:
        return {"type": "keyword", "index": False, "doc_values": False}
    if name == "@timestamp":
        return {"type": "date"}  # of a data stream: no server takes ignore_malformed there
    definition = _typed(kind, dialect, constant)
    if f"{name}.text" in known_types():
        definition["fields"] = {"text": _typed(known_types()[f"{name}.text"], dialect, None)}
    return definition


def _typed(kind: str, dialect: Dialect, constant: str | None) -> dict[str, Any]:
    used = dialect.types.get(kind, kind)
    if used == "constant_keyword":
        if constant is not None:
            return {"type": used, "value": constant}
        used = used if dialect.open_constants else "keyword"
    if used == "unindexed":
        return {"type": "object", "enabled": False}
    definition = {"type": used, **_PARAMETERS.get(used, {})}
    if used == "boolean" and dialect.lenient_booleans:
        definition["ignore_malformed"] = True
    if kind == "wildcard" and (used == "keyword" or dialect.wildcard_limit):
        definition["ignore_above"] = _LONGEST_LINE
    if used == "wildcard" and dialect.wildcard_limit:
        # Without them a terms aggregation finds nothing, and says nothing.
        definition["doc_values"] = True
    return definition
