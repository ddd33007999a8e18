from typing import Any

import pytest

from s1ecs.streams.application_risk import STREAM

from .documents import document_of, mapped, record_of


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("Succeeded", "success"), ("FAILED", "failure"), ("Skipped", "unknown"), ("", "unknown"), (None, "unknown")],
)
def test_outcome(result: str | None, outcome: str) -> None:
    """Two words have an outcome of their own; with any other, and with none, it is unknown."""
    assert document_of(STREAM, {"lastScanResult": result})["event"]["outcome"] == outcome


@pytest.mark.parametrize("result", [1, True, ["Succeeded"], {"a": "b"}])
def test_outcome_of_what_is_no_text(result: Any) -> None:
    """A scan result that is no text ends the record there: earlier rows are set, later ones are not."""
    document, failed = mapped(STREAM, {"lastScanResult": result, "application": "a", "status": "s"})
    assert failed
    assert [text.endswith("is not text") for text in document["error"]["message"]] == [True]
    assert document["sentinel_one"]["application_risk"] == {"application": "a", "last_scan_result": result}
    assert "outcome" not in document["event"]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("lastScanDate", "last_scan_date"),
        ("markedDate", "marked_date"),
        ("mitigationStatusChangeTime", "mitigation_status_change_time"),
        ("publishedDate", "published_date"),
    ],
)
def test_lenient_dates(key: str, path: str) -> None:
    """Four dates take months, days and hours of one digit."""
    document = STREAM.mapper(keep_duplicates=True).map(record_of({key: "2024-1-2T3:04:05Z"})).document
    assert document["sentinel_one"]["application_risk"] == {path: "2024-01-02T03:04:05.000Z"}


def test_strict_date() -> None:
    """The date of detection does not."""
    document = document_of(STREAM, {"detectionDate": "2024-1-2T3:04:05Z"})
    assert document["error"]["message"] == ["unable to parse date [2024-1-2T3:04:05Z]"]


def test_time_is_that_of_the_last_scan() -> None:
    """A newer scan gives a newer document; the detection is when the event began to be known."""
    document = document_of(
        STREAM, {"lastScanDate": "2025-07-29T19:25:47Z", "detectionDate": "2025-06-02T04:46:51.710569Z"}
    )
    assert document["@timestamp"] == "2025-07-29T19:25:47.000Z"
    assert document["event"]["created"] == "2025-06-02T04:46:51.710Z"


@pytest.mark.parametrize(
    ("score", "number", "text"),
    [("7.00", 7.0, None), (9, 9.0, None), ("", None, "empty String"), ("high", None, 'For input string: "high"')],
)
def test_base_score(score: Any, number: float | None, text: str | None) -> None:
    """The base score comes as text with decimals; an empty one is a bad value."""
    document = document_of(STREAM, {"baseScore": score})
    assert document.get("vulnerability", {}).get("score", {}).get("base") == number
    assert document.get("error", {}).get("message") == (None if text is None else [text])


def test_score_of_nvd() -> None:
    """The NVD score is rounded to 32 bits; an empty one is skipped."""
    assert document_of(STREAM, {"nvdBaseScore": "7.1000000001"})["sentinel_one"]["application_risk"] == {
        "nvd_base_score": 7.1
    }
    assert "error" not in document_of(STREAM, {"nvdBaseScore": ""})


def test_ids_are_text() -> None:
    """Ids that come as numbers are text in every place."""
    document = document_of(STREAM, {"id": 12, "endpointId": 34})
    assert document["event"]["id"] == "12"
    assert (document["host"], document["resource"]) == ({"id": "34"}, {"id": "34"})


def test_host_name_is_who_marked_the_risk() -> None:
    """As in Elastic's integration host.name is who marked the risk; the host itself is in resource.name."""
    document = document_of(STREAM, {"markedBy": "ann", "endpointName": "pc"})
    assert document["host"] == {"name": "ann"}
    assert document["resource"] == {"name": "pc"}


@pytest.mark.parametrize(("word", "host"), [("macos", {"os": {"type": "macos"}}), ("Windows", None), ("solaris", None)])
def test_operating_system_of_the_set(word: str, host: Any) -> None:
    """Only three words, letter for letter, are copied; the own field is a duplicate even where no copy was made."""
    document = document_of(STREAM, {"osType": word})
    assert document.get("host") == host
    assert "sentinel_one" not in document
    kept = STREAM.mapper(keep_duplicates=True).map(record_of({"osType": word})).document
    assert kept["sentinel_one"]["application_risk"] == {"os_type": word}


@pytest.mark.parametrize(
    ("word", "number", "text"),
    [("CRITICAL", 99, None), ("low", 21, None), ("", None, None), ("None", None, None), (7, None, "[7] is not text")],
)
def test_severity(word: Any, number: int | None, text: str | None) -> None:
    """A severity that is no text is a bad value, another word is none."""
    document = document_of(STREAM, {"severity": word, "status": "Detected"})
    assert document["event"].get("severity") == number
    assert document.get("error", {}).get("message") == (None if text is None else [text])
    assert document["sentinel_one"]["application_risk"]["status"] == "Detected"


def test_days_alone_are_no_news() -> None:
    """A risk that only grew older keeps its id; one whose status changed gets another."""
    identify = STREAM.mapper().identify
    first = identify(record_of({"id": "1", "daysDetected": 3, "status": "Detected"}))
    assert first == identify(record_of({"id": "1", "daysDetected": 4, "status": "Detected"}))
    assert first == identify(record_of({"id": "1", "status": "Detected"}))
    assert first != identify(record_of({"id": "1", "daysDetected": 3, "status": "Resolved"}))
