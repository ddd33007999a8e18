from typing import Any

import pytest

from s1ecs.streams.threat_event import STREAM, TABLE

from .documents import document_of, mapped, record_of


def test_related_in_order() -> None:
    """Logins and agent come first, then source and destination, file hashes, the process's; each value once."""
    document = document_of(
        STREAM,
        {
            "user": "c",
            "processUserName": "b",
            "loginsUserName": "a",
            "processImageSha1Hash": "4",
            "fileMd5": "3",
            "fileSha256": "2",
            "fileSha1": "1",
            "dstIp": "192.0.2.3",
            "srcIp": "192.0.2.2",
            "agentIp": "192.0.2.1",
        },
    )
    assert document["related"] == {
        "hash": ["1", "2", "3", "4"],
        "ip": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
        "user": ["a", "b", "c"],
    }


def test_hashes_that_are_not_related() -> None:
    """Hashes of what the event is about, of old files and of active content are in no related field."""
    record = {"sha1": "a", "sha256": "b", "md5": "c", "oldFileSha1": "d", "activeContentHash": "e"}
    assert "related" not in document_of(STREAM, record)


@pytest.mark.parametrize(
    ("key", "own", "copy"),
    [
        ("pid", ("pid",), ("process", "pid")),
        ("parentPid", ("parent_pid",), ("process", "parent", "pid")),
        ("fileSize", ("file", "size"), ("file", "size")),
    ],
)
def test_numbers_that_come_as_text(key: str, own: tuple[str, ...], copy: tuple[str, ...]) -> None:
    """The own field keeps the text, the ECS copy is a number; a text that is none costs the copy alone."""
    good = STREAM.mapper(keep_duplicates=True).map(record_of({key: "12"})).document
    assert _at(good, ("sentinel_one", "threat_event", *own)) == "12"
    assert _at(good, copy) == 12
    bad = STREAM.mapper(keep_duplicates=True).map(record_of({key: "12.0"})).document
    assert _at(bad, ("sentinel_one", "threat_event", *own)) == "12.0"
    assert _at(bad, copy) is None
    assert bad["error"]["message"] == ['For input string: "12.0"']


@pytest.mark.parametrize(
    ("key", "texts"), [("pid", 1), ("parentPid", 1), ("fileSize", 0), ("srcIp", 0), ("createdAt", 0)]
)
def test_empty_texts(key: str, texts: int) -> None:
    """An empty process id is a bad value; an empty size, address or date is none."""
    document = document_of(STREAM, {key: ""})
    assert len(document.get("error", {}).get("message", [])) == texts


def test_bad_copies_come_last() -> None:
    """All own fields come before the copies, so a bad process id is named after a bad flag that stands below it."""
    document = document_of(STREAM, {"pid": "p", "dstPort": "d", "agentInfected": "a", "fileSize": "f"})
    assert document["error"]["message"] == [
        'For input string: "d"',
        "[a] is not a boolean value, cannot convert to boolean",
        'For input string: "p"',
        'For input string: "f"',
    ]


@pytest.mark.parametrize(("protocol", "transport"), [("TCP", "tcp"), ("udp", "udp"), ("", None), (None, None)])
def test_transport(protocol: str | None, transport: str | None) -> None:
    """The protocol is copied in lower case."""
    assert document_of(STREAM, {"protocol": protocol}).get("network", {}).get("transport") == transport


def test_protocol_that_is_no_text() -> None:
    """A protocol that is no text ends the record: own fields and earlier copies are set, later copies are not."""
    document, failed = mapped(STREAM, {"protocol": 6, "pid": "5", "user": "ann", "fileSize": "9", "fileType": "exe"})
    assert failed
    assert document["error"]["message"] == ["[6] is not text"]
    assert document["process"] == {"pid": 5}
    assert document["user"] == {"name": "ann"}
    assert "file" not in document


def test_event_without_a_file() -> None:
    """An event that names no file is no failure, as deleted threats' neighbours show."""
    document, failed = mapped(STREAM, {"id": "1", "createdAt": "2024-01-15T10:00:00Z", "protocol": "TCP"})
    assert not failed
    assert "error" not in document
    assert document["@timestamp"] == document["event"]["created"] == "2024-01-15T10:00:00.000Z"


def test_file_name_is_the_whole_path() -> None:
    """The path is not split."""
    assert document_of(STREAM, {"fileFullName": "C:\\a\\b.exe"})["file"] == {"name": "C:\\a\\b.exe"}


def test_duplicates() -> None:
    """Just the own fields that have an ECS copy outside of related are duplicates: 27."""
    copied = {row.target for row in TABLE.rows if row.copies}
    later = {"pid", "parent_pid", "protocol", "file.size", "file.type"}
    assert {*TABLE.duplicates} == copied | {f"sentinel_one.threat_event.{name}" for name in later}
    assert len(TABLE.duplicates) == 27


def test_identity() -> None:
    """An event stays the same though its agent's state changes; without an id the whole record counts."""
    identify = STREAM.mapper().identify
    event = {"id": "1", "createdAt": "2024-01-15T10:00:00Z"}
    assert identify(record_of({**event, "agentInfected": True})) == identify(
        record_of({**event, "agentInfected": False})
    )
    assert identify(record_of({"createdAt": "t", "pid": "1"})) != identify(record_of({"createdAt": "t", "pid": "2"}))


def _at(document: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = document
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
