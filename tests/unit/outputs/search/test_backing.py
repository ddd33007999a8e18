"""Which documents an older backing index may hold, and what an output remembers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.outputs.search.backing import Backing
from s1ecs.outputs.search.memory import Memory

ROLLED = datetime(2026, 1, 10, tzinfo=UTC)
NOW = ROLLED + timedelta(days=1)
TWO = Backing({"one": ROLLED - timedelta(days=30), "two": ROLLED})


def document(moment: datetime | str | None, created: str = "") -> dict[str, Any]:
    """A document of that time."""
    text = moment.isoformat() if isinstance(moment, datetime) else moment
    return {"@timestamp": text, "event": {"created": created}}


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


def test_start_lasts_until_it_is_quiet() -> None:
    """Ten batches in a row without any that was there end the start; one that was there begins it anew."""
    memory = Memory()
    for found in (*[0] * 9, 1, *[0] * 9):
        memory.looked_up(found)
        assert memory.is_fresh
    memory.looked_up(0)
    assert not memory.is_fresh


def test_doubts_last_until_delivered() -> None:
    """What may have arrived is remembered until it did, what arrived for some batches more."""
    memory = Memory()
    memory.doubt(["a", "b", "c"])
    memory.delivered(["a"])
    for number in range(20):
        memory.delivered([f"n{number}"])
    assert memory.sent_before(["a", "b", "c", "n0", "n19"]) == {"b", "c", "n19"}
