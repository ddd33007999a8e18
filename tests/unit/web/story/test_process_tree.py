"""Process trees of events and of documents."""

from typing import Any

from s1ecs.web.story.process_tree import (
    MOST_EFFECTS,
    MOST_PROCESSES,
    ProcessNode,
    tree_of_document,
    tree_of_events,
)
from s1ecs.web.story.stored_items import StoredItem


def item(stream: str, document: dict[str, Any]) -> StoredItem:
    """Return a document as it comes from the store."""
    return StoredItem(stream, "default", "id", 1, None, document)


def event(key: str, parent: str = "", **own: Any) -> StoredItem:
    """Return a threat event of a process with a key, below another one."""
    threat_event = {
        "process": {"unique_key": key, "integrity_level": "HIGH"},
        "parent_process": {"unique_key": parent} if parent else {},
        "event_type": "File Creation",
        **own,
    }
    process = {"name": f"{key}.exe", "pid": 7, "command_line": f"{key} /x", "user": {"name": "CORP\\ann"}}
    return item("threat_event", {"process": process, "sentinel_one": {"threat_event": threat_event}})


def outline(nodes: Any) -> list[Any]:
    """Return names with those of the children."""
    return [(node.name, outline(node.children)) for node in nodes]


def test_events_make_a_tree_by_keys_of_processes() -> None:
    """Each process stands once, below its parent, whatever the order of the events."""
    events = [event("c", "b"), event("b", "a"), event("c", "b"), event("d", "b"), event("a")]
    assert outline(tree_of_events(events)) == [("a.exe", [("b.exe", [("c.exe", []), ("d.exe", [])])])]


def test_a_process_has_what_its_events_tell() -> None:
    """User, command line, integrity and mark come from the events, and what it did with how often."""
    created = event("a", dns_request="evil.example", event_type="DNS Resolved")
    [node] = tree_of_events([created, created, event("a")])
    assert (node.user, node.command_line, node.integrity, node.pid) == ("CORP\\ann", "a /x", "HIGH", "7")
    assert [(each.event, each.object, each.count) for each in node.effects] == [
        ("DNS Resolved", "evil.example", 2),
        ("File Creation", "", 1),
    ]
    marked = event("a", process={"unique_key": "a", "is_malicious": True})
    assert tree_of_events([event("a"), marked])[0].marked


def test_a_parent_that_has_no_event_is_known_by_name() -> None:
    """A parent that only its child names is the root of the tree."""
    child = item("threat_event", {"process": {"name": "child.exe", "pid": 2, "parent": {"name": "init", "pid": 1}}})
    assert outline(tree_of_events([child])) == [("init", [("child.exe", [])])]


def test_contradictions_make_no_circle() -> None:
    """Events that make each process the parent of the other still give a finite tree with each once."""
    assert outline(tree_of_events([event("a", "b"), event("b", "a"), event("c", "c")])) == [
        ("a.exe", [("b.exe", [])]),
        ("c.exe", []),
    ]


def test_large_trees_are_cut() -> None:
    """Neither a long chain nor a crowd of processes nor of effects makes an endless page."""

    def size(nodes: Any) -> int:
        return sum(1 + size(node.children) for node in nodes)

    chain = [event(f"p{number}", f"p{number - 1}") for number in range(1, 2_000)]
    crowd = [event(f"p{number}") for number in range(2_000)]
    assert size(tree_of_events(chain)) <= MOST_PROCESSES
    assert size(tree_of_events(crowd)) == MOST_PROCESSES
    [busy] = tree_of_events([event("a", dns_request=f"host{number}.example") for number in range(100)])
    assert (len(busy.effects), busy.more_effects) == (MOST_EFFECTS, 100 - MOST_EFFECTS)


def test_an_alert_names_parent_process_and_target() -> None:
    """An alert's tree has the three processes of its document, in the names of either layout."""
    document = {
        "process": {
            "name": "curl",
            "pid": 2,
            "user": {"name": "root"},
            "hash": {"sha1": "1" * 40, "sha256": "2" * 64},
            "code_signature": {"signing_id": "EXAMPLE"},
            "start": "2026-01-01T00:00:00.000Z",
            "parent": {"name": "sh", "pid": 1, "start": "1970-01-01T00:00:00.000Z"},
        },
        "sentinel_one": {
            "alert": {
                "process": {"integrity_level": "LOW", "parent": {"integrity_level": "unknown"}},
                "target": {"process": {"proc": {"name": "ls", "cmdline": "ls -l", "pid": 3}}},
            }
        },
    }
    [parent] = tree_of_document("alert", item("alert", document))
    [process] = parent.children
    [target] = process.children
    assert (parent.name, parent.role, parent.integrity, parent.started) == ("sh", "parent", "", "")
    assert (process.user, process.hash, process.signer, process.integrity) == ("root", "2" * 64, "EXAMPLE", "LOW")
    assert process.marked
    assert (target.name, target.role, target.command_line) == ("ls", "target", "ls -l")


def test_a_threat_without_events_shows_who_brought_its_file() -> None:
    """Without threat events, the originating process stands above the file."""
    document = {
        "process": {"name": "chrome.exe"},
        "sentinel_one": {"threat": {"name": "a.exe", "process_user": "ann"}},
        "threat": {"indicator": {"file": {"path": "C:\\a.exe", "hash": {"sha1": "1" * 40}}}},
    }
    [process] = tree_of_document("threat", item("threat", document))
    assert (process.name, process.user) == ("chrome.exe", "ann")
    assert process.children == [ProcessNode("a.exe", "file", executable="C:\\a.exe", hash="1" * 40)]


def test_a_document_without_processes_has_no_tree() -> None:
    """Nothing is made up where a document names neither a process nor a file."""
    for stream in ("alert", "unified_alert", "threat", "threat_event"):
        assert tree_of_document(stream, item(stream, {})) == []
    assert tree_of_events([item("threat_event", {})]) == []
