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


def print_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table for people. In a terminal long cells are folded, in a pipe every cell is whole and on one line."""
    texts = [[_text(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table(*columns, box=box.SIMPLE_HEAD)
        for row in texts:
            table.add_row(*map(Text, row))
        Console().print(table)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    for row in [list(columns), *texts]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{line.rstrip()}\n")


def print_json(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A JSON array with one object a row, one row a line."""
    separator = "["
    for row in rows:
        sys.stdout.write(separator + orjson.dumps(dict(zip(columns, row, strict=True)), default=_bytes).decode())
        separator = ",\n"
    sys.stdout.write("]\n" if separator != "[" else "[]\n")


def print_csv(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Comma-separated values by RFC 4180, with a line of names."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows(rows)


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split("\n"))


def _bytes(cell: Any) -> str:
    if isinstance(cell, bytes):
        return cell.hex()
    raise TypeError(f"{type(cell).__name__} is not JSON")
