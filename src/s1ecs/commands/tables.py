"""Rows on standard output: a table that fits a terminal, whole columns in a pipe, JSON, CSV."""

import csv
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[Any]

_FOLDED = 40
_PADDING = 3


def print_table(columns: Sequence[str], rows: Iterable[Row], *, names: bool = False) -> None:
    """A table for people. In a terminal long cells are folded, in a pipe every cell is whole and on one line.

    `names`: the first column holds what people look for and copy, so that it is never folded.
    """
    texts = [[_text(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table(box=box.SIMPLE_HEAD)
        for place, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=names and not place)
        for row in texts:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    for row in [list(columns), *texts]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{line.rstrip()}\n")


def print_leading(columns: Sequence[str], rows: Iterable[Row], *, least: int) -> None:
    """A table for people with as many leading columns as fit a terminal, at least `least`; in a pipe all of them.

    What was left out is said below the table.
    """
    lines = [[_text(cell) for cell in row] for row in rows]
    shown = len(columns)
    if sys.stdout.isatty():
        # A long cell can be folded, so it asks for no more than this much.
        widths = [min(max(map(len, cells)), _FOLDED) for cells in zip(columns, *lines, strict=True)]
        room = Console().width
        while shown > least and sum(width + _PADDING for width in widths[:shown]) > room:
            shown -= 1
    print_table(columns[:shown], [line[:shown] for line in lines])
    if shown < len(columns):
        sys.stdout.write(f"for {', '.join(columns[shown:])}: a wider terminal, or --json\n")


def print_json(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A JSON array with one object a row, one row a line; of columns with one name the later get a number."""
    names = [
        f"{name}_{columns[:place].count(name) + 1}" if name in columns[:place] else name
        for place, name in enumerate(columns)
    ]
    separator = "["
    for row in rows:
        sys.stdout.write(separator + orjson.dumps(dict(zip(names, map(_plain, row), strict=True))).decode())
        separator = ",\n"
    sys.stdout.write("]\n" if separator != "[" else "[]\n")


def print_csv(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Comma-separated values by RFC 4180, with a line of names."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows(map(_plain, row) for row in rows)


def _text(cell: Any) -> str:
    # A command line of an attacker's must not command the terminal.
    text = "" if cell is None else str(_plain(cell))
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _plain(cell: Any) -> Any:
    return cell.hex() if isinstance(cell, bytes) else cell
