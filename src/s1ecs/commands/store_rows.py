"""Rows, counts and full text of the store: compared with the documents, and built anew from them."""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.terminal.progress import bars
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.outputs.store.prepare import mark_outdated, prepare
from s1ecs.outputs.store.recount import differences
from s1ecs.outputs.store.row_filling import RowFilling, remaining
from s1ecs.outputs.store.row_numbers import rows_moved
from s1ecs.state.sqlite.database import (
    FILE_NAME,
    connect,
    connect_for_reading,
    explained,
    interruptible,
    transaction_of,
)
from s1ecs.state.sqlite.readonly import has_tables

_PAUSE_SECONDS = 0.005


def differences_of(path: Path) -> Sequence[str]:
    """Return texts about what is not as the documents say, seen at one moment; none in a store without rows."""
    with closing(connect_for_reading(path)) as connection, explained(path):
        interruptible(connection)
        if not has_tables(connection, "stream_tables", "hourly_counts"):
            return []
        connection.execute("BEGIN")
        return [*differences(connection, store_tables())]


def follow_moved_documents(path: Path) -> None:
    """Have rows made anew where compacting gave documents other numbers."""
    with closing(connect(path)) as connection, explained(path), transaction_of(connection):
        if rows_moved(connection, store_tables()):
            mark_outdated(connection)
            prepare(connection, store_tables())


def rebuild(state_folder: Path, log_level: str) -> None:
    """Build all rows anew from the documents, in short steps beside whoever collects; `run` finishes what is left."""
    path = state_folder / FILE_NAME
    connect_for_reading(path).close()
    filling = RowFilling.of(store_tables())
    with closing(connect(path)) as connection, explained(path), bars(log_level, counted=True) as shown:
        with transaction_of(connection):
            mark_outdated(connection)
            prepare(connection, store_tables())
        total = remaining(connection, store_tables())
        more, done = bool(total), 0
        while more:
            with transaction_of(connection):
                filled = filling.step(connection, time.monotonic)
            more, done = filled.more, done + filled.documents
            shown.show("rebuild", done, total, "Rebuilding")
            time.sleep(_PAUSE_SECONDS)
        shown.end("rebuild")
    OUT.write(f"{path}: {counted(total, 'document', grouped=True)} prepared for fast queries\n")
