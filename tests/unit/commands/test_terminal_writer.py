"""The writer by which everything is printed."""

import ast
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import s1ecs
from s1ecs.commands.terminal.writer import TerminalWriter, cell
from s1ecs.masking import hide

EVIL = "a\x1b]0;title\x07\x9b31m\u202egnp.exe\u200b\x7f"
SECRET = "eyJ-a-token-0123456789"
BARE = ("\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\x7f")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(params=[Terminal, io.StringIO])
def stream(request: pytest.FixtureRequest) -> io.StringIO:
    """A terminal, and a file."""
    made: io.StringIO = request.param()
    return made


def test_text_commands_nobody(stream: io.StringIO) -> None:
    """Text is escaped wherever it goes, with its line breaks; a line has one line break, at its end."""
    writer = TerminalWriter(lambda: stream)
    writer.write(f"{EVIL}\n\tnext\n")
    writer.line(f"{EVIL}\nforged: ok")
    shown = stream.getvalue()
    assert [bare for bare in BARE if bare in shown] == []
    assert shown.count("\n") == 3
    assert "\n\tnext\n" in shown


def test_finding(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file a finding is one line; on a terminal a long one goes on below its own text."""
    monkeypatch.setenv("COLUMNS", "40")
    TerminalWriter(lambda: stream).finding("failed", "red", "search", f"no answer {EVIL} {'word ' * 12}")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).splitlines()
    assert lines[0].startswith("failed   search: no answer ")
    if stream.isatty():
        assert max(map(len, lines)) <= 40
        assert all(line.startswith(" " * 9) for line in lines[1:])
    else:
        assert len(lines) == 1
    assert [each for each in BARE if each in "".join(lines)] == []


def test_json_is_the_same_json(stream: io.StringIO) -> None:
    """On a terminal JSON is escaped, in a file its bytes are what they are, and both say the same."""
    text = json.dumps({"name": EVIL}, ensure_ascii=False)
    TerminalWriter(lambda: stream).json(text)
    shown = stream.getvalue()
    assert json.loads(shown) == {"name": EVIL}
    assert (shown == text) == (not stream.isatty())
    assert [bare for bare in BARE if bare in shown and stream.isatty()] == []


def test_rows_of_csv(stream: io.StringIO) -> None:
    """A row holds no formula unless it is to be raw, ends with LF, and is escaped on a terminal alone."""
    writer = TerminalWriter(lambda: stream)
    writer.csv(["=1", -5, EVIL])
    writer.csv(["=1", -5, "x"], raw=True)
    first, second, rest = stream.getvalue().split("\n")
    assert (first.startswith("'=1,-5,a"), second, rest) == (True, "=1,-5,x", "")
    assert ("\x1b" in first) == (not stream.isatty())


def test_documents_are_never_masked(stream: io.StringIO) -> None:
    """A secret is masked in texts, cells and JSON of ours; a document that happens to hold it is data and stays."""
    hide([SECRET])
    writer = TerminalWriter(lambda: stream)
    writer.write(f"text {SECRET}\n")
    writer.json(json.dumps({"said": SECRET}))
    assert cell(SECRET) == "***"
    assert SECRET not in stream.getvalue()
    writer.json(json.dumps({"document": SECRET}), data=True)
    writer.write(SECRET, data=True)
    assert stream.getvalue().count(SECRET) == 2
    assert cell(SECRET, data=True) == SECRET


def test_lines_of_documents_are_bytes() -> None:
    """Documents leave byte by byte, whatever they hold, unless somebody looks."""
    line = json.dumps({"name": EVIL}, ensure_ascii=False).encode() + b"\n"
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    TerminalWriter(lambda: plain).lines(line)
    assert plain.buffer.getvalue() == line
    terminal = Terminal()
    TerminalWriter(lambda: terminal).lines(line)
    assert terminal.getvalue().isascii()
    assert json.loads(terminal.getvalue()) == json.loads(line)


ROOT = Path(s1ecs.__file__).parent
WRITER = ROOT / "commands" / "terminal" / "writer.py"
PRINTING = sorted({*(ROOT / "cli").rglob("*.py"), *(ROOT / "commands").rglob("*.py")} - {WRITER})


def past_the_writer(code: str) -> Iterator[str]:  # noqa: C901 - a line for each way
    """What in the code prints, or could, by another way than the writer."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Name(id="print"):
                yield node.id
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr" | "__stdout__" | "__stderr__"):
                yield f"sys.{node.attr}"
            case ast.Attribute(value=ast.Name(id="os"), attr="write" | "writev" | "fdopen"):
                yield f"os.{node.attr}"
            case ast.Attribute(attr="echo" | "secho" | "confirm" | "prompt" | "echo_via_pager" | "print_exc"):
                yield node.attr
            case ast.ImportFrom(module="sys", names=names) if {each.name for each in names} & {"stdout", "stderr"}:
                yield "from sys"
            case ast.ImportFrom(
                module="getpass" | "warnings" | "rich" | "rich.console" | "rich.live" | "rich.prompt" | "rich.status",
                names=names,
            ):
                if node.module != "rich" or {each.name for each in names} - {"box"}:
                    yield f"from {node.module}"
            case ast.ImportFrom(module="rich.progress", names=names) if "Progress" in {each.name for each in names}:
                yield "from rich.progress"
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.split(".")[0] in {"click", "rich", "getpass"})
            case _:
                pass


@pytest.mark.parametrize("path", PRINTING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_prints_past_the_writer(path: Path) -> None:
    """Commands print by `OUT` and `ERR` of the terminal writer alone, so that none forgets to mask and to escape."""
    assert list(past_the_writer(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "print(1)", "import sys\nsys.stdout.write('x')", "import sys\nx = sys.stderr", "from sys import stdout",
        "import typer\ntyper.echo('x')", "import typer\ntyper.confirm('x')", "import os\nos.write(1, b'x')",
        "from rich import print", "from rich.console import Console", "import click",
        "from rich.progress import Progress",
    ],
)  # fmt: skip
def test_that_test_can_fail(code: str) -> None:
    """Each way past the writer is found."""
    assert list(past_the_writer(code))
