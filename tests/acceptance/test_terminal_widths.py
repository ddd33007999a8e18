"""Every command at several widths, with and without a terminal, in several environments: nothing breaks or overlaps."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import typer

from s1ecs.cli import app, main

from .conftest import MOMENT, S1ECS, Commands, Start
from .patience import PATIENCE

ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "NO_COLOR": {"NO_COLOR": "1"},
    "LANG=C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
}
PERIOD = ("--from", "2026-01-30", "--to", "2026-01-31")

# Commands that work for a while, in real processes: bars, log lines and results share their terminal.
WORKING: tuple[tuple[str, ...], ...] = (
    ("collect", "alert,group,agent"),
    ("backfill", "alert", "threat", *PERIOD, "--again"),
    ("reconcile", "alert", *PERIOD),
    ("store", "--check"),
    ("respond", "isolate", "WS-0001", "--dry-run"),
)
# Commands that print, in this process: a new one takes a second.
PRINTING: tuple[tuple[str, ...], ...] = (
    ("streams",),
    ("status",),
    ("settings",),
    ("settings", "-v"),
    ("store",),
    ("consoles",),
    ("consoles", "tokens"),
    ("dead-letters",),
    ("fields", "alert"),
    ("query", "SELECT * FROM alert LIMIT 2"),
    ("query", "SELECT id, severity FROM alert LIMIT 5"),
    ("query",),
    ("search", "ws", "--stream", "alert", "-n", "2"),
    ("export", "alert"),
    ("query", "--saved"),
    ("query", "--saved", "loudest-rules", "-p", "since=3650d"),
    ("show", "nobody"),
    ("query", "SELECT id, severity FROM alert LIMIT 5", "--json"),
    ("transform", "alert", "empty"),
    ("setup", "--least-privilege"),
    ("check",),
    ("respond", "history"),
    ("web-user", "list"),
    ("respond", "scripts"),
    ("respond", "blocklist", "list", "--tenant"),
    ("colect",),
    ("collect", "alrt"),
    ("respond", "help", "isolate"),
)
# What these print is no table: JSON, lines for other programs, lines with their cure, messages of the parser.
NO_TABLES = ("--json", "show", "export", "check", "colect", "alrt", "--least-privilege")

# A line of what a terminal shows: colours are nothing, a move of the cursor begins anew.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(commands: Commands, width: int, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run a command on a terminal of that width: its exit status, and all that it showed."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    around = {**commands.environment, "TERM": "xterm", **environment}
    process = subprocess.Popen(
        [S1ECS, *arguments], cwd=commands.folder, env=around, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    shown = b"".join(pieces(master))
    os.close(master)
    encoding = "latin-1" if "latin-1" in environment.values() else "utf-8"
    return process.wait(PATIENCE), shown.decode(encoding).replace("\r\n", "\n")


def pieces(terminal: int) -> Iterator[bytes]:
    """Everything that comes from a terminal until its other side is closed."""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:
            return
        if not piece:
            return
        yield piece


def screen(shown: str) -> list[str]:
    """The lines that are left on a terminal once all is drawn; a line that another one was drawn over has both."""
    lines, at, column = [""], 0, 0
    for token in re.findall(r"\x1b\[\??[0-9;]*[A-Za-z]|\n|\r|[^\x1b\n\r]+", COLOUR.sub("", shown)):
        if token == "\n":
            at, column = at + 1, 0
            lines += [""] * (at + 1 - len(lines))
        elif token == "\r":
            column = 0
        elif token.startswith("\x1b"):
            if token.endswith("A"):
                at = max(at - int(token[2:-1] or 1), 0)
            elif token.endswith("K"):
                lines[at] = ""
        else:
            line = lines[at].ljust(column)
            lines[at] = line[:column] + token + line[column + len(token) :]
            column += len(token)
    return lines


@pytest.fixture(scope="module")
def known(start_standin: Start, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Commands whose store holds documents, an action in the history, and a console to ask."""
    url = start_standin("--agents", "2", "--alerts", "20", "--now", MOMENT)
    commands = Commands(tmp_path_factory.mktemp("widths"), url)
    commands.environment |= {"S1ECS_ACTION_TOKEN": "actor", "S1ECS_INITIAL_INTERVAL": "3650d"}
    commands.ok("collect", "alert", "agent", "group", "threat")
    commands.run("respond", "broadcast", "WS-0001", "A message", "--yes", "--no-wait")
    (commands.folder / "empty").touch()
    return commands


class Terminal(io.TextIOWrapper):
    """A standard stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def printed(commands: Commands, command: tuple[str, ...], width: int, encoding: str) -> str:
    """Everything that a command prints in this process, on a terminal of that width and encoding."""
    around = commands.environment | {"COLUMNS": str(width), "TERM": "xterm"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in around.items():
            patch.setenv(name, value)
        patch.chdir(commands.folder)
        patch.setattr(sys, "argv", ["s1ecs", *command])
        shown = io.BytesIO()
        for stream in ("stdout", "stderr"):
            patch.setattr(sys, stream, Terminal(shown, encoding=encoding, write_through=True))
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in {0, 1, 2, None}, command
        text = shown.getvalue().decode(encoding)
        assert "Traceback" not in text, command
        return text


@pytest.mark.parametrize(("width", "encoding"), [(60, "utf-8"), (80, "latin-1"), (80, "utf-8"), (120, "utf-8")])
def test_tables_fit(known: Commands, width: int, encoding: str) -> None:
    """No table has a line that is wider than the terminal, and no command fails at any width or in an old encoding."""
    for command in PRINTING:
        lines = screen(printed(known, command, width, encoding))
        assert command[0] == "transform" or len(lines) > 1, command
        if not set(command) & set(NO_TABLES):
            assert max(map(len, lines)) <= width, command


def test_work_overwrites_nothing(known: Commands) -> None:
    """Bars, log lines and results of a command stand apart: each line of the log is whole, and no bar is left."""
    for command in WORKING:
        _, shown = on_terminal(known, 60, *command)
        assert "Traceback" not in shown, command
        lines = screen(shown)
        assert not [line for line in lines if "━" in line or " left" in line], command
        assert not [line for line in lines if line.find("Z [", 1) not in {-1, 19}], command
        assert [line for line in lines if line.strip()], command


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(known: Commands, name: str) -> None:
    """Without colours, in the C locale and in latin-1 a command with bars and a log works."""
    status, shown = on_terminal(known, 80, "collect", "alert", "group", **ENVIRONMENTS[name])
    assert (status, "Traceback" in shown) == (0, False), shown
    assert "up to date" in shown
    if name == "NO_COLOR":
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def test_every_command_is_tried() -> None:
    """The lists above have each command that ends by itself; `run`, questions, servers and clusters have their own."""
    tried = {command[0] for command in (*WORKING, *PRINTING)}
    root: Any = typer.main.get_command(app)
    assert set(root.commands) - tried <= {"run", "serve", "standin", "migrate", "init", "tail", "worker", "cluster"}


def test_run_draws_its_table_below_the_log(known: Commands) -> None:
    """`run` on a terminal shows every stream in a table that goes when it ends; what is left are lines of the log."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    # In a state of its own every stream is due at once.
    around = {**known.environment, "TERM": "xterm", "S1ECS_STATE_DIR": str(known.folder / "run")}
    process = subprocess.Popen(
        [S1ECS, "run", "alert", "group"], cwd=known.folder, env=around, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    shown, told = "", False
    for piece in pieces(master):
        shown += piece.decode(errors="replace")
        if not told and re.search(r"group +ok ", shown):
            told = True
            process.terminate()
    os.close(master)
    assert process.wait(PATIENCE) == 0
    text = COLOUR.sub("", shown)
    assert re.search(r"stream +state +last poll +new +(rate +)?lag", text)
    lines = [line for line in screen(shown.replace("\r\n", "\n")) if line]
    assert not [line for line in lines if line.startswith(("alert ", "stream "))]
    assert any("stopped: the next start resumes" in line for line in lines)


def test_pipes_have_no_colour_and_no_bars(known: Commands) -> None:
    """Without a terminal there are plain lines alone, whatever the width that COLUMNS tells."""
    for command in (("collect", "alert"), ("reconcile", "alert", *PERIOD)):
        result = known.run(*command, COLUMNS="60", TERM="xterm")
        assert "\x1b" not in result.stdout + result.stderr
        assert "━" not in result.stdout + result.stderr
