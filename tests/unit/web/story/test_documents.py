"""Documents compared and as trees; the timeline of a finding; phrases for the search."""

from typing import Any

import pytest

from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.web.story.document_changes import MOST_FIELDS, FieldChange, differences, state_changes
from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.document_tree import MOST_MEMBERS, MOST_NODES, DocumentNode, document_tree
from s1ecs.web.story.prevalence import question_of
from s1ecs.web.story.stored_items import StoredItem
from s1ecs.web.story.timeline import timeline


def item(stream: str, document: dict[str, Any], row: int = 1, **values: Any) -> StoredItem:
    """Return a document as it comes from the store."""
    return StoredItem(stream, "default", f"id{row}", row, "2026-01-01T00:00:00.000Z", document, values)


def test_differences_are_told_field_by_field() -> None:
    """Changed, added and removed fields are told by their paths; what tells of the collector is not."""
    before = {"a": {"b": 1, "gone": {"x": 2}}, "event": {"created": "1"}, "tags": ["x"], "same": [1]}
    after = {"a": {"b": 2, "new": {"y": [3]}}, "event": {"created": "2"}, "tags": ["y"], "same": [1]}
    assert [*differences(before, after)] == [
        FieldChange("a.b", 1, 2),
        FieldChange("a.gone.x", 2, None),
        FieldChange("a.new.y", None, [3]),
    ]


def test_changes_are_bounded() -> None:
    """Of a change with many fields the first are told, and the number of the others."""
    old, new = ({f"f{number:03}": (number, side) for number in range(200)} for side in (0, 1))
    [change] = state_changes([item("agent", new, 2), item("agent", old, 1)])
    assert change.item.row == 2
    assert (len(change.fields), change.more) == (MOST_FIELDS, 200 - MOST_FIELDS)
    assert state_changes([item("agent", new), item("agent", new)]) == []


def test_fields_are_found_in_both_layouts() -> None:
    """A field is found by its name in layout 1, whichever layout the document has."""
    detection = {"agent": {"site": {"name": "North"}}}
    first = DocumentFields("threat", {"sentinel_one": {"threat": {"detection": detection}}})
    second = DocumentFields("threat", {"sentinel_one": {"site": {"name": "North"}}})
    path = "sentinel_one.threat.detection.agent.site.name"
    assert first.text(path) == second.text(path) == "North"
    assert DocumentFields("threat", {"sentinel_one": ["odd"]}).text(path) == ""


def count(nodes: Any) -> int:
    """Count the nodes of a tree."""
    return sum(1 + count(node.children) for node in nodes)


def test_trees_are_bounded() -> None:
    """Neither a broad nor a deep document makes a tree without end, and a cut one says so."""
    broad = document_tree({"a": list(range(10_000)), "b": [{"x": [1] * 50}] * 50})
    assert count(broad.nodes) <= MOST_NODES
    assert broad.cut
    assert (len(broad.nodes[0].children), broad.nodes[0].more) == (MOST_MEMBERS, 10_000 - MOST_MEMBERS)
    deep: Any = 1
    for _ in range(900):
        deep = {"x": deep}
    assert count(document_tree(deep).nodes) < 20
    small = document_tree({"a": {"b": True}, "e": {}, "n": None})
    assert not small.cut
    assert [node.name for node in small.nodes] == ["a", "e", "n"]
    assert small.nodes[0].children == [DocumentNode("b", True)]


def test_a_leaf_leads_to_the_list_only_if_it_is_the_value_of_its_column() -> None:
    """A field that the column did not come from, since another counts first, cannot be filtered by."""
    document = {"host": {"name": "ws"}, "rule": {"name": "R"}}
    nodes = document_tree(document, "alert", {"host": "ws", "rule": "other"}).nodes
    host, rule = nodes[0].children[0], nodes[1].children[0]
    assert str(host.only) == "/alerts?host=ws"
    assert str(host.without) == "/alerts?not.host=ws"
    assert rule.only is None


def test_a_timeline_is_in_the_order_of_time() -> None:
    """Times of the document, steps of mitigation and changes stand in their order, those without a time last."""
    threat = {
        "@timestamp": "2026-01-01T03:00:00.000Z",
        "sentinel_one": {
            "threat": {
                "created_at": "2026-01-01T01:00:00.000Z",
                "mitigation_status": [
                    {"action": "kill", "status": "success", "mitigation_started_at": "2026-01-01T02:00:00.000Z"},
                    {"action": "quarantine", "action_counters": {"success": 1, "failed": 0}},
                    "odd",
                ],
            }
        },
    }
    told = [(entry.time[11:13], entry.text, entry.detail) for entry in timeline(item("threat", threat))]
    assert told == [
        ("01", "Threat detected", ""),
        ("02", "kill: success", ""),
        ("03", "Threat last changed", ""),
        ("", "quarantine", "success: 1"),
    ]


def test_entries_of_the_consoles_own_timeline_are_notes() -> None:
    """An entry that came with a document of the threat is told with its time."""
    entry = {"primary_description": "Ann wrote a note", "created_at": "2026-01-01T04:00:00.000Z"}
    state = item("threat", {"sentinel_one": {"threat": {"timeline": entry}}})
    [told] = timeline(state, states=[state])
    assert (told.kind, told.text, told.time) == ("note", "Ann wrote a note", "2026-01-01T04:00:00.000Z")


@pytest.mark.parametrize(
    ("value", "question"),
    [
        ("abc123", 'hash:"abc123"'),
        ('say "hi"', 'hash:"say hi"'),
        ("a\0b", 'hash:"a b"'),
        ("word " * 100, 'hash:"' + " ".join(["word"] * 31) + '"'),
    ],
)
def test_values_become_phrases(value: str, question: str) -> None:
    """A value is searched for as a phrase that the search understands, a long one by its beginning."""
    assert question_of("hash", value) == question
    assert match_expression(question)
