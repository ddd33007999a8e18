"""What a terminal shows after a command wrote to it, as an SVG picture."""

import re
from collections.abc import Sequence
from io import StringIO
from itertools import groupby

import pyte
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

WIDTH = 100

# A picture loads nothing from other servers; a browser has a monospaced font of its own.
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_COLORS = {"brown": "yellow", "brightbrown": "bright_yellow"}
_HEX = re.compile(r"[0-9a-f]{6}")


def picture(output: bytes, *, command: str, lines: int) -> str:
    """Draw the last `lines` lines that a terminal shows after this output, below the command, as SVG."""
    screen = pyte.Screen(WIDTH, lines)
    pyte.ByteStream(screen).feed(output)
    rows = [[screen.buffer[row][column] for column in range(WIDTH)] for row in range(lines)]
    while rows and not "".join(char.data for char in rows[-1]).strip():
        rows.pop()
    console = Console(width=WIDTH, record=True, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "bright_black"), (command, "bold")))
    for row in rows:
        console.print(_line(row), overflow="crop", no_wrap=True)
    return _FONT.sub("", console.export_svg(title="", unique_id="s1ecs"))


def _line(row: Sequence[Char]) -> Text:
    line = Text()
    for style, chars in groupby(row, _style):
        line.append("".join(char.data for char in chars), style)
    line.rstrip()
    return line


def _style(char: Char) -> Style:
    return Style(
        color=_color(char.fg),
        bgcolor=_color(char.bg),
        bold=char.bold or None,
        italic=char.italics or None,
        underline=char.underscore or None,
        reverse=char.reverse or None,
    )


def _color(name: str) -> str | None:
    if name == "default":
        return None
    if _HEX.fullmatch(name):
        return f"#{name}"
    return _COLORS.get(name) or re.sub(r"^bright", "bright_", name)
