"""Rows on standard output: a table that fits a terminal, whole columns in a pipe, JSON, CSV.

`data`: the rows are documents or what else lies in the store, which is never masked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from s1ecs.commands.terminal.layout import TooWide, cell_width, laid_out, wrapped
from s1ecs.commands.terminal.writer import OUT, cell
from s1ecs.records import readable

Row = Sequence[Any]

# A long cell can be cut, so it asks for no more than this much.
_WIDEST = 40
_GAP = 2

# What Markdown or its HTML would read as markup; an underscore only where a word begins or ends.
_MARKUP = re.compile(r"[\\`*\[\]<>|~&$#!]|\b_|_\b")
_LITERAL = r"\\\g<0>"


def print_table(
    columns: Sequence[str], rows: Iterable[Row], *, too_wide: TooWide = "records", data: bool = False
) -> None:
    """Print a table for people; in a pipe every cell is whole and on one line.

    In a terminal that is too narrow, by `too_wide`: one record a block, cells cut with an ellipsis except those of the
    first column, or the last column wrapped.
    """
    titles = [cell(column, data=data) for column in columns]
    texts = [[cell(each, data=data) for each in row] for row in rows]
    if OUT.is_terminal:
        for line in laid_out(titles, texts, OUT.width, too_wide, unicode=OUT.is_unicode):
            OUT.write(f"{line}\n", data=data)
        return
    widths = [max(map(len, cells)) for cells in zip(titles, *texts, strict=True)]
    for row in [titles, *texts]:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        OUT.write(f"{line.rstrip()}\n", data=data)


def print_leading(columns: Sequence[str], rows: Iterable[Row], *, least: int) -> None:
    """A table for people with as many leading columns as fit a terminal, at least `least`; in a pipe all of them.

    What was left out is said below the table.
    """
    lines = [[cell(each) for each in row] for row in rows]
    shown = len(columns)
    if OUT.is_terminal:
        widths = [min(max(map(cell_width, cells)), _WIDEST) for cells in zip(columns, *lines, strict=True)]
        room = OUT.width
        while shown > least and sum(width + _GAP for width in widths[:shown]) - _GAP > room:
            shown -= 1
    print_table(columns[:shown], [line[:shown] for line in lines], too_wide="cut")
    if shown < len(columns):
        print_text(f"not shown: {', '.join(columns[shown:])}; use a wider terminal or --json")


def print_text(text: str) -> None:
    """Print a sentence: in a terminal in lines of its width, in a pipe on one."""
    told = cell(text)
    OUT.write("".join(f"{line}\n" for line in (wrapped(told, OUT.width) if OUT.is_terminal else [told])))


def print_json(columns: Sequence[str], rows: Iterable[Row], *, data: bool = False) -> None:
    """A JSON array with one object a row, one row a line; of columns with one name the later get a number."""
    separator = "["
    for text in _objects(columns, rows):
        OUT.json(separator + text, data=data)
        separator = ",\n"
    OUT.json("]\n" if separator != "[" else "[]\n")


def print_ndjson(columns: Sequence[str], rows: Iterable[Row], *, data: bool = False) -> None:
    """One JSON object a row and line; names as in `print_json`."""
    for text in _objects(columns, rows):
        OUT.json(f"{text}\n", data=data)


def print_markdown(columns: Sequence[str], rows: Iterable[Row], *, data: bool = False) -> None:
    """A Markdown table, such as for a ticket; no text of a cell is taken for markup."""
    OUT.write(_markdown_row([cell(column, data=data) for column in columns]), data=data)
    OUT.write(f"|{'---|' * len(columns)}\n")
    for row in rows:
        OUT.write(_markdown_row([cell(each, data=data) for each in row]), data=data)


def print_csv(columns: Sequence[str], rows: Iterable[Row], *, raw: bool = False) -> None:
    """Comma-separated values with a line of names, as in RFC 4180 but with LF; `raw`: formulas get no apostrophe."""
    OUT.csv(columns, raw=raw)
    for row in rows:
        OUT.csv([_plain(each) for each in row], raw=raw)


def _objects(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Each row as a JSON object; of columns with one name the later get a number."""
    names = [
        f"{name}_{columns[:place].count(name) + 1}" if name in columns[:place] else name
        for place, name in enumerate(columns)
    ]
    for row in rows:
        yield readable(dict(zip(names, map(_plain, row), strict=True))).decode()


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_MARKUP.sub(_LITERAL, text) for text in cells)} |\n"


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
