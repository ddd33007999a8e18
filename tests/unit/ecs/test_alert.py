"""The alert stream's documents: the case at hand, and each rule that a case does not show."""

import json
from pathlib import Path
from typing import Any

import pytest

from s1ecs.ecs.envelope import Envelope, default_tags
from s1ecs.ecs.mapper import original
from s1ecs.records import NOT_UNICODE, record_from_line
from s1ecs.streams.alert import STREAM

MAPPER = STREAM.mapper()
CASES = Path(__file__).parents[2] / "cases" / "alert"


def mapped(record: Any) -> dict[str, Any]:
    """The document of a record, without its envelope."""
    text = record if isinstance(record, bytes) else json.dumps(record).encode()
    return MAPPER.map(record_from_line(text)).document


def test_example_of_the_integration() -> None:
    """The integration's example alert comes out equal in every field that is not the collecting agent's own."""
    [line] = (CASES / "integration_example.input.ndjson").read_bytes().splitlines()
    [expected] = json.loads((CASES / "integration_example.expected.json").read_text())
    record = record_from_line(line)
    document = MAPPER.map(record)
    envelope = Envelope(STREAM.dataset, STREAM.input_type, "default", default_tags("alert"), preserve_original=True)
    envelope.seal(document, lambda: original(record), fetched=None, now=None)
    got = document.document
    assert json.loads(line) == json.loads(got["event"].pop("original"))
    assert got["data_stream"].pop("namespace") == "default"
    assert expected == got


@pytest.mark.parametrize(
    ("word", "number"), [("Low", 21), ("MEDIUM", 47), ("high", 73), ("Critical", 99), ("Unheard", None), (3, None)]
)
def test_severity(word: Any, number: int | None) -> None:
    """The four severities become the numbers of Elastic's rules, other words none; the own text stays."""
    document = mapped({"ruleInfo": {"severity": word}})
    assert number == document["event"].get("severity")
    assert word == document["sentinel_one"]["alert"]["rule"]["severity"]


@pytest.mark.parametrize(("name", "expected"), [("new", "new"), (None, "old"), ("", None), ({}, None), ([[]], None)])
def test_host_name_is_overwritten(name: Any, expected: str | None) -> None:
    """The realtime name replaces the one at detection, an empty one too; related.hosts keeps the first."""
    document = mapped({"agentDetectionInfo": {"name": "old"}, "agentRealtimeInfo": {"name": name}})
    assert expected == document.get("host", {}).get("name")
    assert document["related"]["hosts"] == ["old"]


def test_direction_only_from_the_set() -> None:
    """A direction outside ECS's words leaves no trace and no error."""
    assert mapped({"alertInfo": {"netEventDirection": "outbound"}})["network"] == {"direction": "outbound"}
    assert mapped({"alertInfo": {"netEventDirection": "Outbound"}}).keys() == {"event", "ecs"}


def test_related_in_order_and_once() -> None:
    """related.hash: module, parent, process, then the target's sha256 before its sha1; each value once."""
    document = mapped(
        {
            "targetProcessInfo": {"tgtFileHashSha1": "t1", "tgtFileHashSha256": "t256"},
            "sourceProcessInfo": {"fileHashMd5": "p5", "fileHashSha1": "p1", "fileHashSha256": "p256", "user": "x"},
            "sourceParentProcessInfo": {"fileHashMd5": "p5", "fileHashSha1": "pp1"},
            "alertInfo": {"moduleSha1": "m1", "loginsUserName": "u", "srcMachineIp": "192.0.2.3", "srcIp": "192.0.2.1"},
        }
    )
    assert document["related"] == {
        "hash": ["m1", "p5", "pp1", "p1", "p256", "t256", "t1"],
        "ip": ["192.0.2.1", "192.0.2.3"],
        "user": ["u"],
    }
    assert document["host"]["ip"] == ["192.0.2.3"]


def test_bad_values_cost_only_themselves() -> None:
    """Each bad value leaves its text in row order, duplicates kept; all other rows go on, kind and tags stay."""
    document = mapped(
        {
            "alertInfo": {
                "createdAt": "",
                "srcIp": "x",
                "dstPort": "p",
                "dstIp": "x",
                "srcMachineIp": "x",
                "alertId": "7",
            },
            "agentRealtimeInfo": {"infected": "maybe", "isActive": True},
        }
    )
    assert document["error"]["message"] == [
        "[maybe] is not a boolean value, cannot convert to boolean",
        "unable to parse date []",
        "'x' is not an IP string literal.",
        'For input string: "p"',
        "'x' is not an IP string literal.",
        "'x' is not an IP string literal.",
    ]
    assert document["event"]["kind"] == "event"
    assert document["event"]["id"] == "7"
    assert document["sentinel_one"]["alert"]["agent"] == {"is_active": True}
    assert "related" not in document


def test_whole_record_failure_keeps_what_was_set() -> None:
    """An operating system that is no text ends the record: what was set stays, the kind says so."""
    result = MAPPER.map(
        record_from_line(b'{"agentDetectionInfo":{"name":"h"},"agentRealtimeInfo":{"os":[1]},"ruleInfo":{"name":"r"}}')
    )
    assert result.failed
    assert result.document["event"]["kind"] == "pipeline_error"
    assert result.document["error"]["message"] == ["[[1]] is not text"]
    assert result.document["host"] == {"name": "h"}
    assert "rule" not in result.document


def test_sections_of_the_wrong_shape_are_absent() -> None:
    """A section that is a text or a list is as good as missing."""
    assert mapped({"alertInfo": "x", "ruleInfo": [1], "agentDetectionInfo": None}).keys() == {"event", "ecs"}


def test_zero_and_false_stay() -> None:
    """0 and false are values."""
    document = mapped({"alertInfo": {"srcPort": "0"}, "agentRealtimeInfo": {"infected": False}, "ruleInfo": {"id": 0}})
    assert document["source"] == {"port": 0}
    assert document["sentinel_one"]["alert"]["agent"] == {"infected": False}
    assert document["rule"] == {"id": 0}


def test_unpaired_surrogate() -> None:
    """A text that is no Unicode is delivered with the replacement character and said."""
    document = mapped(b'{"ruleInfo":{"name":"a\\ud800b"}}')
    assert document["rule"]["name"] == "a\ufffdb"
    assert document["error"]["message"] == [NOT_UNICODE]


def test_integer_beyond_64_bits_is_exact() -> None:
    """An integer that the fast parser would make a float keeps its digits."""
    record = record_from_line(b'{"ruleInfo":{"id":123456789012345678901234567890},"alertInfo":{"srcPort":1e30}}')
    document = MAPPER.map(record).document
    assert document["rule"]["id"].text == "123456789012345678901234567890"
    assert document["error"]["message"] == ['For input string: "1e30"']


@pytest.mark.parametrize("text", [b"[1]", b'"x"', b"7", b"null", b"true"])
def test_json_that_is_no_object(text: bytes) -> None:
    """What is JSON but no object becomes a document that says so, with the listed constants."""
    result = MAPPER.map(record_from_line(text))
    assert result.failed
    assert result.document["event"] == {"category": ["malware"], "type": ["info"], "kind": "pipeline_error"}
    assert result.document["error"]["message"][0].startswith("not a JSON object: it is ")


@pytest.mark.parametrize(("preserve", "tags"), [(True, ["preserve_original_event", "a"]), (False, ["a"])])
def test_envelope_tags_and_original(preserve: bool, tags: list[str]) -> None:  # noqa: FBT001 - a test's parameter
    """event.original is there exactly when the tags say so."""
    result = MAPPER.map(record_from_line(b"{}"))
    Envelope("d", "i", "n", ("a",), preserve_original=preserve).seal(result, lambda: "o", fetched="f", now="t")
    assert tags == result.document["tags"]
    assert ("o" if preserve else None) == result.document["event"].get("original")
    assert result.document["event"]["created"] == "f"
    assert result.document["@timestamp"] == "t"


def test_envelope_of_a_failure() -> None:
    """A failed record keeps its original, and the tag for it comes last, once."""
    for preserve, tags in ((False, ["a", "preserve_original_event"]), (True, ["preserve_original_event", "a"])):
        result = MAPPER.unreadable("why")
        Envelope("d", "i", "n", ("a",), preserve_original=preserve).seal(result, lambda: "o", fetched=None, now=None)
        assert tags == result.document["tags"]
        assert result.document["event"]["original"] == "o"
        assert "created" not in result.document["event"]
