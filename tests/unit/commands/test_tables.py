"""Tables for people, in a terminal and in a pipe."""

import io
import re
import sys

import pytest

from s1ecs.commands.tables import print_leading, print_table

COLUMNS = ("stream", "state", "endpoint", "what")
ROWS = [("alert", "ok " * 30, "GET /cloud-detection/alerts", "Alerts of rules")]

STYLE = re.compile(r"\x1b\[\d*m")


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(
    ("width", "said", "unsaid"),
    [
        (200, ["state", "endpoint", "what"], ["wider terminal"]),
        (90, ["state", "endpoint", "for what: a wider terminal"], ["Alerts of rules"]),
        (30, ["state", "for endpoint, what: a wider terminal"], ["GET /"]),
    ],
)
def test_leading_columns_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, said: list[str], unsaid: list[str]
) -> None:
    """As many columns as fit are shown, never fewer than asked for, and the others are named."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    print_leading(COLUMNS, ROWS, least=2)
    output = STYLE.sub("", terminal.getvalue())
    assert [text for text in said if text not in output] == []
    assert [text for text in unsaid if text in output] == []
    assert max(map(len, output.splitlines())) <= max(width, 60)


def test_names_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a narrow terminal a name stands on one line, and of the other cells everything is there, folded."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    name, value = "consoles.default.streams.application_risk.interval", "a" * 90 + "z"
    print_table(("setting", "value", "help"), [(name, value, "How often a stream is asked. " * 3)], names=True)
    output = STYLE.sub("", terminal.getvalue())
    assert name in output
    assert (output.count("z"), "…" in output) == (1, False)
    assert max(map(len, output.splitlines())) <= 80


def test_leading_columns_of_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe every column is there."""
    print_leading(COLUMNS, ROWS, least=2)
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == list(COLUMNS)
    assert line.endswith("Alerts of rules")
