"""Redaction by names of one layout in documents of the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s1ecs.ecs.mapper import Document, Mapper
from s1ecs.ecs.table import Layout
from s1ecs.streams import STREAMS, Stream, stream_in
from s1ecs.streams.redaction import redaction_of

from .documents import record_of

CASES = Path(__file__).parents[2] / "cases"
MOST_RECORDS = 5  # of a stream

ENTRY = {
    "id": "threat-id",
    "timeline": {
        "id": "entry-id",
        "createdAt": "2024-01-01T01:00:00Z",
        "userId": "user-id",
        "siteId": "site-id",
        "accountId": "account-id",
        "agentId": "agent-id",
        "groupId": "group-id",
        "osFamily": "os-family",
        "hash": "hash",
        "agentUpdatedVersion": "agent-version",
        "primaryDescription": "primary",
        "data": {
            "rulename": "rule-name",
            "ruleid": "rule-id",
            "ruleDescription": "about-rule",
            "userName": "user-name",
        },
    },
}


def redacted(stream: Stream, mapper: Mapper, record: Any, field: str) -> Document:
    """The document of a record without a field."""
    redaction = redaction_of(stream, [field])
    stripped = redaction.strip(record_of(record))
    document = mapper.map(stripped.record).document
    redaction.clean(document, stripped)
    return document


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The paths of all scalars, and their texts."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member, path)
    else:
        yield path, str(value)


def records(name: str) -> list[Any]:
    """Records of a stream, different ones."""
    lines = [line for path in sorted((CASES / name).glob("*.input.ndjson")) for line in path.read_text().splitlines()]
    found = []
    for line in dict.fromkeys(lines):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        found += [record] if isinstance(record, dict) else []
    return sorted(found, key=lambda record: -len(str(record)))[:MOST_RECORDS]


@pytest.mark.parametrize("name", STREAMS)
def test_what_a_name_removes_in_layout_1_is_gone_in_layout_2(name: str) -> None:
    """A list of names that was right in layout 1 lets nothing out after a switch to layout 2."""
    old, new = (STREAMS[name].complete(layout) for layout in (1, 2))
    old_mapper, new_mapper = old.mapper(keep_duplicates=True), new.mapper(keep_duplicates=True)
    shown = []
    for record in records(name):
        whole = list(leaves(old_mapper.map(record_of(record)).document))
        paths = {path for path, _ in whole}
        for field in sorted(paths | {path.rpartition(".")[0] for path in paths} - {""}):
            left = {text for _, text in leaves(redacted(old, old_mapper, record, field))}
            gone = {text for _, text in whole if text not in left and len(text) > len("False")}
            if gone:
                document = redacted(new, new_mapper, record, field)
                shown += [(field, path) for path, text in leaves(document) if text in gone]
    assert not shown


def test_entries_of_a_timeline() -> None:
    """A value of an entry is removed from layout 2 by the name that it has in layout 1, from copies and lists too."""
    old, new = (stream_in("threat", layout) for layout in (1, 2))
    old_mapper, new_mapper = old.mapper(keep_duplicates=True), new.mapper(keep_duplicates=True)
    named = [each for each in leaves(old_mapper.map(record_of(ENTRY)).document) if ".timeline." in each[0]]
    assert len(named) > len(ENTRY["timeline"])
    shown = [
        (field, path)
        for field, text in named
        for path, each in leaves(redacted(new, new_mapper, ENTRY, field))
        if text == each
    ]
    assert not shown


def test_a_field_of_an_entry_in_layout_2_is_removed_alone() -> None:
    """Layout 2 knows where the user of an entry comes from; the entry stays."""
    stream = stream_in("threat", 2)
    document = redacted(stream, stream.mapper(), ENTRY, "sentinel_one.threat.timeline.user.id")
    assert "user-id" not in str(document)
    assert document["sentinel_one"]["threat"]["timeline"]["site"] == {"id": "site-id"}


@pytest.mark.parametrize("layout", [1, 2])
@pytest.mark.parametrize(
    ("name", "field", "record", "secret"),
    [
        ("agent", "host.architecture", {"osArch": "64 bit"}, "64 bit"),
        ("activity", "sentinel_one.activity.severity", {"data": {"severity": "Critical", "x": "y"}}, "Critical"),
        ("threat", "sentinel_one.threat.rule_id", ENTRY, "rule-id"),
        ("activity", "sentinel_one.activity.data.flattened", {"data": {"rulename": "Loud"}}, "Loud"),
        ("activity", "sentinel_one.activity.data", {"data": {"ruleid": "rule-7"}}, "rule-7"),
    ],
)
def test_names_of_one_layout(layout: Layout, name: str, field: str, record: Any, secret: str) -> None:
    """A name that only layout 2 has removes the value in layout 1, too, and the other way round."""
    stream = stream_in(name, layout)
    mapper = stream.mapper(keep_duplicates=True)
    assert secret in str(mapper.map(record_of(record)).document)
    assert secret not in str(redacted(stream, mapper, record, field))


def test_names_of_another_stream_remove_in_layout_1_what_they_did() -> None:
    """`event.id` was written for alerts; activities, which have it in layout 2 alone, keep their own id in layout 1."""
    stream = stream_in("activity", 1)
    assert "activity-id" in str(redacted(stream, stream.mapper(), {"id": "activity-id"}, "event.id"))
