"""The views of the store, for questions in SQL: names and columns that stay, whatever they are read from."""

import sqlite3
from collections.abc import Iterator, Sequence

from s1ecs.outputs.store.latest_states import GONE, is_latest, latest_state
from s1ecs.outputs.store.stream_table import StreamTable, quoted


def make_views(connection: sqlite3.Connection, table: StreamTable, *, filled: bool) -> None:
    """Make a stream's views as they must be now; one that already is so stays untouched."""
    for name, text in view_texts(table, filled=filled):
        row = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", (name,)).fetchone()
        if row is None or row[0] != text:
            connection.execute(f"DROP VIEW IF EXISTS {quoted(name)}")
            connection.execute(text)


def view_texts(table: StreamTable, *, filled: bool) -> Iterator[tuple[str, str]]:
    """Yield the name and the SQL of each view; not `filled`, it reads the documents that have no row yet, too."""
    for name, latest in ((table.stream, False), (table.latest_view, True)):
        if name:
            parts = [_of_rows(table, latest=latest, plus="" if filled else "+")]
            if not filled:
                parts.append(_of_documents(table, latest=latest))
            yield name, f"CREATE VIEW {quoted(name)} AS {' UNION ALL '.join(parts)}"


def _of_rows(table: StreamTable, *, latest: bool, plus: str = "") -> str:
    rows = quoted(table.rows)
    # The plus keeps indices of single columns out of a union, whose parts are then read in the order of time.
    columns = "".join(f"    {plus}{quoted(name)} AS {quoted(name)},\n" for name, _ in table.view)
    gone = f"    {plus}latest = {GONE} AS gone,\n" if latest else ""
    return (
        f"SELECT\n    time,\n{columns}{gone}    console,\n    id,\n"
        f"    (SELECT document FROM documents WHERE documents.rowid = {rows}.row) AS document\n"
        f"FROM {rows}{' WHERE latest' if latest else ''}"
    )


def _of_documents(table: StreamTable, *, latest: bool) -> str:
    """Documents behind the place that the filling came to, in the order of time."""
    columns = "".join(f"    {_extracted(paths)} AS {quoted(name)},\n" for name, paths in table.view)
    gone = f"    {latest_state(table, 'documents.console', 'documents.id')} = {GONE} AS gone,\n" if latest else ""
    only = f" AND {is_latest(table, 'documents.console', 'documents.id')}" if latest else ""
    return (
        f"SELECT\n    time,\n{columns}{gone}    console,\n    id,\n    document\n"
        f"FROM documents INDEXED BY documents_by_time WHERE stream = '{table.stream}'"
        f" AND rowid < (SELECT below FROM stream_tables WHERE stream = '{table.stream}')"
        # A number that became free at the end may have been given to a document that came since.
        f" AND NOT EXISTS (SELECT 1 FROM {quoted(table.rows)} WHERE row = documents.rowid){only}"
    )


def _extracted(paths: Sequence[str]) -> str:
    """The first of the fields that the document has."""
    found = [f"json_extract(document, '{_json_path(path)}')" for path in paths]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def _json_path(path: str) -> str:
    return "$." + ".".join(f'"{step}"' for step in path.split("."))
