"""Which records are the latest state of their thing, and since when."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from s1ecs.collect.delivery.entities import latest_states, states_of, thing_of
from s1ecs.collect.poll import poll
from s1ecs.outputs.output import Capabilities
from s1ecs.records import Record
from s1ecs.state.seen_marks import ALWAYS
from s1ecs.streams import STREAMS

from .conftest import FeedOf, RecordingOutput
from .lists import ListConsole

FETCHED = datetime(2026, 1, 2, 12, tzinfo=UTC)
FETCHED_MS = 1_767_355_200_000


def record(name: str, state: str = "") -> Record:
    """A state of the thing of this name."""
    value = {"id": name, "state": state}
    return Record(value, lambda: value)


def found(*states: tuple[str, str, str]) -> dict[str, int]:
    """Of (id, thing, time): the versions of the latest states by id."""
    given = [(identity, record(name), time) for identity, name, time in states]
    return {identity: thing.version for identity, thing in latest_states(given, ("id",), FETCHED).items()}


def test_the_records_own_time_decides() -> None:
    """Of a thing's states that came together the one with the later time is the latest, whatever their order."""
    early, late = "2026-01-02T10:00:00.000Z", "2026-01-02T10:00:00.001Z"
    for order in ((early, late), (late, early)):
        states = found(*((time, "host", time) for time in order))
        assert states == {late: 1_767_348_000_001}


def test_of_one_time_the_one_that_comes_later() -> None:
    """Two states of one millisecond: what the console listed last counts, also when it had come before already."""
    same = "2026-01-02T10:00:00.000Z"
    assert list(found(("a", "host", same), ("b", "host", same), ("a", "host", same))) == ["a"]


def test_a_whole_inventory_goes_by_when_it_was_fetched() -> None:
    """A record without a time of change is as new as the page that it came with."""
    assert found(("a", "app", ALWAYS), ("b", "other", ALWAYS)) == {"a": FETCHED_MS, "b": FETCHED_MS}


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z"])
def test_times_before_1970_are_no_negative_versions(time: str) -> None:
    """A time that nobody set, as Go's zero time, is a version that servers take, older than any other."""
    assert found(("a", "host", time)) == {"a": 0}


def test_a_time_in_the_future_counts_as_when_it_was_fetched() -> None:
    """A wrong clock does not freeze a thing: what comes later takes the place of a state from the future."""
    assert found(("a", "host", "2099-01-01T00:00:00.000Z")) == {"a": FETCHED_MS}


def test_the_key_is_that_of_the_checkpoints() -> None:
    """A thing has one key, whoever remembers it."""
    [thing] = latest_states([("a", record("host"), ALWAYS)], ("id",), FETCHED).values()
    assert thing.key == thing_of(record("host", "another"), ("id",), "b")


async def test_an_output_of_latest_states_is_told_of_every_state(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """Also a state that the thing had before, so that the output can go back to it."""
    output.capabilities = Capabilities(latest_states=True)
    feed = feed_of("application_risk")
    told = []
    for status in ("Detected", "Resolved", "Detected"):
        lists.lists["/application-management/risks"] = [{"id": "a", "cveId": "CVE-1", "status": status}]
        output.batches.clear()
        await poll(feed, asyncio.Event(), lambda *_: None)
        told.append(dict(output.things))
    assert [list(things) for things in told] == [[identity] for identity in output.delivered]
    assert len({thing.key for things in told for thing in things.values()}) == 1


def alert(updated: object) -> Record:
    """A state of one alert, which was created long before."""
    value = {"alertInfo": {"alertId": "1", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": updated}}
    return Record(value, lambda: value)


def test_findings_go_by_their_last_change() -> None:
    """An alert is ordered by when it changed, not by when it was created, as its walk has it."""
    created, early, late = "2026-01-01T00:00:00Z", "2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z"
    states = [("b", alert(late), created), ("a", alert(early), created)]
    assert list(states_of(STREAMS["alert"], states, (), FETCHED, "")) == ["b"]
    [thing] = states_of(STREAMS["alert"], [("c", alert("never"), created)], (), FETCHED, "born").values()
    assert (thing.version, thing.console) == (FETCHED_MS, "born")


def test_activities_are_states_of_nothing() -> None:
    """A stream of events that happened has no latest states."""
    assert states_of(STREAMS["activity"], [("a", record("host"), ALWAYS)], (), FETCHED, "") == {}


async def test_an_output_gets_the_states_of_findings(
    feed_of: FeedOf, lists: ListConsole, output: RecordingOutput
) -> None:
    """Documents of threats come with what they are states of to an output that keeps latest states, to no other."""
    updates = [{"id": "1", "threatInfo": {"updatedAt": f"2026-01-02T1{hour}:00:00Z"}} for hour in (0, 1)]
    lists.lists["/threats"] = updates
    feed = feed_of("threat")
    await poll(feed, asyncio.Event(), lambda *_: None)
    assert (len(output.accepted), output.things) == (2, {})
    keeping = RecordingOutput(capabilities=Capabilities(latest_states=True))
    await poll(replace(feed_of("threat"), outputs=[keeping], console="other"), asyncio.Event(), lambda *_: None)
    [thing] = keeping.things.values()
    assert thing.version == 1_767_351_600_000
