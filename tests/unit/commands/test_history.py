"""History of response actions in a terminal."""

import io
import sys
from datetime import UTC, datetime

import pytest

from s1ecs.commands.respond.printing import print_history
from s1ecs.respond.audit.journal import Entry, Target

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ID = "5d2a9c58-0f0e-4a8a-8a0e-6a5f1f8f6f0e"
TARGET = Target("agent", "225494730938493804", name="WS-0018")
ENTRY = Entry(ID, "default", "isolate", NOW, "me", "here", "case 17 " * 9, (TARGET,), (), reason="no " * 50)


class Terminal(io.StringIO):
    """Standard output on a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(("width", "shown"), [(60, 3), (80, 4), (120, 6), (200, 8)])
def test_one_line_an_action(monkeypatch: pytest.MonkeyPatch, width: int, shown: int) -> None:
    """An action is one line at any width, with its whole id; the columns that do not fit are named below."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    print_history([ENTRY, ENTRY], json=False)
    titles, _, first, second, *below = terminal.getvalue().splitlines()
    assert first == second
    assert first.startswith(f"{ID}  pending")
    assert len(titles.split()) == shown
    assert " ".join(below).startswith("not shown: ") == (shown < 8)
    assert max(map(len, terminal.getvalue().splitlines())) <= width
