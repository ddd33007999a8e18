"""Mappings from field tables alone."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from s1ecs.ecs.field_catalog import ExportedField, exported_fields, known_types
from s1ecs.ecs.index_mapping import BASE_FIELDS, Dialect, base_fields, mapping, replaced
from s1ecs.streams import STREAMS

ELASTICSEARCH = Dialect()
OPENSEARCH = Dialect({"flattened": "flat_object", "scaled_float": "double"}, open_constants=False, wildcard_limit=True)
SMALL = Dialect(
    {
        "constant_keyword": "keyword",
        "flattened": "unindexed",
        "match_only_text": "text",
        "scaled_float": "double",
        "wildcard": "keyword",
    },
    lenient_booleans=False,
)


def field(name: str, kind: str) -> ExportedField:
    """A field without a meaning."""
    return ExportedField(name, kind, "")


def leaves(properties: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All fields of a mapping, by their whole name."""
    for name, definition in properties.items():
        if "properties" in definition:
            yield from leaves(definition["properties"], f"{path}{name}.")
        else:
            yield f"{path}{name}", definition


def one(kind: str, dialect: Dialect = ELASTICSEARCH, constants: Mapping[str, str] | None = None) -> Any:
    """How a field `thing` of this type is mapped."""
    return mapping([field("thing", kind)], dialect, constants or {})["properties"]["thing"]


@pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda stream: stream.name)
def test_every_field_has_its_type(stream: Any) -> None:
    """The mapping has each exported field of the stream, and no other, with its own type."""
    fields = {each.name: each.type for each in exported_fields(stream.table)}
    mapped = dict(leaves(mapping(exported_fields(stream.table), ELASTICSEARCH)["properties"]))
    assert {name: definition["type"] for name, definition in mapped.items()} == fields


def test_new_keys_are_kept_and_never_typed() -> None:
    """`dynamic` is false for the whole document, so that no value is guessed a type from."""
    made = mapping([field("a.b", "keyword")], ELASTICSEARCH)
    assert made["dynamic"] is False
    assert "dynamic" not in made["properties"]["a"]


@pytest.mark.parametrize("kind", ["date", "ip", "long", "float", "double", "geo_point", "scaled_float", "boolean"])
def test_malformed_values_refuse_no_document(kind: str) -> None:
    """A value that its type can't hold is kept and passed over, whatever its type."""
    assert one(kind)["ignore_malformed"] is True


def test_timestamp_of_a_data_stream_takes_no_parameter() -> None:
    """@timestamp has none: servers refuse a data stream's template with ignore_malformed on it."""
    assert mapping([field("@timestamp", "date")], ELASTICSEARCH)["properties"]["@timestamp"] == {"type": "date"}


def test_long_texts_refuse_no_document() -> None:
    """Every type that keeps a value as one term passes over those that are longer than a term may be."""
    assert one("keyword") == {"type": "keyword", "ignore_above": 1024}
    assert one("flattened")["ignore_above"] == 1024
    assert one("wildcard") == {"type": "wildcard"}
    assert one("wildcard", OPENSEARCH) == {"type": "wildcard", "ignore_above": 8191, "doc_values": True}
    assert one("wildcard", SMALL) == {"type": "keyword", "ignore_above": 8191}


def test_the_record_as_text_is_only_kept() -> None:
    """event.original is neither searched nor aggregated, and may be of any length."""
    definition = mapping(base_fields(), ELASTICSEARCH)["properties"]["event"]["properties"]["original"]
    assert definition == {"type": "keyword", "index": False, "doc_values": False}


def test_constants_are_held_by_the_index() -> None:
    """A constant has its value in the mapping, even where no field of the table has its name."""
    made = mapping([], ELASTICSEARCH, {"event.module": "sentinel_one"})
    assert dict(leaves(made["properties"])) == {"event.module": {"type": "constant_keyword", "value": "sentinel_one"}}
    assert one("constant_keyword", constants={"thing": "a"}) == {"type": "constant_keyword", "value": "a"}


def test_constants_without_a_value() -> None:
    """One without a value waits for the first document's; where a server can't, only what no document holds is one."""
    assert one("constant_keyword") == {"type": "constant_keyword"}
    assert one("constant_keyword", OPENSEARCH) == {"type": "keyword", "ignore_above": 1024}
    assert one("constant_keyword", OPENSEARCH, {"thing": "a"}) == {"type": "keyword", "ignore_above": 1024}
    held = mapping([], OPENSEARCH, {"event.module": "a"})["properties"]["event"]["properties"]
    assert held == {"module": {"type": "constant_keyword", "value": "a"}}
    assert one("constant_keyword", SMALL, {"thing": "a"}) == {"type": "keyword", "ignore_above": 1024}


@pytest.mark.parametrize(
    ("kind", "dialect", "definition"),
    [
        ("flattened", OPENSEARCH, {"type": "flat_object"}),
        ("flattened", SMALL, {"type": "object", "enabled": False}),
        ("match_only_text", SMALL, {"type": "text"}),
        ("scaled_float", SMALL, {"type": "double", "ignore_malformed": True}),
        ("boolean", SMALL, {"type": "boolean"}),
    ],
)
def test_nearest_type_that_the_server_has(kind: str, dialect: Dialect, definition: Mapping[str, Any]) -> None:
    """A type that the server lacks gives way to the one named for it, with that one's parameters."""
    assert one(kind, dialect) == definition


def test_texts_beside_keywords_as_ecs_has_them() -> None:
    """A field that ECS also indexes as text has the sub-field `text`, of the type that the server has."""
    assert known_types()["file.path.text"] == "match_only_text"
    for dialect, kind in ((ELASTICSEARCH, "match_only_text"), (SMALL, "text")):
        made = mapping([field("file.path", "keyword")], dialect)["properties"]["file"]["properties"]["path"]
        assert made["fields"] == {"text": {"type": kind}}


def test_what_is_kept_whole_has_no_fields_inside() -> None:
    """A field inside of a flattened one is left out, since a mapping can't have both; inside of an object it stays."""
    made = mapping(
        [field("a", "flattened"), field("a.b.c", "keyword"), field("o", "object"), field("o.p", "long")], SMALL
    )
    assert sorted(name for name, _ in leaves(made["properties"])) == ["a", "o.p"]


def test_replaced_types_are_named_with_their_fields() -> None:
    """For the warning: each type that gives way, with all its fields."""
    fields = [field("z", "wildcard"), field("a", "wildcard"), field("k", "keyword"), field("a", "wildcard")]
    assert replaced(fields, SMALL) == {"wildcard": ["a", "z"]}
    assert replaced(fields, ELASTICSEARCH) == {}


def test_base_fields_agree_with_the_streams() -> None:
    """No stream gives a base field another type, or the two component templates would disagree."""
    base = {each.name: each.type for each in base_fields()}
    assert set(base) == set(BASE_FIELDS)
    for stream in STREAMS.values():
        for each in exported_fields(stream.table):
            assert base.get(each.name, each.type) == each.type, each.name
