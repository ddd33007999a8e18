"""Live table of `s1ecs run`, as an observer is told."""

import gc
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.commands.terminal.run_table import RunTable
from s1ecs.errors import OutputError
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.status import Key, LastPoll
from s1ecs.timestamps import time_text

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALERT, THREAT = WalkName("default", "alert", "live"), WalkName("default", "threat", "live")


def table(*streams: str) -> RunTable:
    """A table at a moment that does not move."""
    return RunTable([("default", stream) for stream in streams], clock=lambda: 100.0, utc=lambda: NOW)


def rows(shown: RunTable, width: int = 120, height: int = 30) -> dict[str, list[str]]:
    """The cells of each line by the first one."""
    lines = shown.lines(width, height, unicode=True)
    assert max(map(len, lines)) <= width
    return {line.split()[0]: line.split() for line in lines}


def test_a_stream_that_lags() -> None:
    """A stream that reads says so, with what came new and how fast; then the age of its newest record is its lag."""
    shown = table("alert", "threat")
    shown.step(ALERT, Counts(90, 80))
    assert rows(shown)["alert"] == ["alert", "reading", "80", "2/s"]
    shown.step(ALERT, Counts(30, 20))
    shown.walked(Outcome(ALERT, Counts(120, 100), newest=time_text(NOW - timedelta(minutes=5))), NOW)
    assert rows(shown)["alert"] == ["alert", "ok", "12:00:00Z", "100", "2/s", "5m"]
    assert rows(shown)["threat"] == ["threat", "waiting", "0"]


def test_the_rate_is_that_of_the_last_minute() -> None:
    """A million steps keep as much memory as one, whether the table is drawn or not; those of before do not count."""
    clock = iter(number / 1000 for number in range(1_000_000, 1_200_001))
    shown = RunTable([("default", "alert")], clock=lambda: next(clock), utc=lambda: NOW)
    before = None
    for number in range(200_000):
        shown.step(ALERT, Counts(1, 0))
        if number == 1_000:
            before = sum(map(sys.getsizeof, gc.get_objects()))
    after = sum(map(sys.getsizeof, gc.get_objects()))
    assert before is not None
    assert after - before < 1_000_000
    assert rows(shown)["alert"][-1] == "1,000/s"


def test_a_quiet_stream_has_no_lag() -> None:
    """Where the last poll brought nothing, the age of the newest record is told as such."""
    shown = table("alert")
    quiet = Outcome(ALERT, Counts(1, 0), newest=time_text(NOW - timedelta(days=3)))
    shown.walked(quiet, NOW)
    assert rows(shown)["alert"][-3:] == ["newest", "3d", "ago"]
    shown.walked(replace(quiet, error=OutputError("full")), NOW)
    assert rows(shown)["alert"][1] == "failed"


def test_polls_of_an_earlier_process() -> None:
    """A stream that is not due yet shows its last poll."""
    shown = table("alert")
    shown.polled_before({Key("default", "alert"): LastPoll(time_text(NOW), "ok", "", 5, time_text(NOW))})
    assert rows(shown)["alert"][:3] == ["alert", "waiting", "12:00:00Z"]


def test_a_small_terminal() -> None:
    """A narrow one has fewer columns, a low one the streams in trouble and a line that counts the others."""
    shown = table("alert", "threat", *(f"stream{number}" for number in range(20)))
    shown.walked(Outcome(THREAT, Counts(), OutputError("full")), NOW)
    found = rows(shown, width=34, height=12)
    assert list(found)[2] == "threat"
    assert found["and"][1:3] == ["19", "more;"]
    assert {"rate", "last"} & set(found["stream"]) == set()
