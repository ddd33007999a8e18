"""Layout of a table in a terminal: columns that fit its width, or one record a block. Pure: rows in, lines out."""

from collections.abc import Iterator, Sequence
from typing import Literal

# Way of a table that is too wide: cells cut with an ellipsis, the last column wrapped at words, or records.
TooWide = Literal["cut", "wrap", "records"]

_GAP = "  "
# A column that is cut keeps at least this many columns of the terminal, a wrapped one this many.
_LEAST_CUT = 10
_LEAST_WRAPPED = 24
_LEAST_VALUE = 8


def laid_out(
    titles: Sequence[str], rows: Sequence[Sequence[str]], room: int, too_wide: TooWide, *, unicode: bool
) -> list[str]:
    """Lay a table out in lines of at most `room` columns; the first column is never cut."""
    natural = [max(map(cell_width, cells)) for cells in zip(titles, *rows, strict=True)]
    widths = _widths(natural, room, too_wide)
    if widths is None:
        return list(_records(titles, rows, room))
    rule = ("─" if unicode else "-") * min(room, sum(widths) + len(_GAP) * (len(widths) - 1))
    lines = [_line(titles, widths, unicode=unicode), rule]
    for row in rows:
        lines.extend(_row(row, widths, too_wide, unicode=unicode))
    return lines


def cell_width(text: str) -> int:
    """Count the terminal columns that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def shortened(text: str, width: int, *, unicode: bool) -> str:
    """Cut a text to a width, with an ellipsis in place of what is left out."""
    if cell_width(text) <= width:
        return text
    ellipsis = ("…" if unicode else "...")[:width]
    return f"{_pieces(text, width - len(ellipsis))[0].rstrip()}{ellipsis}" if width > len(ellipsis) else ellipsis


def _widths(natural: list[int], room: int, too_wide: TooWide) -> list[int] | None:
    """Widths of the columns within `room`; None where the rows become records."""
    widths = list(natural)
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    if excess <= 0:
        return widths
    if too_wide == "wrap" and widths[-1] - excess >= _LEAST_WRAPPED:
        return [*widths[:-1], widths[-1] - excess]
    if too_wide != "cut":
        return None
    while excess > 0:
        widest = max(range(1, len(widths)), key=widths.__getitem__, default=0)
        if not widest or widths[widest] <= _LEAST_CUT:
            return None
        widths[widest] -= 1
        excess -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int], too_wide: TooWide, *, unicode: bool) -> Iterator[str]:
    if too_wide != "wrap":
        yield _line(row, widths, unicode=unicode)
        return
    first, *more = wrapped(row[-1], widths[-1])
    yield _line([*row[:-1], first], widths, unicode=unicode)
    for text in more:
        yield _line([*[""] * (len(row) - 1), text], widths, unicode=unicode)


def _line(cells: Sequence[str], widths: Sequence[int], *, unicode: bool) -> str:
    fitted = (shortened(text, width, unicode=unicode) for text, width in zip(cells, widths, strict=True))
    return _GAP.join(_padded(text, width) for text, width in zip(fitted, widths, strict=True)).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))


def _records(titles: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """Each row as a block of lines, a column a line, as psql's expanded display."""
    label = max(map(cell_width, titles), default=0)
    label = min(label, max(room - len(_GAP) - _LEAST_VALUE, _LEAST_VALUE))
    names = [_padded(_pieces(title, label)[0], label) for title in titles]
    for number, row in enumerate(rows, 1):
        heading = f"-[ {number} ]"
        yield heading + "-" * max(0, min(room, label + 20) - len(heading))
        for name, text in zip(names, row, strict=True):
            for place, piece in enumerate(wrapped(text, max(room - label - len(_GAP), 1))):
                yield f"{' ' * label if place else name}{_GAP}{piece}".rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """Break a text at spaces, and words that are longer than a line within."""
    lines: list[str] = []
    line = ""
    for word in text.rstrip().split(" "):
        joined = f"{line} {word}" if line else word
        if cell_width(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width)
        lines += whole
    return [*lines, line]


def _pieces(text: str, width: int) -> list[str]:
    """Cut a text into pieces of at most that many columns."""
    if text.isascii():
        return [text[place : place + width] for place in range(0, len(text), width)] or [""]
    from rich.cells import chop_cells

    return chop_cells(text, max(width, 2)) or [""]
