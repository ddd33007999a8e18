"""The log of collecting: a line for what happened, one alone for what lasts."""

import asyncio
from datetime import timedelta

import pytest
import structlog
from structlog.testing import LogCapture

from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.collect.run_log import RunLog
from s1ecs.collect.scheduler import run_forever
from s1ecs.errors import Forbidden, OutputError, S1ecsError, StateError, Unauthorized
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.streams import STREAMS

from .conftest import Paced, RecordingOutput, ScriptedConsole, alert

BROUGHT = Counts(records=3, delivered=1)


def outcome(stream: str, error: S1ecsError | None = None, counts: Counts = BROUGHT, console: str = "one") -> Outcome:
    """How a live walk ended."""
    return Outcome(WalkName(console, stream, LIVE), counts, error)


def logged(*outcomes: Outcome, follows: bool = True) -> list[tuple[str, str]]:
    """Level and text of each line about these outcomes."""
    capture = LogCapture()
    run_log = RunLog(structlog.wrap_logger(None, processors=[capture]), follows=follows)
    for each in outcomes:
        run_log.outcome(each)
    return [(line["log_level"], line["event"]) for line in capture.entries]


@pytest.mark.parametrize(("follows", "level"), [(True, "debug"), (False, "info")])
def test_a_poll_that_brought_nothing(*, follows: bool, level: str) -> None:
    """In `run` it is debug, whatever it read again; to `collect` it is the answer."""
    lines = logged(outcome("alert", counts=Counts(records=5)), outcome("group"), follows=follows)
    assert lines == [(level, "one alert: up to date"), ("info", "one group: up to date")]


def test_a_refused_token_is_one_error_for_the_console() -> None:
    """However many streams and polls it costs; another console has its own line, and so has its acceptance."""
    refused = Unauthorized("one: GET /x: 401: set another token")
    other = Unauthorized("two: GET /x: 401: set another token")
    lines = logged(
        *(outcome(name, refused) for name in (*STREAMS, *STREAMS)),
        outcome("alert", other, console="two"),
        outcome("alert"),
        outcome("group"),
    )
    assert lines == [
        ("error", "one: token rejected, streams are skipped, retried at each interval: GET /x: 401: set another token"),
        ("error", "two: token rejected, streams are skipped, retried at each interval: GET /x: 401: set another token"),
        ("info", "one: the console accepts the token again"),
        ("info", "one alert: up to date"),
        ("info", "one group: up to date"),
    ]


def test_what_lasts_is_logged_once_until_it_is_something_else() -> None:
    """A missing permission is one warning; it is logged again after a good poll, or when the reason is another."""
    missing, other = Forbidden("one: GET /x: 403: no role"), Forbidden("one: GET /x: 403: no licence")
    polls = [outcome("alert", error) for error in (missing, missing, other, other, None, other)]
    assert logged(*polls) == [
        ("warning", "one alert: skipped, retried at each interval: GET /x: 403: no role"),
        ("warning", "one alert: skipped, retried at each interval: GET /x: 403: no licence"),
        ("info", "one alert: up to date"),
        ("warning", "one alert: skipped, retried at each interval: GET /x: 403: no licence"),
    ]


def test_trouble_of_the_state_is_logged_once_for_all_streams() -> None:
    """All streams share the state; what an output does with each stream is that stream's own."""
    disk, output = StateError("s1ecs.db: disk full"), OutputError("search: down")
    streams = ("alert", "group", "threat")
    assert logged(*(outcome(name, disk) for name in streams)) == [("error", "one alert: s1ecs.db: disk full")]
    assert len(logged(*(outcome(name, output) for name in streams))) == len(streams)


async def test_run_has_a_first_and_a_last_line(paced: Paced, console: ScriptedConsole, output: RecordingOutput) -> None:
    """The first tells what is collected, the last that it ended by itself."""
    console.script = [[alert("a", "11:00")]]
    capture, stop = LogCapture(), asyncio.Event()
    log = structlog.wrap_logger(None, processors=[capture])
    await run_forever([paced(interval=timedelta(milliseconds=10))], stop, lambda *_: stop.set(), log)
    assert output.ids == ["a"]
    lines = [line["event"] for line in capture.entries if line["log_level"] == "info"]
    assert lines[0] == "started: collecting 1 stream of 1 console"
    assert lines[-1] == "stopped: the next start resumes from the saved positions"
