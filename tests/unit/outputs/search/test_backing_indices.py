"""Which documents an older backing index may hold, and what an output remembers."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest

from s1ecs.ecs.mapper import original
from s1ecs.outputs.search.backing_indices import Backing
from s1ecs.outputs.search.recent_ids import RecentIds
from s1ecs.records import record_from_line
from s1ecs.streams import STREAMS
from s1ecs.timestamps import time_text

ROLLED = datetime(2026, 1, 10, tzinfo=UTC)
NOW = ROLLED + timedelta(days=1)
TWO = Backing({"one": ROLLED - timedelta(days=30), "two": ROLLED})


def document(moment: datetime | str | None, created: str = "") -> dict[str, Any]:
    """A document of that time."""
    text = moment.isoformat() if isinstance(moment, datetime) else moment
    return {"@timestamp": text, "event": {"created": created}, "input": {"type": "httpjson"}}


def sealed(stream: str, fetched: datetime, **fields: Any) -> dict[str, Any]:
    """The document of a record of a stream, as it is delivered."""
    record = record_from_line(orjson.dumps({"id": "1", **fields}))
    mapped = STREAMS[stream].mapper().map(record)
    now = time_text(fetched)
    created = now if STREAMS[stream].input_type == "httpjson" else None
    STREAMS[stream].envelope().seal(mapped, partial(original, record), fetched=created, now=now)
    return mapped.document


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (ROLLED + timedelta(hours=2), False),
        (NOW, False),
        (ROLLED + timedelta(minutes=59), True),
        (ROLLED - timedelta(days=3), True),
        (NOW + timedelta(days=1), True),
        (None, True),
        ("rubbish", True),
        ("2026-01-10", True),
    ],
)
def test_by_time(moment: datetime | str | None, may: bool) -> None:  # noqa: FBT001 - a row of a table
    """Only what happened well after the newest index was made, and not in the future, can't be in an older one."""
    assert TWO.may_hold(document(moment), NOW) is may
    assert Backing({"two": ROLLED}).may_hold(document(moment), NOW) is False


def test_time_of_fetching_says_nothing() -> None:
    """A document without a time of its own may have been there before it was fetched again."""
    moment = NOW.isoformat()
    assert TWO.may_hold(document(moment, moment), NOW)
    assert TWO.may_hold({"@timestamp": moment}, NOW)
    assert TWO.may_hold({**document(moment), "event": {}}, NOW)


@pytest.mark.parametrize(
    ("stream", "fields"),
    [
        ("application", {"applicationName": "x"}),
        ("application", {"applicationName": {"no": "text"}, "applicationInstallationDate": "nope"}),
        ("application_risk", {"cveId": "CVE-1"}),
        ("unified_alert", {"name": "x"}),
        ("agent", {"computerName": "x"}),
        ("agent", {"updatedAt": "nope"}),
        ("activity", {"createdAt": "nope"}),
    ],
)
def test_records_without_a_time_of_their_own(stream: str, fields: dict[str, Any]) -> None:
    """What was given the time of its fetching is always looked up: an inventory's, a failed one."""
    for fetched in (NOW, NOW - timedelta(minutes=10)):
        found = sealed(stream, fetched, **fields)
        assert found["@timestamp"] == time_text(fetched)
        assert TWO.may_hold(found, NOW)


def test_thing_that_returns_to_a_state() -> None:
    """A thing in state A, in B after a rollover, then in A again: only B can't be in the older index."""
    first = time_text(ROLLED - timedelta(days=1))
    second = time_text(ROLLED + timedelta(hours=12))
    assert not TWO.may_hold(sealed("agent", NOW, updatedAt=second), NOW)
    assert TWO.may_hold(sealed("agent", NOW, updatedAt=first), NOW)


def test_start_lasts_until_it_is_quiet() -> None:
    """Ten batches in a row without any that was there end the start; one that was there begins it anew."""
    memory = RecentIds()
    for found in (*[0] * 9, 1, *[0] * 9):
        memory.looked_up(100, found)
        assert memory.is_fresh
    memory.looked_up(100, 0)
    assert not memory.is_fresh


def test_next_to_nothing_ends_no_start() -> None:
    """Batches of nothing, or of a document or two, tell little about what an earlier process delivered."""
    memory = RecentIds()
    for asked in (*[0] * 50, *[2] * 50):
        memory.looked_up(asked, 0)
        assert memory.is_fresh


def test_doubts_last_until_delivered() -> None:
    """What may have arrived is remembered until it did, what arrived for some batches more."""
    memory = RecentIds()
    memory.doubt(["a", "b", "c"])
    memory.delivered(["a"])
    for number in range(20):
        memory.delivered([f"n{number}"])
    assert memory.sent_before(["a", "b", "c", "n0", "n19"]) == {"b", "c", "n19"}
