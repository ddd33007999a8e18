"""Health: what makes a stream, a token or a collector ok, a warning or critical."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from s1ecs.monitor.health import Health, HealthLine, judge
from s1ecs.monitor.stream_status import StreamStatus
from s1ecs.state.heartbeats import ConsoleClock, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.inventory_rounds import RoundDoubt
from s1ecs.state.outbox import Spooled, Waiting, WaitingAudit
from s1ecs.state.status import Key, LastPoll
from s1ecs.streams import STREAMS

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALERT = Key("default", "alert")
OK, WARNING, CRITICAL = Health


def ago(**since: float) -> datetime:
    """A moment that long ago."""
    return NOW - timedelta(**since)


def row(state: str | None = "ok", interval: timedelta = timedelta(seconds=30), *, again: int = 0) -> StreamStatus:
    """The alert stream as its last poll left it; None: never polled."""
    poll = None if state is None else LastPoll("2026-01-31T12:00:00.000Z", state, "why", 5, None, again)
    return StreamStatus(ALERT, STREAMS["alert"], True, interval, poll, None, STREAMS["alert"].ask)


def alert(row: StreamStatus, life: Life, letters: Mapping[tuple[str, str], int] | None = None) -> HealthLine:
    """The line of the alert stream."""
    [line] = [line for line in judge([row], life, dict(letters or {}), NOW) if line.stream]
    return line


def at_work(started: datetime = NOW - timedelta(days=3)) -> Run:
    """A run that shows itself."""
    return Run("host", 17, started, ago(seconds=5))


@pytest.mark.parametrize(
    ("moved", "health"), [(ago(seconds=3), CRITICAL), (NOW + timedelta(seconds=30), OK)], ids=["last", "another since"]
)
def test_a_process_that_is_gone_is_critical_at_once(moved: datetime, health: Health) -> None:
    """A `run` whose process ended without being told to is critical at once, unless another one collects since."""
    life = Life(at_work(), {ALERT: StreamProgress(NOW, moved)})
    [line] = [line for line in judge([row()], life, {}, NOW, gone=lambda _: True) if line.about == "collector"]
    assert line.health is health
    assert ("ended without being stopped" in line.text) == (health is CRITICAL)


@pytest.mark.parametrize(
    ("interval", "age", "health"),
    [
        (timedelta(seconds=1), timedelta(seconds=59), OK),
        (timedelta(seconds=1), timedelta(seconds=61), WARNING),
        (timedelta(seconds=30), timedelta(seconds=89), OK),
        (timedelta(seconds=30), timedelta(seconds=91), WARNING),
        (timedelta(minutes=5), timedelta(minutes=14, seconds=59), OK),
        (timedelta(minutes=5), timedelta(minutes=15, seconds=1), WARNING),
        (timedelta(seconds=30), timedelta(minutes=31, seconds=31), CRITICAL),
        (timedelta(days=1), timedelta(days=2), OK),
        (timedelta(days=1), timedelta(days=2, minutes=6), WARNING),
        (timedelta(days=1), timedelta(days=3, minutes=31), CRITICAL),
    ],
)
def test_age_against_interval(interval: timedelta, age: timedelta, health: Health) -> None:
    """What counts is how many intervals, and some minutes, passed since the last good poll."""
    life = Life(at_work(), {ALERT: StreamProgress(good=NOW - age)})
    assert alert(row(interval=interval), life).health is health


def test_a_long_walk_that_moves_is_no_trouble() -> None:
    """A first collection that takes hours is in time as long as its steps are saved."""
    life = Life(at_work(), {ALERT: StreamProgress(good=None, moved=ago(seconds=20))})
    assert alert(row(None), life).health is OK


@pytest.mark.parametrize(
    ("started", "health"), [(ago(minutes=1), OK), (ago(minutes=10), WARNING), (ago(hours=1), CRITICAL)]
)
def test_never_polled(started: datetime, health: Health) -> None:
    """A stream that was never polled is judged by how long a run had for it; without a run it is a warning."""
    assert alert(row(None), Life(at_work(started))).health is health
    assert alert(row(None), Life()).health is WARNING


@pytest.mark.parametrize(
    ("state", "told"),
    [(None, "never polled"), ("never polled", "never polled"), ("failed", "no successful poll yet, failed: why")],
)
@pytest.mark.parametrize("run", [None, at_work(ago(minutes=1))])
def test_no_good_poll_yet(run: Run | None, state: str | None, told: str) -> None:
    """A stream that was polled in vain is not said to have been never polled."""
    assert alert(row(state), Life(run)).text == told


def test_set_aside() -> None:
    """A stream that never could be read stays a warning for ever; one that could be read once gets critical."""
    never = alert(row("skipped"), Life(at_work()))
    once = alert(row("skipped"), Life(at_work(), {ALERT: StreamProgress(good=ago(hours=1))}))
    assert (never.health, once.health) == (WARNING, CRITICAL)
    assert "skipped: why" in never.text


def test_every_stream_set_aside() -> None:
    """A console of which nothing at all can be read is critical, as with a token that is no good."""
    lines = judge([row("skipped")], Life(at_work()), {}, NOW)
    assert max(line.health for line in lines) is CRITICAL


def test_failed_items_and_dead_letters() -> None:
    """A poll that failed, items to be asked again and dead letters are a warning each, however young the last poll."""
    life = Life(at_work(), {ALERT: StreamProgress(good=ago(seconds=30))})
    assert alert(row(), life).health is OK
    assert alert(row("failed"), life).health is WARNING
    assert alert(row(again=1), life).health is WARNING
    letters = alert(row(), life, {ALERT: 3})
    assert (letters.health, letters.dead_letters) == (WARNING, 3)


@pytest.mark.parametrize(
    ("run", "good", "health"),
    [
        (None, ago(seconds=5), OK),
        (at_work(), ago(hours=5), OK),
        (Run("host", 17, ago(days=1), beat=ago(minutes=3)), ago(minutes=4), CRITICAL),
        (Run("host", 17, ago(days=1), beat=ago(days=1)), ago(minutes=4), OK),
        (Run("host", 17, ago(days=1), beat=ago(hours=3), ended=ago(hours=3)), ago(hours=3), OK),
    ],
    ids=["none yet", "at work", "dead", "dead but others collect", "told to end"],
)
def test_collector(run: Run | None, good: datetime, health: Health) -> None:
    """A run without a sign of life that nobody told to end is dead, unless others collect since."""
    lines = judge([row()], Life(run, {ALERT: StreamProgress(good=good)}), {}, NOW)
    assert [line.health for line in lines if line.about == "collector"] == [health]


@pytest.mark.parametrize(
    ("left", "health", "said"),
    [
        (timedelta(days=30), OK, "expires in 30d"),
        (timedelta(days=13), WARNING, "expires in 13d"),
        (timedelta(days=1), CRITICAL, "expires in 1d"),
        (timedelta(days=-1), CRITICAL, "expired 1d ago"),
    ],
)
def test_token(left: timedelta, health: Health, said: str) -> None:
    """A token is a warning two weeks before its end and critical two days before, as in `s1ecs check`."""
    life = Life(at_work(), {ALERT: StreamProgress(good=NOW)}, {"default": TokenExpiry(NOW + left, ago(hours=2))})
    [line] = [line for line in judge([row()], life, {}, NOW) if line.about == "default token"]
    assert (line.health, said in line.text) == (health, True)


def test_documents_that_wait_for_an_output_are_a_warning() -> None:
    """How many wait for which output, how large they are and since when is a line of its own, with its age."""
    spools = [Spooled("elasticsearch", Waiting(1200, 4_140_000), ago(hours=3))]
    [line] = [each for each in judge([row()], Life(), {}, NOW, spools) if each.about == "elasticsearch"]
    assert (line.health, line.age) == (WARNING, timedelta(hours=3))
    assert line.text == "1200 documents (4.1 MB) in the spool for 3h; see the log for the reason"


def test_audit_that_waits_is_a_warning() -> None:
    """Documents of response actions that an output lacks for more than some minutes are told; younger ones are not."""
    audits = [WaitingAudit("old", 2, ago(minutes=30)), WaitingAudit("new", 1, ago(minutes=9))]
    [line] = [each for each in judge([row()], Life(), {}, NOW, audits=audits) if each.about in {"old", "new"}]
    assert (line.health, line.about, line.age) == (WARNING, "old", timedelta(minutes=30))
    assert line.text.startswith("2 documents of response actions in the outbox, the oldest for 30m; ")


@pytest.mark.parametrize(("ahead", "said"), [(7200, "2h ahead of"), (-400, "6m40s behind"), (299, "")])
def test_a_console_whose_clock_is_wrong(ahead: float, said: str) -> None:
    """A clock beyond the tolerance is a warning that names the console, by how much, and what to do."""
    life = Life(at_work(), clocks={"default": ConsoleClock(ahead, ago(minutes=3))})
    tolerances = {"default": timedelta(minutes=5)}
    found = [each for each in judge([row()], life, {}, NOW, tolerances=tolerances) if each.about == "default clock"]
    assert [(each.health, each.console) for each in found] == [(WARNING, "default")] * bool(said)
    assert all(f"was {said} this machine's 3m ago" in each.text and "NTP" in each.text for each in found)


def test_an_inventory_in_doubt_is_a_warning() -> None:
    """A complete walk that lacked most entities is told with both numbers, however well the last poll ended."""
    doubted = row()
    assert doubted.poll is not None
    doubted = replace(doubted, poll=replace(doubted.poll, doubt=RoundDoubt(walked=3, known=200, unseen=150)))
    line = alert(doubted, Life(at_work(), {ALERT: StreamProgress(good=ago(seconds=5))}))
    assert line.health is WARNING
    assert "found only 50 of 200 known entities" in line.text
