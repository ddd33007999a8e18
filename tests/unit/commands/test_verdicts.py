"""Verdicts: what makes a stream, a token or a collector ok, a warning or critical."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from s1ecs.commands.streams import Row
from s1ecs.commands.verdicts import Line, Verdict, verdicts
from s1ecs.outputs.spooled import Spooled, Waiting
from s1ecs.state.actions import WaitingAudit
from s1ecs.state.life import Life, Progress, Run, Token
from s1ecs.state.polls import Key, LastPoll
from s1ecs.streams import STREAMS

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALERT = Key("default", "alert")
OK, WARNING, CRITICAL = Verdict


def ago(**since: float) -> datetime:
    """A moment that long ago."""
    return NOW - timedelta(**since)


def row(state: str | None = "ok", interval: timedelta = timedelta(seconds=30), *, again: int = 0) -> Row:
    """The alert stream as its last poll left it; None: never polled."""
    poll = None if state is None else LastPoll("2026-01-31T12:00:00.000Z", state, "why", 5, None, again)
    return Row(ALERT, STREAMS["alert"], True, interval, poll, None, STREAMS["alert"].ask)


def alert(row: Row, life: Life, letters: Mapping[tuple[str, str], int] | None = None) -> Line:
    """The line of the alert stream."""
    [line] = [line for line in verdicts([row], life, dict(letters or {}), NOW) if line.stream]
    return line


def at_work(started: datetime = NOW - timedelta(days=3)) -> Run:
    """A run that shows itself."""
    return Run("host", 17, started, ago(seconds=5))


@pytest.mark.parametrize(
    ("interval", "age", "verdict"),
    [
        (timedelta(seconds=30), timedelta(minutes=5, seconds=59), OK),
        (timedelta(seconds=30), timedelta(minutes=6, seconds=1), WARNING),
        (timedelta(seconds=30), timedelta(minutes=31, seconds=31), CRITICAL),
        (timedelta(days=1), timedelta(days=2), OK),
        (timedelta(days=1), timedelta(days=2, minutes=6), WARNING),
        (timedelta(days=1), timedelta(days=3, minutes=31), CRITICAL),
    ],
)
def test_age_against_interval(interval: timedelta, age: timedelta, verdict: Verdict) -> None:
    """What counts is how many intervals, and some minutes, passed since the last good poll."""
    life = Life(at_work(), {ALERT: Progress(good=NOW - age)})
    assert alert(row(interval=interval), life).verdict is verdict


def test_a_long_walk_that_moves_is_no_trouble() -> None:
    """A first collection that takes hours is in time as long as its steps are saved."""
    life = Life(at_work(), {ALERT: Progress(good=None, moved=ago(seconds=20))})
    assert alert(row(None), life).verdict is OK


@pytest.mark.parametrize(
    ("started", "verdict"), [(ago(minutes=1), OK), (ago(minutes=10), WARNING), (ago(hours=1), CRITICAL)]
)
def test_never_polled(started: datetime, verdict: Verdict) -> None:
    """A stream that was never polled is judged by how long a run had for it; without a run it is a warning."""
    assert alert(row(None), Life(at_work(started))).verdict is verdict
    assert alert(row(None), Life()).verdict is WARNING


@pytest.mark.parametrize(
    ("state", "told"),
    [(None, "never polled"), ("never polled", "never polled"), ("failed", "no good poll yet, failed: why")],
)
@pytest.mark.parametrize("run", [None, at_work(ago(minutes=1))])
def test_no_good_poll_yet(run: Run | None, state: str | None, told: str) -> None:
    """A stream that was polled in vain is not said to have been never polled."""
    assert alert(row(state), Life(run)).text == told


def test_set_aside() -> None:
    """A stream that never could be read stays a warning for ever; one that could be read once gets critical."""
    never = alert(row("set aside"), Life(at_work()))
    once = alert(row("set aside"), Life(at_work(), {ALERT: Progress(good=ago(hours=1))}))
    assert (never.verdict, once.verdict) == (WARNING, CRITICAL)
    assert "set aside: why" in never.text


def test_every_stream_set_aside() -> None:
    """A console of which nothing at all can be read is critical, as with a token that is no good."""
    lines = verdicts([row("set aside")], Life(at_work()), {}, NOW)
    assert max(line.verdict for line in lines) is CRITICAL


def test_failed_items_and_dead_letters() -> None:
    """A poll that failed, items to be asked again and dead letters are a warning each, however young the last poll."""
    life = Life(at_work(), {ALERT: Progress(good=ago(seconds=30))})
    assert alert(row(), life).verdict is OK
    assert alert(row("failed"), life).verdict is WARNING
    assert alert(row(again=1), life).verdict is WARNING
    letters = alert(row(), life, {ALERT: 3})
    assert (letters.verdict, letters.dead_letters) == (WARNING, 3)


@pytest.mark.parametrize(
    ("run", "good", "verdict"),
    [
        (None, ago(seconds=5), OK),
        (at_work(), ago(hours=5), OK),
        (Run("host", 17, ago(days=1), beat=ago(minutes=3)), ago(minutes=4), CRITICAL),
        (Run("host", 17, ago(days=1), beat=ago(days=1)), ago(minutes=4), OK),
        (Run("host", 17, ago(days=1), beat=ago(hours=3), ended=ago(hours=3)), ago(hours=3), OK),
    ],
    ids=["none yet", "at work", "dead", "dead but others collect", "told to end"],
)
def test_collector(run: Run | None, good: datetime, verdict: Verdict) -> None:
    """A run without a sign of life that nobody told to end is dead, unless others collect since."""
    lines = verdicts([row()], Life(run, {ALERT: Progress(good=good)}), {}, NOW)
    assert [line.verdict for line in lines if line.about == "collector"] == [verdict]


@pytest.mark.parametrize(
    ("left", "verdict", "said"),
    [
        (timedelta(days=30), OK, "expires in 30d"),
        (timedelta(days=13), WARNING, "expires in 13d"),
        (timedelta(days=1), CRITICAL, "expires in 1d"),
        (timedelta(days=-1), CRITICAL, "expired 1d ago"),
    ],
)
def test_token(left: timedelta, verdict: Verdict, said: str) -> None:
    """A token is a warning two weeks before its end and critical two days before, as in `s1ecs check`."""
    life = Life(at_work(), {ALERT: Progress(good=NOW)}, {"default": Token(NOW + left, ago(hours=2))})
    [line] = [line for line in verdicts([row()], life, {}, NOW) if line.about == "default token"]
    assert (line.verdict, said in line.text) == (verdict, True)


def test_documents_that_wait_for_an_output_are_a_warning() -> None:
    """How many wait for which output, how large they are and since when is a line of its own, with its age."""
    spools = [Spooled("elasticsearch", Waiting(1200, 4_140_000), ago(hours=3))]
    [line] = [each for each in verdicts([row()], Life(), {}, NOW, spools) if each.about == "elasticsearch"]
    assert (line.verdict, line.age) == (WARNING, timedelta(hours=3))
    assert line.text == "1200 documents wait (4.1 MB) in its spool since 3h ago: the log tells why"


def test_audit_that_waits_is_a_warning() -> None:
    """Documents of response actions that an output lacks for more than some minutes are told; younger ones are not."""
    audits = [WaitingAudit("old", 2, ago(minutes=30)), WaitingAudit("new", 1, ago(minutes=9))]
    [line] = [each for each in verdicts([row()], Life(), {}, NOW, audits=audits) if each.about in {"old", "new"}]
    assert (line.verdict, line.about, line.age) == (WARNING, "old", timedelta(minutes=30))
    assert line.text.startswith("2 documents of response actions not delivered, the oldest 30m ago: ")
