"""Tables for people, in a terminal and in a pipe."""

import io
import re
import sys

import pytest

from s1ecs.commands.terminal.layout import TooWide, laid_out, shortened
from s1ecs.commands.terminal.tables import print_leading, print_table

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
        (90, ["state", "endpoint", "not shown: what;"], ["Alerts of rules"]),
        (30, ["state", "not shown: endpoint, what;"], ["GET /"]),
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
    assert max(map(len, output.splitlines())) <= width


NAME, VALUE = "consoles.default.streams.application_risk.interval", "a" * 90 + "z"


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, too_wide: TooWide, encoding: str = "utf-8") -> list[str]:
    """A table of one row in a terminal of that width."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    monkeypatch.setattr(Terminal, "encoding", encoding)
    print_table(("setting", "value", "help"), [(NAME, VALUE, "Time between two polls. " * 3)], too_wide=too_wide)
    return terminal.getvalue().splitlines()


@pytest.mark.parametrize(("encoding", "ellipsis"), [("utf-8", "…"), ("latin-1", "...")])
def test_cells_are_cut(monkeypatch: pytest.MonkeyPatch, encoding: str, ellipsis: str) -> None:
    """A row is one line of the terminal's width: the name whole, the other cells cut with an ellipsis it can show."""
    _, rule, row = drawn(monkeypatch, 80, "cut", encoding)
    assert (row.startswith(NAME), row.count(ellipsis), max(len(row), len(rule)) <= 80) == (True, 2, True)
    assert row.encode(encoding)
    assert rule.encode(encoding)


@pytest.mark.parametrize(("width", "too_wide"), [(80, "records"), (60, "cut"), (120, "wrap")])
def test_records(monkeypatch: pytest.MonkeyPatch, width: int, too_wide: TooWide) -> None:
    """Where not even that fits, or nothing may be cut, a row is a block of lines that lack nothing."""
    heading, *lines = drawn(monkeypatch, width, too_wide)
    assert heading.startswith("-[ 1 ]--")
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["setting", "value", "help"]
    assert "".join(line[9:] for line in lines[: len(lines) - 1]).startswith(NAME + VALUE)
    assert max(map(len, (heading, *lines))) <= width


def test_last_column_is_wrapped() -> None:
    """A text in the last column goes on below itself, broken at words; wide characters count double."""
    lines = laid_out(("a", "text"), [("x", "one two three 日本語日本語 four")], 27, "wrap", unicode=True)
    assert lines[2:] == ["x  one two three", "   日本語日本語 four"]
    assert shortened("日本語日本語", 8, unicode=True) == "日本語…"


def test_leading_columns_of_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe every column is there."""
    print_leading(COLUMNS, ROWS, least=2)
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == list(COLUMNS)
    assert line.endswith("Alerts of rules")
