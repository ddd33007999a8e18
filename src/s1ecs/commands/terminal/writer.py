"""The one way by which commands print: without secrets, and with nothing in it that commands a terminal.

`OUT` and `ERR` are standard output and error. Nothing in `s1ecs.cli` and `s1ecs.commands` prints past them, which a
test makes sure of.
"""

import csv
import os
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from s1ecs.commands.terminal.spreadsheet import harmless
from s1ecs.escaping import encodable_json, escaped, escaped_json, one_line
from s1ecs.masking import masked

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# Width of the label of a finding.
_LABEL = 8
# Bytes of documents that go to a file or pipe in one write.
_WRITTEN_AT_ONCE = 1 << 16


class Spinner(Protocol):
    """Takes the text that is shown now."""

    def __call__(self, text: str) -> None:
        """Show it."""


class TerminalWriter:
    """A standard stream. `stream` gives it anew at each call: who embeds or tests us may replace it.

    Whatever is `data` (documents, rows of the store, what a script printed on a host) is escaped, but never masked.
    """

    def __init__(self, stream: Callable[[], TextIO]) -> None:
        self._stream = stream

    @property
    def is_terminal(self) -> bool:
        """True if it is a terminal, not a file or a pipe."""
        return self._stream().isatty()

    @property
    def is_open(self) -> bool:
        """True if the stream is open."""
        return self._stream() is not None

    @property
    def width(self) -> int:
        """The terminal's width in columns."""
        return shutil.get_terminal_size().columns

    @property
    def is_unicode(self) -> bool:
        """True if lines and ellipses of Unicode can be printed, not only the letters of an older encoding."""
        return (self._stream().encoding or "utf-8").lower().replace("-", "").startswith("utf")

    def write(self, text: str, *, data: bool = False) -> None:
        """Print text for people, escaped wherever it goes: what is in a file today is shown on a terminal tomorrow."""
        self._stream().write(escaped(text if data else masked(text)))

    def line(self, text: str) -> None:
        """Print text for people on one line, whatever line breaks a server put into it."""
        self._stream().write(f"{cell(text)}\n")

    def styled(self, text: str, style: str) -> None:
        """Print data on one line, on a terminal in a style of rich such as `bold red`; "" is none."""
        if not style or not self.is_terminal:
            self._stream().write(f"{cell(text, data=True)}\n")
            return
        from rich.text import Text

        self._console().print(Text(cell(text, data=True), style=style), soft_wrap=True)

    def json_document(self, text: str) -> None:
        """Print a document as JSON, coloured on a terminal."""
        if not self.is_terminal:
            self.json(f"{text}\n", data=True)
            return
        from rich.highlighter import JSONHighlighter
        from rich.text import Text

        shown = Text(encodable_json(escaped_json(text), self._stream().encoding or "utf-8"))
        JSONHighlighter().highlight(shown)
        self._console().print(shown, soft_wrap=True)

    def json(self, text: str, *, data: bool = False) -> None:
        r"""Print JSON, or a part of it; on a terminal the same JSON with `\uXXXX` for what would command it."""
        told = text if data else masked.json(text)
        self._write_json(escaped_json(told) if self.is_terminal else told)

    def lines(self, data: bytes) -> object:
        """Print documents as NDJSON in UTF-8, byte by byte as they are where nobody looks."""
        stream = self._stream()
        if stream.isatty():
            return self._write_json(escaped_json(data.decode("utf-8", "replace")))
        return stream.buffer.write(data)

    @contextmanager
    def documents(self) -> Iterator[Callable[[bytes], object]]:
        """A function that prints documents as `lines` does, fast where nobody looks: by large writes."""
        stream = self._stream()
        try:
            number = None if stream.isatty() else stream.fileno()
        except OSError:  # a stream in memory
            number = None
        if number is None:
            yield self.lines
            return
        stream.flush()
        with open(number, "wb", buffering=_WRITTEN_AT_ONCE, closefd=False) as file:
            yield file.write

    def csv(self, cells: Sequence[Any], *, raw: bool = False) -> None:
        """Print a row of comma-separated values, ended by LF; `raw`: also what a spreadsheet would run as a formula."""
        row = cells if raw else [harmless(cell) for cell in cells]
        stream = self._stream()
        if stream.isatty():
            row = [escaped(cell) if isinstance(cell, str) else cell for cell in row]
        csv.writer(stream, lineterminator="\n").writerow(row)

    @contextmanager
    def progress(self, *columns: Any) -> Iterator["Progress"]:
        """Bars that go when they end."""
        from rich.progress import Progress

        with Progress(*columns, console=self._console(), transient=True) as progress:
            yield progress

    @contextmanager
    def live(self, text: Callable[[], str]) -> Iterator[None]:
        """Text that is shown anew twice a second, below whatever is printed meanwhile, and goes when it ends."""
        from rich.live import Live
        from rich.text import Text

        def drawn() -> Text:
            return Text(text(), no_wrap=True, overflow="crop")

        with Live(
            console=self._console(), get_renderable=drawn, refresh_per_second=2, transient=True, redirect_stdout=False
        ):
            yield

    @contextmanager
    def spinner(self, text: str) -> Iterator[Spinner]:
        """A spinner before a text."""
        from rich.text import Text

        def shown(text: str) -> Text:
            return Text(cell(text))

        with self._console().status(shown(text), spinner="line") as status:
            yield lambda text: status.update(shown(text))

    def take_every_character(self, errors: str) -> None:
        """Write what the stream's encoding lacks by an error handler instead of raising UnicodeEncodeError."""
        stream = self._stream()
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)

    def wait_for_reader_to_leave(self, seconds: float) -> bool:
        """Wait so long, or until nobody reads the stream any more; tell whether that is so."""
        poll = select.poll()
        try:
            poll.register(self._stream().fileno(), 0)
        except OSError:  # a stream in memory
            time.sleep(seconds)
            return False
        return bool(poll.poll(seconds * 1000))

    def flush(self) -> None:
        """Hand on what was printed; raise OSError."""
        self._stream().flush()

    def show_cursor(self) -> None:
        """Show the cursor of the terminal again, where a process ends at once that had hidden it for what it drew."""
        stream = self._stream()
        # While bars are drawn rich stands before the stream.
        terminal: TextIO = getattr(stream, "rich_proxied_file", stream)
        # In a signal handler the stream may be in use; a hidden cursor is better than no end.
        with suppress(RuntimeError, OSError, ValueError):
            if terminal.isatty():
                terminal.write("\x1b[?25h")
                terminal.flush()

    def drop(self) -> None:
        """Send whatever is still to come nowhere: who read it went away."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream().fileno())

    def finding(self, label: str, style: str, about: str, text: str) -> None:
        """Print a line that begins with a label; on a terminal coloured, and what is too long below its own text."""
        if not self.is_terminal:
            self.line(f"{label:<{_LABEL}} {about}: {text}")
            return
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=_LABEL, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(label, style=style), Text.assemble((cell(about), "bold"), f": {cell(text)}"))
        self._console().print(grid)

    def _write_json(self, text: str) -> object:
        stream = self._stream()
        return stream.write(encodable_json(text, stream.encoding or "utf-8"))

    def _console(self) -> "Console":
        from rich.console import Console

        return Console(file=self._stream())


def cell(value: object, *, data: bool = False) -> str:
    """A value as a cell of a table, or another text on one line: nothing for None, bytes in hexadecimal digits."""
    text = "" if value is None else value.hex() if isinstance(value, bytes) else str(value)
    return one_line(text if data else masked(text))


OUT = TerminalWriter(lambda: sys.stdout)
ERR = TerminalWriter(lambda: sys.stderr)


def confirm(question: str) -> bool:
    """Put a question to the user; whether the answer is yes. Ctrl-C and the end of input abort the command."""
    import typer

    return typer.confirm(cell(question))


def ask(question: str, *, default: str | None = None, secret: bool = False) -> str:
    """Put a question to the user; the answer. A `secret` is not shown while it is typed. Ctrl-C aborts the command."""
    import typer

    answer: str = typer.prompt(cell(question), default=default, hide_input=secret, err=True)
    return answer
