"""What is special in threats."""

from typing import Any

import pytest

from s1ecs.streams.threat import STREAM

from .documents import document_of, mapped, record_of


def own(record: Any) -> dict[str, Any]:
    """What stands under sentinel_one.threat in a record's document."""
    fields: dict[str, Any] = document_of(STREAM, record)["sentinel_one"]["threat"]
    return fields


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"threatId": "1", "classification": "EXPLOIT"}, {"category": ["threat"], "type": ["indicator"]}),
        ({"threatId": "1", "classification": "Trojan"}, {"category": ["malware"], "type": ["info"]}),
        ({"threatId": "1", "classification": "Generic.Heuristic"}, {}),
        ({"threatId": "1"}, {}),
        ({"threatId": "", "classification": "Trojan"}, {}),
        ({"classification": "Trojan"}, {}),
        ({"classification": 7}, {}),
    ],
)
def test_classification_decides(info: dict[str, Any], expected: dict[str, Any]) -> None:
    """Category and type come of the classification, only where the threat has an id."""
    assert {"kind": "alert", **expected} == document_of(STREAM, {"threatInfo": info})["event"]


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"threatInfo": {"threatId": "1", "classification": 7}}, "[7] is not text"),
        ({"agentDetectionInfo": {"agentIpV4": ["10.0.0.1"]}}, '[["10.0.0.1"]] is not text'),
        ({"agentDetectionInfo": {"agentIpV6": 6}}, "[6] is not text"),
        ({"agentRealtimeInfo": {"agentOsType": True}}, "[true] is not text"),
    ],
)
def test_what_is_no_text_fails(record: Any, text: str) -> None:
    """A classification, an address that would be split, or an operating system that is no text ends the record."""
    result = mapped(STREAM, record)
    assert result.failed
    assert [text] == result.document["error"]["message"]
    assert result.document["event"] == {"kind": "pipeline_error"}


def test_addresses_with_commas() -> None:
    """Addresses are split at commas, not trimmed; one bad piece makes all bad, empty pieces at the end go."""
    assert own({"agentDetectionInfo": {"agentIpV4": "10.0.0.1,10.0.0.2,,"}})["detection"]["agent"] == {
        "ipv4": ["10.0.0.1", "10.0.0.2"]
    }
    for bad, piece in (("10.0.0.1, 10.0.0.2", " 10.0.0.2"), (",10.0.0.1", ""), ("10.0.0.1,x,y", "x")):
        document = document_of(STREAM, {"agentDetectionInfo": {"agentIpV4": bad}})
        assert document["error"]["message"] == [f"'{piece}' is not an IP string literal."]
        assert "sentinel_one" not in document


def test_empties_are_gone_before_mapping() -> None:
    """An empty text is as good as absent: no text about a bad date, the fall-back user, and an id without the part."""
    record = {
        "id": "",
        "agentDetectionInfo": {"agentLastLoggedInUserName": "", "agentRegisteredAt": "", "externalIp": ""},
        "threatInfo": {"processUser": "root", "createdAt": "2024-01-15T10:00:00Z"},
    }
    document = document_of(STREAM, record)
    assert "error" not in document
    assert document["user"] == {"name": "root"}
    without = {"threatInfo": {"createdAt": "2024-01-15T10:00:00Z"}}
    mapper = STREAM.mapper()
    assert mapper.identify(record_of(record)) == mapper.identify(record_of(without))


def test_user_names() -> None:
    """user.name is who was logged in, else who ran the process; related.user: it, who marked, who ran."""
    info = {"processUser": "root", "initiatingUsername": "Sam"}
    document = document_of(STREAM, {"agentDetectionInfo": {"agentLastLoggedInUserName": "jane"}, "threatInfo": info})
    assert document["user"] == {"name": "jane"}
    assert document["related"] == {"user": ["jane", "Sam", "root"]}
    assert document_of(STREAM, {"threatInfo": info})["related"] == {"user": ["root", "Sam"]}


def test_decommissioning_is_taken_for_a_boolean() -> None:
    """A real time there is no boolean, so it costs a text; the other fields go on."""
    document = document_of(
        STREAM, {"agentRealtimeInfo": {"agentDecommissionedAt": "2026-01-01T00:00:00Z", "agentDomain": "D"}}
    )
    assert document["error"]["message"] == ["[2026-01-01T00:00:00Z] is not a boolean value, cannot convert to boolean"]
    assert document["host"] == {"domain": "D"}


def test_bad_external_address_is_named_once() -> None:
    """The row of host.ip does not name the address again that the one of host.geo named."""
    document = document_of(STREAM, {"agentDetectionInfo": {"externalIp": "x"}})
    assert document["error"]["message"] == ["'x' is not an IP string literal."]


def test_engines() -> None:
    """Engines become one text with commas in event.action; what is no list does nothing there."""
    document = document_of(STREAM, {"threatInfo": {"engines": ["A", "", 7]}})
    assert document["event"]["action"] == "A,7"
    assert document["sentinel_one"]["threat"]["engines"] == ["A", 7]
    assert "action" not in document_of(STREAM, {"threatInfo": {"engines": "A"}})["event"]


@pytest.mark.parametrize("missing", ["threatName", "confidenceLevel"])
def test_message_needs_both(missing: str) -> None:
    """The message names threat and confidence, and is there only with both."""
    info = {"threatName": "a.exe", "confidenceLevel": "malicious"}
    assert document_of(STREAM, {"threatInfo": info})["message"] == "Threat Detected: a.exe (malicious)"
    assert "message" not in document_of(STREAM, {"threatInfo": {**info, missing: ""}})


def test_interfaces_of_any_shape() -> None:
    """What is no object or no list of addresses is passed over; doubles of a hardware address go by the raw text."""
    interfaces = [
        {"physical": "aa:bb", "inet": "10.0.0.1", "inet6": ["2001:db8::1", "x"]},
        "odd",
        {"physical": "aa:bb", "inet": ["10.0.0.2", "y", ["10.0.0.3"]], "more": {"a": 1}},
        {"physical": "AA-BB"},
        {"physical": 7},
    ]
    document = document_of(STREAM, {"agentRealtimeInfo": {"networkInterfaces": interfaces}})
    assert document["sentinel_one"]["threat"]["agent"]["network_interface"] == [
        {"inet": "10.0.0.1", "inet6": ["2001:db8::1"]},
        "odd",
        {"inet": ["10.0.0.2"], "more": {"a": 1}},
    ]
    assert document["host"] == {"mac": ["AA-BB", "AA-BB", "7"]}
    assert document["related"] == {"ip": ["10.0.0.2", "2001:db8::1"]}
    assert document["error"]["message"] == [
        "'y' is not an IP string literal.",
        "'[\"10.0.0.3\"]' is not an IP string literal.",
        "'x' is not an IP string literal.",
    ]


def test_indicators_of_any_shape() -> None:
    """What has not the expected form is left out of threat.* in silence; the indicators keep what no rule takes."""
    document = document_of(
        STREAM,
        {
            "indicators": [
                {"category": "C", "categoryId": "7", "ids": "9", "tactics": [{"name": 1, "source": "M"}, "odd"]},
                "odd",
                {"ids": [1, "1", True], "tactics": {"name": "lost"}, "description": "d", "more": [1]},
                {"tactics": [{"techniques": [{"name": "T1", "link": "l"}, {"name": "T1", "link": "l/"}, 5]}]},
            ]
        },
    )
    assert document["sentinel_one"]["threat"]["indicators"] == [
        {"category": {"name": "C", "id": "7"}},
        "odd",
        {"description": "d", "more": [1]},
    ]
    assert document["threat"] == {
        "framework": ["M"],
        "tactic": {"id": ["1", "true"], "name": ["1"]},
        "technique": {"id": ["T1"], "reference": ["l", "l/"]},
    }
    assert "error" not in document


def test_mitigation_of_any_shape() -> None:
    """Bad numbers and booleans give texts, one kind of value in all entries before the next; bad dates give none."""
    entries = [
        {"actionsCounters": {"failed": "a", "total": "b", "other": 1}, "groupNotFound": 0, "lastUpdate": "c"},
        {"actionsCounters": {"failed": "d", "success": "0x1"}, "agentSupportsReport": "e", "latestReport": {"f": 1}},
        {"actionsCounters": 7, "mitigationEndedAt": 7, "camelCase": 1},
        "odd",
    ]
    document = document_of(STREAM, {"mitigationStatus": entries})
    assert document["error"]["message"] == [
        'For input string: "a"',
        'For input string: "d"',
        'For input string: "b"',
        "[e] is not a boolean value, cannot convert to boolean",
        "[0] is not a boolean value, cannot convert to boolean",
    ]
    assert document["sentinel_one"]["threat"]["mitigation_status"] == [
        {"action_counters": {"success": 1}, "latest_report": {"f": 1}},
        {"camelCase": 1},
        "odd",
    ]


@pytest.mark.parametrize("value", ["none", {"inet": ["x"], "ids": [1], "lastUpdate": "x", "physical": "aa"}, 7])
def test_lists_that_are_none_stay(value: Any) -> None:
    """Interfaces, indicators and mitigation that are no lists are delivered as they are."""
    record = {"agentRealtimeInfo": {"networkInterfaces": value}, "indicators": value, "mitigationStatus": value}
    document = document_of(STREAM, record)
    assert document["sentinel_one"]["threat"] == {
        "agent": {"network_interface": value},
        "indicators": value,
        "mitigation_status": value,
    }
    assert document.keys() == {"ecs", "event", "sentinel_one"}


def test_mapping_leaves_the_record_alone() -> None:
    """The record is the same after mapping, so that its original can still be delivered."""
    record = record_of(
        {
            "agentRealtimeInfo": {"networkInterfaces": [{"inet": ["x"], "physical": "aa"}]},
            "indicators": [{"category": "c", "ids": [1]}],
            "mitigationStatus": [{"actionsCounters": {"failed": 1}, "action_counters": {"total": 9}}],
            "timeline": {"createdAt": "2026-01-01T00:00:00Z"},
        }
    )
    before = repr(record.value)
    STREAM.mapper().map(record)
    assert before == repr(record.value)


ENTRY = {
    "activityType": 3608,
    "createdAt": "2026-03-02T09:00:00.123456Z",
    "primaryDescription": "Alert created for a.exe from Custom Rule: Shells",
    "data": {"ruleid": "12", "rulename": "Shells", "ruledescription": "Office starts a shell.", "at": "2026-03-02"},
    "threatId": "1",
    "hash": None,
    "@odd": 1,
}


def test_timeline() -> None:
    """An entry stands in snake case beneath the threat, times in one form, its rule in rule.*."""
    document = document_of(STREAM, {"id": "1", "timeline": ENTRY})
    assert document["sentinel_one"]["threat"]["timeline"] == {
        "activity_type": 3608,
        "created_at": "2026-03-02T09:00:00.123Z",
        "primary_description": "Alert created for a.exe from Custom Rule: Shells",
        "data": {
            "ruleid": "12",
            "rulename": "Shells",
            "ruledescription": "Office starts a shell.",
            "at": "2026-03-02",
        },
        "threat_id": "1",
    }
    assert document["rule"] == {"id": "12", "name": "Shells", "description": "Office starts a shell."}


def test_timeline_that_is_no_entry() -> None:
    """A timeline that is no object, and an entry without a rule, leave no trace of one."""
    assert document_of(STREAM, {"timeline": "x"}).keys() == {"ecs", "event"}
    document = document_of(STREAM, {"timeline": {"ruleName": "", "data": "x", "ruleId": {"a": 1}}})
    assert document["sentinel_one"]["threat"]["timeline"] == {"data": "x", "rule_id": {"a": 1}}
    assert "rule" not in document


def test_timeline_is_part_of_the_identity() -> None:
    """Each entry makes a document of its own, whatever the order of its keys; without one the id is the threat's."""
    threat = {"id": "1", "threatInfo": {"createdAt": "2024-01-15T10:00:00Z", "updatedAt": "2024-01-15T10:05:00Z"}}
    identify = STREAM.mapper().identify
    assert identify(record_of(threat)) == "JGt16HkV7ClvT2Dg4NXuzgDUW00="
    one = identify(record_of({**threat, "timeline": {"a": 1, "b": 2}}))
    assert one == identify(record_of({**threat, "timeline": {"b": 2, "a": 1}}))
    assert one not in {identify(record_of({**threat, "timeline": {"a": 1}})), identify(record_of(threat))}
