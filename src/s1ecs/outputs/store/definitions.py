"""The SQL that makes what the store keeps of a stream: rows, counts by the hour, words, and triggers.

Rows, counts and words are added by what adds documents; triggers keep them to the documents from then on, whoever
removes or moves one.
"""

import hashlib
from collections.abc import Iterator

from s1ecs.outputs.store.document_values import SEARCH_FIELDS, VALUES_VERSION
from s1ecs.outputs.store.latest_states import latest_state, latest_triggers, latest_triggers_made
from s1ecs.outputs.store.stream_table import TOTAL, StreamTable, quoted


def definition(table: StreamTable) -> list[str]:
    """Return the statements, in their order."""
    return [*_rows(table), _words(table), *_triggers(table)]


def fingerprint(table: StreamTable) -> str:
    """Return a text that differs where rows, counts or words of the same documents would."""
    content = ("\n".join(definition(table)), table.columns, sorted(table.searched.items()), VALUES_VERSION)
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _rows(table: StreamTable) -> Iterator[str]:
    rows = quoted(table.rows)
    columns = ", ".join(quoted(name) for name, _ in table.columns)
    yield (
        f"CREATE TABLE {rows} (row INTEGER PRIMARY KEY, id TEXT NOT NULL, console TEXT NOT NULL, time TEXT,"
        f" latest INTEGER NOT NULL, {columns})"
    )
    timed = "".join(f", {quoted(name)}" for name in (*table.timed, "console") if table.timed)
    yield f"CREATE INDEX {quoted(f'{table.rows}_by_time')} ON {rows} (time{timed})"
    for name in table.indexed:
        covered = "".join(f", {quoted(column)}" for column in table.covered.get(name, ()))
        yield f"CREATE INDEX {quoted(f'{table.rows}_by_{name}')} ON {rows} ({quoted(name)}, time{covered})"
    for index, indexed in table.latest_indices.items():
        yield f"CREATE INDEX {quoted(index)} ON {rows} ({', '.join(map(quoted, indexed))}) WHERE latest"


def _words(table: StreamTable) -> str:
    fields = ", ".join(SEARCH_FIELDS)
    return f"CREATE VIRTUAL TABLE {quoted(table.words)} USING fts5({fields}, tokenize = 'unicode61')"


def triggers_made(table: StreamTable) -> list[str]:
    """Return the names of the triggers among the statements."""
    of_documents = [f"{table.stream}_{of}_{event}" for of in ("document", "row") for event in ("removed", "changed")]
    return [*of_documents, *latest_triggers_made(table)]


def _triggers(table: StreamTable) -> Iterator[str]:
    stream, rows = table.stream, quoted(table.rows)
    # Things have the new name of a console before documents do.
    latest = f", latest = {latest_state(table, 'new.console', 'new.id')}" if table.latest_view else ""
    yield (
        f"CREATE TRIGGER \"{stream}_document_removed\" AFTER DELETE ON documents WHEN old.stream = '{stream}' BEGIN"
        f" DELETE FROM {rows} WHERE row = old.rowid; END"
    )
    yield (
        f'CREATE TRIGGER "{stream}_document_changed" AFTER UPDATE OF console, time ON documents'
        f" WHEN old.stream = '{stream}' BEGIN"
        f" UPDATE {rows} SET console = new.console, time = new.time{latest} WHERE row = old.rowid; END"
    )
    counted, uncounted = _counted(table, "new"), _uncounted(table, "old")
    words_removed = f" DELETE FROM {quoted(table.words)} WHERE rowid = old.row;"
    yield (
        f'CREATE TRIGGER "{stream}_row_changed" AFTER UPDATE OF console, time ON {rows} BEGIN{uncounted}{counted} END'
    )
    yield f'CREATE TRIGGER "{stream}_row_removed" AFTER DELETE ON {rows} BEGIN{uncounted}{words_removed} END'
    yield from latest_triggers(table)


def _counted(table: StreamTable, row: str) -> str:
    return "".join(
        f" INSERT INTO hourly_counts (stream, dimension, hour, console, value, count) VALUES"
        f" ({_count_key(table, name, row)}, 1) ON CONFLICT DO UPDATE SET count = count + 1;"
        for name in (TOTAL, *table.counted)
    )


def _uncounted(table: StreamTable, row: str) -> str:
    key = "(stream, dimension, hour, console, value)"
    return "".join(
        f" UPDATE hourly_counts SET count = count - 1 WHERE {key} = ({_count_key(table, name, row)});"
        f" DELETE FROM hourly_counts WHERE {key} = ({_count_key(table, name, row)}) AND count <= 0;"
        for name in (TOTAL, *table.counted)
    )


def _count_key(table: StreamTable, name: str, row: str) -> str:
    hour = f"coalesce(substr({row}.time, 1, 13), '')"
    value = "''" if name == TOTAL else f"coalesce({row}.{quoted(name)}, '')"
    return f"'{table.stream}', '{name}', {hour}, {row}.console, {value}"
