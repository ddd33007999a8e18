"""What consoles, search servers and settings files say, on a real terminal: it commands nobody."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from .conftest import S1ECS, Commands, serving
from .patience import PATIENCE

# Sets the terminal's title, clears it by a C1 control, turns the direction, hides a character.
EVIL = "pwned\x1b]0;pwned\x07\x9b2J\u202egnp.exe\u200b\x7f"
SHOWN = r"pwned\x1b]0;pwned\x07\x9b2J\u202egnp.exe\u200b\x7f"
SHOWN_AS_JSON = r"pwned\u001b]0;pwned\u0007\u009b2J\u202egnp.exe\u200b\u007f"
BARE = tuple(EVIL.replace("pwned", "").replace("gnp.exe", "").replace("]0;", "").replace("2J", ""))

# What rich and the log draw themselves: colours, and a cursor that is hidden, moved and shown again.
DRAWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

EVIL_SQL = "SELECT " + " || ".join(f"char({ord(each)})" for each in EVIL) + " AS name, '=1+1' AS formula, -5 AS number"


def on_terminal(commands: Commands, *arguments: str, **environment: str) -> str:
    """Run a command whose input, output and errors are a terminal; all that it showed there."""
    master, slave = pty.openpty()
    shown = bytearray()
    process = subprocess.Popen(
        [S1ECS, *arguments],
        cwd=commands.folder,
        env=commands.environment | {"COLUMNS": "400", "TERM": "xterm"} | environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    try:
        while piece := _read(master):
            shown += piece
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return shown.decode().replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:  # the other side was closed
        return b""


def assert_commands_nobody(shown: str, said: str = SHOWN) -> None:
    """The text was shown, and nothing of it but in escapes."""
    plain = DRAWN.sub("", shown)
    assert said in plain.replace("\n", ""), shown
    assert [each for each in BARE if each in plain] == []


def all_texts(value: object) -> list[str]:
    """Every text of a JSON value."""
    if isinstance(value, dict):
        value = [*value.values()]
    return [text for each in value for text in all_texts(each)] if isinstance(value, list) else [str(value)]


@contextmanager
def saying(status: int, answer: object) -> Iterator[str]:
    """The address of a server that answers everything with this."""
    body = json.dumps(answer).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer."""
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with serving(Handler) as address:
        yield f"http://{address}"


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[Commands]:
    """Commands against a console whose errors command terminals."""
    with saying(403, {"errors": [{"code": 4030010, "title": EVIL, "detail": EVIL}]}) as address:
        yield Commands(tmp_path, address)


def test_console(evil: Commands) -> None:
    """The log of collecting, the check of a console, and what is kept of a poll for `streams` and `status`."""
    assert_commands_nobody(on_terminal(evil, "collect", "alert"))
    assert_commands_nobody(on_terminal(evil, "collect", "alert", "--log-format", "ecs"), SHOWN_AS_JSON)
    assert_commands_nobody(on_terminal(evil, "check"))
    assert_commands_nobody(on_terminal(evil, "status"))
    assert_commands_nobody(on_terminal(evil, "streams"))
    for command in ("status", "streams"):
        shown = on_terminal(evil, command, "--json")
        assert_commands_nobody(shown, SHOWN_AS_JSON)
        assert any(EVIL in text for text in all_texts(json.loads(shown)))
    # In a pipe JSON is what it is; text for people is not, for it may be shown later.
    assert SHOWN_AS_JSON not in evil.run("streams", "--json").stdout
    assert SHOWN in evil.run("streams").stdout


def test_search_server(tmp_path: Path) -> None:
    """What a search server says to `setup`, to `migrate` and to a delivery."""
    with (
        saying(400, {"error": {"type": "strange_exception", "reason": EVIL}, "status": 400}) as server,
        saying(200, {"data": [], "pagination": {}}) as console,
    ):
        commands = Commands(tmp_path, console)
        outputs = {"S1ECS_OUTPUTS": f"[{{type: elasticsearch, hosts: '{server}'}}]"}
        for command in (("setup", "--dry-run"), ("migrate", "--dry-run"), ("collect", "alert")):
            assert_commands_nobody(on_terminal(commands, *command, **outputs))


def test_settings_file(alone: Commands) -> None:
    """A key of the file, the name of a file, an argument and a value that are quoted in an error."""
    (alone.folder / "s1ecs.yaml").write_text(f"{json.dumps(EVIL)}: 1\npage_size: {json.dumps(EVIL)}\n")
    shown = on_terminal(alone, "settings")
    assert_commands_nobody(shown)
    assert shown.count(SHOWN) == 2
    assert_commands_nobody(on_terminal(alone, "--config", EVIL, "settings"))
    assert_commands_nobody(on_terminal(alone, f"--{EVIL}"))


def test_query(commands: Commands) -> None:
    """Rows of the store as a table, as JSON and as CSV; in a pipe JSON and CSV keep their bytes."""
    commands.ok("collect", "group")
    assert_commands_nobody(on_terminal(commands, "query", EVIL_SQL))
    shown = on_terminal(commands, "query", "--json", EVIL_SQL)
    assert_commands_nobody(shown, SHOWN_AS_JSON)
    assert json.loads(shown) == [{"name": EVIL, "formula": "=1+1", "number": -5}]
    assert_commands_nobody(on_terminal(commands, "query", "--csv", EVIL_SQL))
    assert_commands_nobody(on_terminal(commands, "query", "--csv", "--raw", EVIL_SQL))
    assert json.loads(commands.ok("query", "--json", EVIL_SQL)) == [{"name": EVIL, "formula": "=1+1", "number": -5}]
    assert EVIL in commands.ok("query", "--json", EVIL_SQL).replace(r"\u001b", "\x1b").replace(r"\u0007", "\x07")


def test_csv_runs_nothing_in_a_spreadsheet(commands: Commands) -> None:
    """A text that begins like a formula gets an apostrophe, a number stays one; `--raw` gives both as they are."""
    commands.ok("collect", "group")
    sql = "SELECT '=cmd|''/C calc''!A0' AS a, -5 AS b, '@x' AS c"
    assert commands.ok("query", "--csv", sql) == "a,b,c\n'=cmd|'/C calc'!A0,-5,'@x\n"
    assert commands.ok("query", "--csv", "--raw", sql) == "a,b,c\n=cmd|'/C calc'!A0,-5,@x\n"
    refused = commands.run("query", "--raw", sql)
    assert (refused.returncode, refused.stdout) == (2, "")


def test_documents(alone: Commands) -> None:
    """What `transform` and the output `-` print: the same JSON on a terminal, the same bytes in a pipe."""
    record = {"id": "1", "name": EVIL, "createdAt": "2026-01-02T11:00:00.000000Z"}
    (alone.folder / "records").write_text(json.dumps(record, ensure_ascii=False) + "\n")
    shown = on_terminal(alone, "transform", "group", "records")
    assert_commands_nobody(shown, SHOWN_AS_JSON)
    assert EVIL in all_texts(json.loads(shown))
    assert "\u202e" in alone.ok("transform", "group", "records")
    page = {"data": [{**record, "updatedAt": record["createdAt"]}], "pagination": {"nextCursor": None}}
    with saying(200, page) as console:
        commands = Commands(alone.folder, console)
        stdout = {"S1ECS_OUTPUTS": "[{type: files, path: '-'}]"}
        assert_commands_nobody(on_terminal(commands, "collect", "group", **stdout), SHOWN_AS_JSON)
