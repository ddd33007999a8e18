"""Indices of latest states compared with what their templates give to new ones."""

from typing import Any

from s1ecs.search_setup.latest_indices import LatestIndex, extension

KEYWORD = {"type": "keyword"}
WANTED: dict[str, Any] = {
    "message": {"type": "text"},
    "event": {"properties": {"kind": KEYWORD, "action": KEYWORD}},
    "labels": {"properties": {"mark": {"type": "constant_keyword", "value": "false"}}},
}


def test_only_what_is_missing() -> None:
    """Fields inside of objects that are there are found; what the server writes besides is no difference."""
    there = {"message": {"type": "text", "fields": {}}, "event": {"properties": {"kind": KEYWORD}}}
    found = extension(LatestIndex("i", there, frozenset({"old"})), WANTED, {"old": {}, "new": {"is_hidden": True}})
    assert found.properties == {"event": {"properties": {"action": KEYWORD}}, "labels": WANTED["labels"]}
    assert (found.aliases, found.clashes) == ({"new": {"is_hidden": True}}, ())
    assert found.missing_text.startswith("2 new fields,")


def test_another_type_stays() -> None:
    """A field of another type is named and not sent, whatever lies below it; an object that is only kept is one."""
    there = {"message": KEYWORD, "event": {"type": "object", "enabled": False}, "labels": {"type": "long"}}
    found = extension(LatestIndex("i", there), WANTED, {})
    assert found.properties == {}
    assert found.clashes == ("message", "event", "labels")
    assert "message, event, labels: of another type" in found.clash_text


def test_nothing_is_missing() -> None:
    """An index as a new one would be needs nothing."""
    found = extension(LatestIndex("i", WANTED, frozenset({"name"})), WANTED, {"name": {}})
    assert (found.properties, found.aliases, found.clashes) == ({}, {}, ())
