"""What layout 2 has that no row of a table says alone: identities, timelines, the edges of names, severity."""

from collections.abc import Sequence
from typing import Any

import pytest

from s1ecs.records import Record
from s1ecs.streams import stream_in
from s1ecs.streams.redaction import redaction_of

from .documents import document_of, record_of

THREAT = stream_in("threat", 2)
ENTRY = {
    "id": "7",
    "createdAt": "2024-01-15T10:01:00Z",
    "updatedAt": "2024-01-15T10:02:00Z",
    "activityType": 3608,
    "primaryDescription": "Alert created from Custom Rule: Shells",
    "groupId": "9",
    "hash": "abc",
    "osFamily": "Windows",
    "userId": "5",
    "accountId": "2",
    "agentId": "3",
    "siteId": "4",
    "data": {"ruleid": "12", "ruleId": "13", "ruleName": "Shells", "other": True},
}
TIMES = {"createdAt": "2024-01-15T10:00:00Z", "updatedAt": "2024-01-15T10:05:00Z"}


@pytest.mark.parametrize(
    ("stream", "record", "identity"),
    [
        ("threat", {"id": "1", "threatInfo": TIMES, "timeline": ENTRY}, "M+AMSHHkyGP1KrKG1/OF2IibnH4="),
        ("threat", {"id": "1", "threatInfo": TIMES}, "JGt16HkV7ClvT2Dg4NXuzgDUW00="),
        ("threat_event", {"id": "1", "createdAt": "2024-01-15T10:00:00Z"}, "x4vquyzOe27lF6NcbPMYRmAbfKc="),
    ],
)
def test_identity(stream: str, record: Any, identity: str) -> None:
    """The ids are those of Elastic's integration 2.x."""
    assert stream_in(stream, 2).mapper().identify(record_of(record)) == identity


def test_entry_keeps_its_document() -> None:
    """An entry's document stays when the threat changes; without an id of its own it is told apart by its content."""
    identify = THREAT.mapper().identify

    def threat(updated: str, timeline: Any) -> Record:
        return record_of({"id": "1", "threatInfo": {**TIMES, "updatedAt": updated}, "timeline": timeline})

    assert identify(threat("2024-01-15T11:00:00Z", ENTRY)) == identify(threat("2024-01-15T12:00:00Z", ENTRY))
    one, other = ({"createdAt": "2024-01-15T10:01:00Z", "hash": text} for text in ("a", "b"))
    assert identify(threat("2024-01-15T11:00:00Z", one)) != identify(threat("2024-01-15T11:00:00Z", other))


def test_risks_keep_their_identity() -> None:
    """A new scan of a risk has another id in both layouts, or a search server would refuse it as a duplicate."""
    identify = stream_in("application_risk", 2).mapper().identify
    risks = [record_of({"id": "1", "status": "Detected", "lastScanDate": f"2024-01-0{day}"}) for day in (1, 2)]
    assert identify(risks[0]) != identify(risks[1])
    assert [identify(risk) for risk in risks] == [
        stream_in("application_risk", 1).mapper().identify(risk) for risk in risks
    ]


def test_timeline() -> None:
    """An entry has fields of its own, sets the time and the rule, and fills what the threat left unset."""
    document = document_of(THREAT, {"id": "1", "threatInfo": TIMES, "timeline": ENTRY})
    own = document["sentinel_one"]["threat"]
    assert document["@timestamp"] == "2024-01-15T10:01:00.000Z"
    assert document["message"] == "Alert created from Custom Rule: Shells"
    assert document["event"]["id"] == "1"
    assert document["group"] == {"id": "9"}
    assert document["user"] == {"id": "5"}
    assert document["host"] == {"os": {"family": "Windows"}}
    assert document["related"] == {"hash": ["abc"], "user": ["5"]}
    assert document["rule"] == {"id": "12", "name": "Shells"}
    assert (own["rule_id"], own["rule_name"]) == ("12", "Shells")
    assert own["timeline"] == {
        "account": {"id": "2"},
        "activity_type": 3608,
        "agent": {"id": "3"},
        "created_at": "2024-01-15T10:01:00.000Z",
        "data": {"ruleId": "13", "other": True},
        "group": {"id": "9"},
        "hash": "abc",
        "id": "7",
        "os_family": "Windows",
        "primary_description": "Alert created from Custom Rule: Shells",
        "site": {"id": "4"},
        "updated_at": "2024-01-15T10:02:00.000Z",
        "user": {"id": "5"},
    }


def test_timeline_beside_a_threat_with_words() -> None:
    """The threat's own message and group stay; a time of an entry that is none leaves the threat's, with two texts."""
    info = {**TIMES, "threatName": "a.exe", "confidenceLevel": "malicious"}
    entry = {**ENTRY, "createdAt": "never"}
    record = {"threatInfo": info, "agentRealtimeInfo": {"groupId": "1"}, "timeline": entry}
    document = document_of(THREAT, record)
    assert document["message"] == "Threat Detected: a.exe (malicious)"
    assert document["group"] == {"id": "1"}
    assert document["@timestamp"] == "2024-01-15T10:05:00.000Z"
    assert document["error"]["message"] == ["unable to parse date [never]"] * 2


@pytest.mark.parametrize("timeline", ["x", [ENTRY], 7])
def test_timeline_that_is_no_object(timeline: Any) -> None:
    """A timeline that is no object leaves no trace."""
    assert document_of(THREAT, {"timeline": timeline}).keys() == {"ecs", "event"}


def test_groups_are_settled_apart() -> None:
    """The group of now counts before that of the detection, its id and its name each for itself."""
    record = {
        "agentDetectionInfo": {"groupId": "1", "groupName": "Old"},
        "agentRealtimeInfo": {"groupId": "2"},
    }
    assert document_of(THREAT, record)["group"] == {"id": "2", "name": "Old"}


def test_indicators() -> None:
    """The numbers of indicators are ids of tactics and of indicators."""
    threat = document_of(THREAT, {"indicators": [{"ids": [1, 2]}, {"ids": [2]}, {"ids": "x"}]})["threat"]
    assert threat["tactic"]["id"] == threat["indicator"]["id"] == ["1", "2"]


def test_domain_of_a_login() -> None:
    """The domain that a name holds stays before the one that the alert names beside it, and nothing fails."""
    alert = stream_in("alert", 2)
    both = document_of(alert, {"alertInfo": {"loginsUserName": "LAB\\joe", "loginAccountDomain": "CORP"}})
    assert both["user"] == {"domain": "LAB", "name": "joe"}
    assert "error" not in both
    one = document_of(alert, {"alertInfo": {"loginsUserName": "joe", "loginAccountDomain": "CORP"}})
    assert one["user"] == {"domain": "CORP", "name": "joe"}


def test_rules_of_activities() -> None:
    """The details of a STAR rule are fields, and gone from the rest; other spellings stay there."""
    details = {"ruleid": "12", "ruleId": "13", "rulename": "", "severity": "E_HIGH", "more": 1}
    document = document_of(stream_in("activity", 2), {"data": details})
    own = document["sentinel_one"]["activity"]
    assert document["rule"] == {"id": "12"}
    assert own == {"rule_id": "12", "severity": "E_HIGH", "data": {"flattened": {"ruleId": "13", "more": 1}}}
    first = document_of(stream_in("activity", 1), {"data": details})["sentinel_one"]["activity"]
    assert first["data"]["flattened"] == {name: value for name, value in details.items() if value}


@pytest.mark.parametrize(
    ("info", "severity"),
    [
        ({"confidenceLevel": "suspicious"}, 47),
        ({"confidenceLevel": "suspicious", "mitigationStatus": "not_mitigated"}, 47),
        ({"confidenceLevel": "malicious", "mitigationStatus": "mitigated"}, 73),
        ({"confidenceLevel": "malicious", "mitigationStatus": "marked_as_benign"}, 73),
        ({"confidenceLevel": "malicious"}, 73),
        ({"confidenceLevel": "Malicious", "mitigationStatus": "not_mitigated"}, 99),
        ({"confidenceLevel": "n/a", "mitigationStatus": "not_mitigated"}, None),
        ({"confidenceLevel": 7}, None),
        ({"mitigationStatus": "not_mitigated"}, None),
    ],
)
@pytest.mark.parametrize("layout", [1, 2])
def test_severity_of_threats(layout: Any, info: dict[str, Any], severity: int | None) -> None:
    """With threat_severity a threat has a severity by confidence and mitigation, without it none."""
    loud = stream_in("threat", layout, frozenset({"threat_severity"}))
    assert document_of(loud, {"threatInfo": info})["event"].get("severity") == severity
    assert "severity" not in document_of(stream_in("threat", layout), {"threatInfo": info})["event"]


def test_redaction_of_the_severity() -> None:
    """Redacting the severity removes what it is made of, and nothing else of the threat."""
    loud = stream_in("threat", 1, frozenset({"threat_severity"}))
    record = record_of({"threatInfo": {"confidenceLevel": "malicious", "sha1": "abc"}})
    assert redaction_of(loud, ["event.severity"]).strip(record).record.value == {"threatInfo": {"sha1": "abc"}}


@pytest.mark.parametrize(
    ("field", "severity"),
    [("sentinel_one.threat.mitigation.status", 73), ("sentinel_one.threat.confidence_level", None)],
)
def test_severity_without_what_it_is_made_of(field: str, severity: int | None) -> None:
    """A malicious threat whose mitigation is redacted is not raised to 99; without confidence it has no severity."""
    loud = stream_in("threat", 2, frozenset({"threat_severity"}))
    record = record_of({"threatInfo": {"confidenceLevel": "malicious", "mitigationStatus": "not_mitigated"}})
    document = loud.mapper().map(redaction_of(loud, [field]).strip(record).record).document
    assert document["event"].get("severity") == severity


REDACTED: Sequence[tuple[str, str, Any, str]] = [
    ("activity", "sentinel_one.activity.site.name", {"siteName": "Lab"}, "Lab"),
    ("activity", "sentinel_one.site.name", {"siteName": "Lab"}, "Lab"),
    ("activity", "sentinel_one.activity.account", {"accountName": "Lab"}, "Lab"),
    ("threat", "sentinel_one.threat.classification", {"threatInfo": {"classification": "Trojan"}}, "Trojan"),
    ("agent", "user.domain", {"osUsername": "CORP\\jane"}, "CORP"),
    ("agent", "user.name", {"osUsername": "CORP\\jane"}, "jane"),
]


@pytest.mark.parametrize("layout", [1, 2])
@pytest.mark.parametrize(("name", "field", "record", "secret"), REDACTED)
def test_redaction_holds_in_both_layouts(layout: Any, name: str, field: str, record: Any, secret: str) -> None:
    """A field of the setting redact is removed by the name that it has in either layout."""
    stream = stream_in(name, layout)
    redaction = redaction_of(stream, [field])
    stripped = redaction.strip(record_of(record))
    mapped = stream.mapper().map(stripped.record)
    stream.envelope().seal(mapped, lambda: str(stripped.record.value), fetched=None, now=None)
    redaction.clean(mapped.document, stripped)
    kept = layout == 1 and field == "user.domain"
    assert (secret in str(mapped.document)) == kept
