"""What is special in activities."""

from typing import Any

import pytest

from s1ecs.streams.activity import STREAM

from .documents import document_of, mapped

LONDON = {"city_name": "London"}
PARIS = {"city_name": "Paris"}
PLACES = {"192.0.2.1": LONDON, "192.0.2.2": PARIS}


def event_of(record: Any) -> dict[str, Any]:
    """The `event` of a record's document."""
    event: dict[str, Any] = document_of(STREAM, record)["event"]
    return event


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Jane Logged In to the console", {"category": ["authentication"], "type": ["start"], "outcome": "success"}),
        ("Jane logged out.", {"category": ["authentication"], "type": ["end"]}),
        ("Jane FAILED to log in", {"category": ["authentication"], "type": ["info"], "outcome": "failure"}),
        ("Jane added or modified a hash", {"category": ["configuration"], "type": ["creation", "change"]}),
        ("User deleted and created it", {"category": ["configuration"], "type": ["creation", "deletion"]}),
        ("Two-factor was enabled", {"category": ["configuration"], "type": ["info"]}),
        ("Recovery email was set", {"category": ["configuration"], "type": ["info"]}),
        ("Verification email sent", {"category": ["email"], "type": ["info"]}),
        ("Agent connected", {"type": ["info"]}),
        ("", {"type": ["info"]}),
        (None, {}),
    ],
)
def test_wording_decides(description: str | None, expected: dict[str, Any]) -> None:
    """Without a threat the wording decides, in any letter case; every hit counts, in the order of the rules."""
    assert {"kind": "event", **expected} == event_of({"primaryDescription": description})


def test_later_outcome_counts() -> None:
    """Of two outcomes the later rule's stays."""
    event = event_of({"primaryDescription": "failed to log in, then logged in"})
    assert event["outcome"] == "failure"
    assert event["type"] == ["start"]


@pytest.mark.parametrize(
    ("classification", "expected"),
    [
        ("Exploit", {"category": ["threat"], "type": ["indicator"]}),
        ("PUA", {"category": ["threat"], "type": ["indicator"]}),
        ("malware", {"category": ["malware"], "type": ["info"]}),
        ("Ransomware", {"category": ["malware"], "type": ["info"]}),
        ("Trojan", {"category": ["malware"], "type": ["info"]}),
        ("Downloader", {"category": ["malware"], "type": ["info"]}),
        ("Worm", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_classification_decides(classification: str | None, expected: dict[str, Any]) -> None:
    """With a threat its classification decides, and the wording says nothing."""
    record = {
        "threatId": "1",
        "primaryDescription": "user logged in",
        "data": {"threatClassification": classification},
    }
    assert {"kind": "event", **expected} == event_of(record)


@pytest.mark.parametrize(("threat", "expected"), [("", ["info"]), (None, ["info"]), (0, None), ("0", None)])
def test_what_counts_as_a_threat(threat: Any, expected: list[str] | None) -> None:
    """An empty or missing threat id is none; whatever else stands there is one."""
    assert expected == event_of({"threatId": threat, "primaryDescription": "x"}).get("type")


@pytest.mark.parametrize(
    ("level", "kind"),
    [("Suspicious", "alert"), ("MALICIOUS", "alert"), ("n/a", "event"), ("", "event"), (None, "event")],
)
def test_kind(level: str | None, kind: str) -> None:
    """A suspicious or malicious confidence makes an alert of the activity."""
    assert kind == event_of({"data": {"confidenceLevel": level}})["kind"]


@pytest.mark.parametrize(
    ("record", "text", "kept"),
    [
        ({"primaryDescription": 7, "id": "1"}, "[7] is not text", {}),
        ({"threatId": "1", "data": {"threatClassification": ["x"]}}, '[["x"]] is not text', {}),
        ({"primaryDescription": "logged out", "data": {"confidenceLevel": {"a": 1}}}, '[{"a":1}] is not text', None),
    ],
)
def test_what_is_no_text_fails_before_the_rows(record: Any, text: str, kept: dict[str, Any] | None) -> None:
    """A description, classification or confidence that is no text ends the record; what was found until then stays."""
    result = mapped(STREAM, record)
    assert result.failed
    assert [text] == result.document["error"]["message"]
    found = {"category": ["authentication"], "type": ["end"]} if kept is None else kept
    assert {"kind": "pipeline_error", **found} == result.document["event"]
    assert result.document.keys() == {"ecs", "error", "event"}


def test_what_nobody_asks_may_be_no_text() -> None:
    """A threat's wording and a non-threat's classification are not compared, so they may be anything."""
    threat = mapped(STREAM, {"threatId": "1", "primaryDescription": {"a": 1}})
    assert not threat.failed
    assert threat.document["message"] == {"a": 1}
    assert not mapped(STREAM, {"data": {"threatClassification": 7}}).failed


def test_operating_system_fails_late() -> None:
    """An operating system that is no text ends the record; the rows before it stay, the details kept whole don't."""
    result = mapped(STREAM, {"id": "1", "data": {"osFamily": 7, "role": "Admin", "other": 1, "attr": "a"}})
    assert result.failed
    assert result.document["sentinel_one"] == {"activity": {"id": "1", "data": {"role": "Admin"}}}


def test_time_of_the_details_stays_raw_too() -> None:
    """data.createdAt is converted, and its raw value stays among the other details, good or bad."""
    good = document_of(STREAM, {"data": {"createdAt": "2026-01-01"}})["sentinel_one"]["activity"]["data"]
    assert good == {"created_at": "2026-01-01T00:00:00.000Z", "flattened": {"createdAt": "2026-01-01"}}
    bad = document_of(STREAM, {"data": {"createdAt": 7}})["sentinel_one"]["activity"]["data"]
    assert bad == {"flattened": {"createdAt": 7}}


def test_other_details_keep_keys_and_types() -> None:
    """What no row names stays whole, in the spelling of the record; named keys are case-sensitive."""
    data = {"userName": "u", "externalip": "x", "siteId": 1, "n": {"a": [None, {"b": ""}, False]}, "username": "j"}
    document = document_of(STREAM, {"data": data, "activityUuid": "lost"})
    kept = {"userName": "u", "externalip": "x", "siteId": 1, "n": {"a": [False]}}
    assert document["sentinel_one"] == {"activity": {"data": {"flattened": kept}}}


def test_external_address_wins_and_stands_second() -> None:
    """host.geo is the external address's where it is known; host.ip has the inner address first, each once."""
    host = document_of(STREAM, {"data": {"ipAddress": "192.0.2.2", "externalIp": "192.0.2.1"}}, PLACES)["host"]
    assert host == {"geo": LONDON, "ip": ["192.0.2.2", "192.0.2.1"]}
    host = document_of(STREAM, {"data": {"ipAddress": "192.0.2.2", "externalIp": "192.0.2.9"}}, PLACES)["host"]
    assert host == {"geo": PARIS, "ip": ["192.0.2.2", "192.0.2.9"]}
    same = document_of(STREAM, {"data": {"ipAddress": "192.0.2.1", "externalIp": "192.0.2.1"}}, PLACES)
    assert same["host"]["ip"] == same["related"]["ip"] == ["192.0.2.1"]


@pytest.mark.parametrize("external", ["192.0.2.1", "192.0.2.9"])
def test_bad_address_is_named_once(external: str) -> None:
    """A bad address gives one text, whether or not the place is taken by the other address."""
    document = document_of(STREAM, {"data": {"ipAddress": "", "externalIp": external}}, PLACES)
    assert document["error"]["message"] == ["'' is not an IP string literal."]
    assert [external] == document["host"]["ip"]
    both = document_of(STREAM, {"data": {"ipAddress": "a", "externalIp": "b"}}, PLACES)
    assert both["error"]["message"] == ["'b' is not an IP string literal.", "'a' is not an IP string literal."]
