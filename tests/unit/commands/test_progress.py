"""Progress bars and closing lines of commands."""

import io
import sys
import time

import pytest
import structlog

from s1ecs import logs
from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.commands.summary import collected, duration
from s1ecs.commands.terminal.progress import bars
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.errors import Forbidden, OutputError
from s1ecs.state.checkpoints import WalkName


class Terminal(io.StringIO):
    """A terminal of 60 columns."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    return shown


def test_bars_and_log_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log line comes above the bars, whoever opened the log first; a bar that ended goes, numbers stay whole."""
    terminal = on_terminal(monkeypatch)
    logs.configure()
    with bars(counted=True) as shown:
        shown.show("default alert", 5, 20, "default alert (3 new)")
        shown.show("default threat", 7, None, "default threat (0 new)")
        structlog.get_logger().info("a line of the log")
        shown.end("default alert")
        shown.end("default alert")
        shown.show("default threat", 70_000, 7, "default threat (0 new)")
    text = terminal.getvalue()
    assert "5/20" in text
    assert "70,000/70,000" in text
    # Before a line is written the cursor is at the beginning of an empty one.
    assert "\x1b[2K\x1b[2m" in text


def test_no_bars_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --quiet nothing is shown."""
    terminal = on_terminal(monkeypatch)
    with bars("error") as shown:
        shown.show("default alert", 5, 20, "default alert")
        shown.end("default alert")
    assert not terminal.getvalue()


@pytest.mark.parametrize(("after", "shown"), [(60.0, False), (0.0, True)], ids=["fast", "slow"])
def test_a_spinner_for_what_is_slow(monkeypatch: pytest.MonkeyPatch, after: float, shown: bool) -> None:  # noqa: FBT001 - a row of the table
    """Work that blocks shows a spinner once it is slow, and nothing where it is not."""
    terminal = on_terminal(monkeypatch)
    with waiting_if_slow("Querying", after):
        until = time.monotonic() + 120
        while shown and "Querying" not in terminal.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert ("Querying" in terminal.getvalue()) == shown
    assert terminal.getvalue() == "" or terminal.getvalue().endswith("\x1b[2K")


def test_summary() -> None:
    """The line that ends a command counts streams, records, documents and what went wrong."""
    walks = [WalkName("default", stream, "live") for stream in ("alert", "threat", "agent")]
    outcomes = [
        Outcome(walks[0], Counts(1200, 1100, refused=1)),
        Outcome(walks[1], Counts(1), OutputError("full")),
        Outcome(walks[2], Counts(), Forbidden("no")),
    ]
    assert collected("collected", outcomes, 65.2) == (
        "collected: 3 streams, 1,201 records, 1,100 new, 1 failed, 1 skipped, 1 document refused in 1m5s"
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.26, "0.3s"), (9.94, "9.9s"), (24.4, "24s"), (185, "3m5s"), (7300, "2h1m")]
)
def test_duration(seconds: float, text: str) -> None:
    """Seconds are rounded to what people want to know."""
    assert duration(seconds) == text
