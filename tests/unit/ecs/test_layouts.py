"""The two layouts of one table: which rows each has, and how fields are called in both."""

import json
from typing import Any

import pytest

from s1ecs.ecs.field_catalog import exported_fields, known_types
from s1ecs.ecs.layouts import in_layout_2, moved, names_in_both, only_in, table_of, with_setting
from s1ecs.ecs.lineage import sources_of
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import FieldTable, Layout, constant, keyword, rest, within
from s1ecs.records import record_from_line
from s1ecs.streams import STREAMS

USER = keyword("user.name", "user", "User.", related="user", domain="user.domain")
TABLE = FieldTable(
    identity=("id",),
    rows=(
        constant("event.kind", "event", "Always event."),
        *within(
            "agent",
            "own",
            in_layout_2(keyword(".site.name", "site", "Site."), target="shared.site.name"),
            in_layout_2(keyword(".id", "id", "Id."), copies=("host.id", ".copy")),
            *only_in(2, keyword("own.rule", "rule", "Rule.")),
            *only_in(1, keyword(".old", "old", "Old.")),
            rest(".rest", "", "Rest."),
        ),
        with_setting("loud", keyword("event.severity", "severity", "Severity.")),
        in_layout_2(keyword("user.name", "user", "User.", related="user"), domain="user.domain"),
    ),
)
RECORD = {"agent": {"site": "Lab", "id": "7", "rule": "r", "old": "o"}, "severity": 1, "user": "CORP\\jane"}


def document(table: FieldTable, record: Any) -> dict[str, Any]:
    """The document of a record by a table, without ecs and event.kind."""
    made = Mapper(table).map(record_from_line(json.dumps(record).encode())).document
    made.pop("ecs")
    made["event"].pop("kind")
    return made if made["event"] else {name: value for name, value in made.items() if name != "event"}


def test_layout_1() -> None:
    """Layout 1 has each row as it is written, without those of layout 2 and of settings that are off."""
    assert document(table_of(TABLE, 1), RECORD) == {
        "own": {"site": {"name": "Lab"}, "id": "7", "old": "o", "rest": {"rule": "r"}},
        "user": {"name": "CORP\\jane"},
        "related": {"user": ["CORP\\jane"]},
    }


def test_layout_2() -> None:
    """In layout 2 a field has moved, has further copies, is new, is gone, and leaves what no row names to the rest."""
    assert document(table_of(TABLE, 2), RECORD) == {
        "own": {"id": "7", "copy": "7", "rule": "r", "rest": {"old": "o"}},
        "shared": {"site": {"name": "Lab"}},
        "host": {"id": "7"},
        "user": {"domain": "CORP", "name": "jane"},
        "related": {"user": ["jane"]},
    }
    assert table_of(TABLE, 2).ecs_version == "9.3.0"


@pytest.mark.parametrize("layout", [1, 2])
def test_rows_of_a_setting(layout: Layout) -> None:
    """A field that a setting adds is there only where the setting is on."""
    assert "event" not in document(table_of(TABLE, layout), RECORD)
    assert document(table_of(TABLE, layout, {"loud"}), RECORD)["event"] == {"severity": 1}


@pytest.mark.parametrize(
    ("raw", "domain", "name"),
    [
        ("CORP\\jane", "CORP", "jane"),
        ("NT AUTHORITY\\SYSTEM", "NT AUTHORITY", "SYSTEM"),
        ("A\\B\\C", "A", "B\\C"),
        ("a\\b\\\\c", "a", "b\\\\c"),
        ("\\jane", None, "jane"),
        ("CORP\\", "CORP", None),
        ("\\", None, None),
        ("a\\\\b", "a", "\\b"),
        ("jane@corp", None, "jane@corp"),
        ("corp/jane", None, "corp/jane"),
        (["CORP\\jane"], None, ["CORP\\jane"]),
        (7, None, 7),
    ],
)
def test_domain_of_a_user(raw: Any, domain: str | None, name: Any) -> None:
    """What stands before the first backslash of a text is the domain; an empty part is absent; nothing else splits."""
    made = document(FieldTable((TABLE.rows[0], USER), ("id",)), {"user": raw})
    found = made.get("user", {})
    assert (found.get("domain"), found.get("name")) == (domain, name)
    texts = [] if name is None else [str(each) for each in (name if isinstance(name, list) else [name])]
    assert made.get("related", {}).get("user", []) == texts


def test_a_name_without_a_rest_is_set() -> None:
    """A later row that sets only what is unset leaves a name alone of which the split left nothing."""
    second = keyword("user.name", "other", "Other.", related="user", only_if_unset=True, domain="user.domain")
    table = FieldTable((TABLE.rows[0], USER, second), ("id",))
    assert document(table, {"user": "CORP\\", "other": "LAB\\joe"}) == {"user": {"domain": "CORP"}}
    assert document(table, {"other": "LAB\\joe"})["user"] == {"domain": "LAB", "name": "joe"}


def test_the_domain_is_exported_and_redacted() -> None:
    """The field of the domain is one of the documents' fields, and comes from the row's source."""
    table = table_of(TABLE, 2)
    assert {"user.domain", "user.name", "shared.site.name"} <= {each.name for each in exported_fields(table)}
    assert "own.site.name" not in {each.name for each in exported_fields(table)}
    assert {source.path for source in sources_of(table, "user.domain")} == {"user"}


def test_names_in_both_layouts() -> None:
    """A field is known by its other name, whichever was given, and so is what it lies in, and what lies in it."""
    assert moved(TABLE) == {"own.site.name": "shared.site.name"}
    assert names_in_both(TABLE, "own.site.name") == ("own.site.name", "shared.site.name")
    assert names_in_both(TABLE, "shared.site") == ("shared.site", "own.site.name")
    assert names_in_both(TABLE, "own.site.name.x") == ("own.site.name.x", "shared.site.name.x")
    assert names_in_both(TABLE, "own.id") == ("own.id",)


def test_types_of_one_layout_serve_the_other() -> None:
    """No field has another type in layout 2, so that one index template can hold the documents of both."""
    for stream in STREAMS.values():
        first, second = (
            {each.name: each.type for each in exported_fields(stream.complete(layout).table)} for layout in (1, 2)
        )
        assert [name for name in first.keys() & second.keys() if first[name] != second[name]] == []
        names = first.keys() | second.keys()
        assert [(one, other) for one in names for other in names if other.startswith(f"{one}.")] == []


def test_types_of_ecs() -> None:
    """Layout 2 knows the fields that ECS 9.3 added, and of those that both know the types agree."""
    old, new = known_types(1), known_types(2)
    assert "threat.indicator.id" in new.keys() - old.keys()
    assert [name for name in old.keys() & new.keys() if old[name] != new[name]] == []
