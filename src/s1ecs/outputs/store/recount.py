"""Comparison of rows, hourly counts and words with the documents that they were made of."""

import sqlite3
from collections.abc import Iterator

from s1ecs.counted import counted
from s1ecs.outputs.store.document_values import SEARCH_FIELDS, values_of
from s1ecs.outputs.store.latest_states import latest_state
from s1ecs.outputs.store.stored_text import document_of_text
from s1ecs.outputs.store.stream_table import TOTAL, StreamTable, StreamTables, quoted


def differences(connection: sqlite3.Connection, tables: StreamTables) -> Iterator[str]:
    """Yield a text for each kind of difference in each stream; documents that are still to be filled in are none."""
    known = dict(connection.execute("SELECT stream, below FROM stream_tables").fetchall())
    for table in tables.values():
        if table.stream in known:
            yield from _missing(connection, table, known[table.stream])
            yield from _differing(connection, table)
            yield from _counts(connection, table)


def _missing(connection: sqlite3.Connection, table: StreamTable, below: int) -> Iterator[str]:
    rows, words = quoted(table.rows), quoted(table.words)
    [(without_row,)] = connection.execute(
        f"SELECT count(*) FROM documents WHERE stream = ? AND rowid >= ? AND rowid NOT IN (SELECT row FROM {rows})",
        (table.stream, below),
    )
    if without_row:
        yield f"{table.stream}: {counted(without_row, 'document')} without a row"
    [(too_many,)] = connection.execute(
        f"SELECT count(*) FROM {rows} WHERE row NOT IN (SELECT rowid FROM documents WHERE stream = ?)", (table.stream,)
    )
    if too_many:
        yield f"{table.stream}: {counted(too_many, 'row')} without a document"
    [(words_too_many,)] = connection.execute(
        f"SELECT count(*) FROM {words} WHERE rowid NOT IN (SELECT row FROM {rows})"
    )
    if words_too_many:
        yield f"{table.stream}: full text of {counted(words_too_many, 'document')} that is not there"


def _differing(connection: sqlite3.Connection, table: StreamTable) -> Iterator[str]:
    """Rows and words that are not those of their document."""
    values = values_of(table)
    rows, words = quoted(table.rows), quoted(table.words)
    latest = latest_state(table, "documents.console", "documents.id")
    fields = ", ".join(f"{words}.{field}" for field in SEARCH_FIELDS)
    columns = "".join(f", {rows}.{quoted(name)}" for name, _ in table.columns)
    own = 4
    width = own + len(table.columns)
    wrong_rows = wrong_words = unreadable = 0
    for document, *found in connection.execute(
        f"SELECT documents.document, documents.id, documents.console, documents.time, {latest},"
        f" {rows}.id, {rows}.console, {rows}.time, {rows}.latest{columns}, {fields}"
        f" FROM {rows} JOIN documents ON documents.rowid = {rows}.row"
        f" LEFT JOIN {words} ON {words}.rowid = {rows}.row"
    ):
        read = document_of_text(document)
        unreadable += read is None
        wanted = values(read or {})
        row, stored_words = found[own : own + width], found[own + width :]
        wrong_rows += row != [*found[:own], *wanted.columns]
        wrong_words += stored_words != [*wanted.words]
    if unreadable:
        yield f"{table.stream}: {counted(unreadable, 'document')} that are not JSON objects"
    if wrong_rows:
        yield f"{table.stream}: {counted(wrong_rows, 'row')} that differ from the document"
    if wrong_words:
        yield f"{table.stream}: full text of {counted(wrong_words, 'document')} that differs from the document"


def _counts(connection: sqlite3.Connection, table: StreamTable) -> Iterator[str]:
    for name in (TOTAL, *table.counted):
        value = "''" if name == TOTAL else f"coalesce({quoted(name)}, '')"
        recount = (
            f"SELECT coalesce(substr(time, 1, 13), ''), console, {value}, count(*)"
            f" FROM {quoted(table.rows)} GROUP BY 1, 2, 3"
        )
        kept = (
            "SELECT hour, console, value, count FROM hourly_counts"
            f" WHERE stream = '{table.stream}' AND dimension = '{name}'"
        )
        [(wrong,)] = connection.execute(
            f"SELECT (SELECT count(*) FROM ({recount} EXCEPT {kept}))"
            f" + (SELECT count(*) FROM ({kept} EXCEPT {recount}))"
        )
        if wrong:
            yield f"{table.stream}: {counted(wrong, 'hourly count')} of {name} that differ from the rows"
