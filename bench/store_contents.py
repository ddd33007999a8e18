"""A store of a million documents, made by the product's own mappers and its own writer from the stand-in's records."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.records import lines
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.row_filling import RowFilling
from s1ecs.outputs.store.rows import row_writer
from s1ecs.records import record_from_line
from s1ecs.state.sqlite.database import FILE_NAME, connect, transaction_of
from s1ecs.streams import STREAMS

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAYS = 90
# Of a million; about what a provider of some thousand hosts keeps of a quarter.
SHARES: Mapping[str, int] = MappingProxyType(
    {
        "alert": 460_000,
        "activity": 250_000,
        "threat_event": 150_000,
        "application": 60_000,
        "application_risk": 40_000,
        "unified_alert": 20_000,
        "threat": 11_500,
        "agent": 8_000,
        "group": 500,
    }
)
# Different records of a stream; later documents repeat them at other times, of other hosts.
_DIFFERENT = 5_000
_HOSTS = 1_000
_BATCH = 500


def make_store(folder: Path, documents: int = 1_000_000) -> Path:
    """Make the store in a folder, in the order of the documents' times; return its file."""
    path = folder / FILE_NAME
    writers = {name: row_writer(table) for name, table in store_tables().items()}
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        prepare(connection, store_tables())
        streams = {
            name: _documents(name, max(1, share * documents // sum(SHARES.values()))) for name, share in SHARES.items()
        }
        while streams:
            for name in list(streams):
                batch = list(islice(streams[name], max(1, _BATCH * SHARES[name] // SHARES["alert"])))
                if not batch:
                    del streams[name]
                    continue
                with transaction_of(connection):
                    insert(connection, Batch("default", "default", name, batch), writers[name])
                    _know_things(connection, name, batch)
        # What `run` does beside collecting.
        filling = RowFilling.of(store_tables())
        with transaction_of(connection):
            filling.step(connection, time.monotonic)
    return path


def _documents(stream: str, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents of a stream whose times are spread evenly over the days, the oldest first."""
    mapper = STREAMS[stream].mapper()
    made = [mapper.map(record_from_line(line)).document for line in lines(stream, min(count, _DIFFERENT))]
    step = timedelta(days=DAYS) / count
    for number, document in enumerate(islice(cycle(made), count)):
        moment = NOW - timedelta(days=DAYS) + number * step
        at = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        host = f"WS-{(number * 7919) % _HOSTS:04}"
        other = {**document, "@timestamp": at, "related": {**document.get("related", {}), "hosts": [host]}}
        if "host" in document:
            other["host"] = {**document["host"], "name": host}
        yield f"{stream}-{number:09}", other


def _know_things(connection: sqlite3.Connection, stream: str, batch: list[tuple[str, dict[str, Any]]]) -> None:
    """Each document of an inventory is the latest state of its thing; agents come again and again."""
    if not STREAMS[stream].latest_view:
        return
    connection.executemany(
        "INSERT INTO things (console, stream, thing, id, round) VALUES ('default', ?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET id = excluded.id",
        [
            (stream, document["host"]["name"] if stream == "agent" else identity, identity)
            for identity, document in batch
        ],
    )
