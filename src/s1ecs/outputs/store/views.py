"""The views of the store, for questions in SQL: names and columns that stay, whatever they are read from."""

import sqlite3
from collections.abc import Iterator, Sequence

from s1ecs.outputs.store.definitions import CURRENT_NAME, is_latest
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
            parts = [_of_rows(table, latest=latest)]
            if not filled:
                parts.append(_of_documents(table, latest=latest))
            yield name, f"CREATE VIEW {quoted(name)} AS {' UNION ALL '.join(parts)}"


def _of_rows(table: StreamTable, *, latest: bool) -> str:
    rows = quoted(table.rows)
    columns = "".join(f"    {quoted(name)},\n" for name, _ in table.view)
    gone = f"    {_gone(table, f'{rows}.console', f'{rows}.id')} AS gone,\n" if latest else ""
    return (
        f"SELECT\n    time,\n{columns}{gone}    console,\n    id,\n"
        f"    (SELECT document FROM documents WHERE documents.rowid = {rows}.row) AS document\n"
        f"FROM {rows}{' WHERE latest' if latest else ''}"
    )


def _of_documents(table: StreamTable, *, latest: bool) -> str:
    """Documents behind the place that the filling came to; no index but that of the row numbers is of use."""
    columns = "".join(f"    {_extracted(paths)} AS {quoted(name)},\n" for name, paths in table.view)
    gone = f"    {_gone(table, 'documents.console', 'documents.id')} AS gone,\n" if latest else ""
    only = f" AND {is_latest(table, 'documents.console', 'documents.id')}" if latest else ""
    return (
        f"SELECT\n    +time AS time,\n{columns}{gone}    +console AS console,\n    +id AS id,\n    document\n"
        f"FROM documents WHERE rowid < (SELECT below FROM stream_tables WHERE stream = '{table.stream}')"
        f" AND +stream = '{table.stream}'{only}"
    )


def _gone(table: StreamTable, console: str, identity: str) -> str:
    """Gone is what the last complete walk did not see; a thing of a negative round was never to be seen by one."""
    current = CURRENT_NAME.format(console=console)
    return (
        "(SELECT max(things.round >= 0 AND things.round < coalesce((SELECT completed FROM rounds WHERE"
        " (rounds.console, rounds.stream) = (things.console, things.stream)), 0)) FROM things"
        " INDEXED BY things_by_id"
        f" WHERE things.stream = '{table.stream}' AND things.id = {identity}"
        f" AND things.console IN ({console}, {current}))"
    )


def _extracted(paths: Sequence[str]) -> str:
    """The first of the fields that the document has."""
    found = [f"json_extract(document, '{_json_path(path)}')" for path in paths]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def _json_path(path: str) -> str:
    return "$." + ".".join(f'"{step}"' for step in path.split("."))
