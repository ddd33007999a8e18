"""When nobody will learn any more how an action ended that the console took."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s1ecs.respond.plan.ages import length, with_age
from s1ecs.respond.run.given_up import GiveUpTimes, why_unknown
from s1ecs.respond.trackers import Poll
from s1ecs.respond.trackers.presence import HostPresence, presence_of
from s1ecs.respond.trackers.state import ActivityState

ONLINE = {"isActive": True, "lastActiveDate": "2026-01-31T11:00:00Z"}
STATE = ActivityState("1", "2026-01-31T11:00:00Z")
NOTHING, TRACE = Poll(STATE, note="nothing"), Poll(STATE, seen=True, note="under way")


def _patience(**age: float) -> GiveUpTimes:
    return GiveUpTimes(timedelta(**age), timedelta(minutes=5), timedelta(days=14))


@pytest.mark.parametrize(
    ("turn", "host", "age", "why"),
    [
        (NOTHING, ONLINE, {"minutes": 4}, ""),
        (NOTHING, ONLINE, {"minutes": 6}, "the console accepted it 6m ago, but shows no sign of it: how far"),
        (TRACE, ONLINE, {"minutes": 6}, ""),
        (None, None, {"minutes": 6}, ""),
        (NOTHING, ONLINE | {"isActive": False}, {"days": 13}, ""),
        (NOTHING, ONLINE | {"isActive": False}, {"days": 15}, "its outcome was not reported within 14d"),
        (TRACE, ONLINE, {"days": 15}, "its outcome was not reported within 14d"),
        (None, None, {"days": 15}, "its outcome was not reported within 14d"),
        (TRACE, ONLINE | {"isDecommissioned": True}, {"seconds": 1}, "the host is decommissioned"),
        (TRACE, ONLINE | {"isUninstalled": True}, {"seconds": 1}, "the agent is uninstalled"),
        (TRACE, {}, {"seconds": 1}, "the console no longer shows the host"),
    ],
)
def test_why_it_is_unknown(
    turn: Poll[ActivityState] | None, host: dict[str, Any] | None, age: dict[str, float], why: str
) -> None:
    """Gone for good, overdue, or there and showing nothing; an offline host and a trace have their time."""
    presence = HostPresence() if host is None else presence_of([host] if host else [])
    told = why_unknown(turn, presence, _patience(**age), "how far")
    assert told.startswith(why)
    assert bool(told) is bool(why)


def test_since_when_a_host_is_offline() -> None:
    """A host that is offline is told with the time when it was last active; no answer says nothing of it."""
    assert (
        presence_of([ONLINE | {"isActive": False}]).offline == "the host is offline, last active 2026-01-31T11:00:00Z"
    )
    assert presence_of([ONLINE]) == HostPresence(told=True)
    assert presence_of(None) == HostPresence()


@pytest.mark.parametrize(
    ("span", "text"),
    [(0, "0s"), (59, "59s"), (189, "3m9s"), (3600, "1h"), (3661, "1h1m"), (90000, "1d1h"), (-5, "0s")],
)
def test_lengths(span: int, text: str) -> None:
    """A length has its two largest units."""
    assert length(timedelta(seconds=span)) == text


def test_times_with_their_age() -> None:
    """A time of the console has its age; what is no time stays as it is."""
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert with_age("2026-01-31T11:00:00Z", now) == "2026-01-31T11:00:00Z (1h ago)"
    assert (with_age(None, now), with_age("soon", now)) == ("never", "soon")
