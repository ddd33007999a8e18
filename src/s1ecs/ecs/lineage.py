"""A table read backwards: from a field of documents to the places of a record that its value comes from."""

from collections.abc import Iterator
from typing import NamedTuple

from s1ecs.ecs.table import FieldRow, FieldTable, Inner

# Rows that deliver a value as it is, so that what lies beneath their target lies beneath their source, too.
_WHOLE = frozenset({"keyword", "rest"})
_WITHOUT_SOURCE = frozenset({"constant", "template"})


class RecordPath(NamedTuple):
    """A place in a record: a path in the spelling of the table's rows, "" for the whole record, lists passed through.

    `spared` are the keys of the object there that other rows read; `split` says that a text there is a list with
    commas.
    """

    path: str
    spared: frozenset[str] = frozenset()
    split: bool = False


def sources_of(table: FieldTable, field: str, *, guessed: bool = True) -> frozenset[RecordPath]:
    """Every place that may set `field`, something beneath it, or something that it lies in.

    `guessed`: with the whole sources of functions that may set the field though no row names it.
    """
    return frozenset(source for row in table.rows for source in _of_row(table, row, field, guessed=guessed))


def remainder(name: str, field: str) -> str | None:
    """The path of `field` inside of the field `name`; "" where it takes all of that in, None where they are apart."""
    if f"{name}.".startswith(f"{field}."):
        return ""
    return field[len(name) + 1 :] if field.startswith(f"{name}.") else None


def _of_row(table: FieldTable, row: FieldRow, field: str, *, guessed: bool) -> Iterator[RecordPath]:
    if row.kind in _WITHOUT_SOURCE:
        return
    reached = [(inner, rest) for inner in row.inner if (rest := remainder(_full_name(row, inner), field)) is not None]
    for inner, rest in reached:
        place = inner.name.removeprefix(".") if inner.source is None else inner.source
        if place:
            yield RecordPath(_path(row.source, place, rest))
    if row.domain and remainder(row.domain, field) is not None:
        yield RecordPath(row.source)
    for target in row.targets:
        rest = remainder(target, field)
        if rest == "" and (row.source or row.kind in _WHOLE):
            yield RecordPath(row.source, _named_elsewhere(table, row), row.split)
        elif rest and row.kind in _WHOLE:
            yield RecordPath(_path(row.source, rest))
        elif guessed and rest and row.kind == "function" and row.source and not reached:
            # Nobody says what the function makes the field of: it may be anything in its source.
            yield RecordPath(row.source)


def _full_name(row: FieldRow, inner: Inner) -> str:
    return f"{row.target}{inner.name}" if inner.name.startswith(".") else inner.name


def _named_elsewhere(table: FieldTable, row: FieldRow) -> frozenset[str]:
    """The keys that a row of what is left over leaves to other rows."""
    if row.kind != "rest":
        return frozenset()
    inside = f"{row.source}." if row.source else ""
    return (
        frozenset(
            other.source.removeprefix(inside)
            for other in table.rows
            if other is not row and other.source.startswith(inside) and "." not in other.source.removeprefix(inside)
        )
        - row.keeps
    )


def _path(*steps: str) -> str:
    return ".".join(filter(None, steps))
