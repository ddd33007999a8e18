"""The store of a million documents: how long questions take, and what writing costs with and without what they read.

Every question is asked once, then ROUNDS times, each round all of them, on a connection of its own; rows are fetched.
"""

import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.figures import Figure
from bench.records import lines
from bench.store_contents import NOW, make_store
from bench.store_questions import QUESTIONS, SEARCHES
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.querying.functions import TimeFunctions
from s1ecs.commands.querying.saved import values_for
from s1ecs.commands.querying.shipped import SHIPPED
from s1ecs.commands.querying.sql_words import parameters_of
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.mapper import original
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import StreamTable, insert, prepare
from s1ecs.outputs.store.document_values import SEARCH_FIELDS, RowValues
from s1ecs.outputs.store.rows import RowWriter, row_writer
from s1ecs.outputs.store.search import SearchRange, search
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.records import record_from_line
from s1ecs.settings.saved_queries import SavedQuery
from s1ecs.state.sqlite.database import FILE_NAME, connect, connect_for_reading, transaction_of
from s1ecs.streams import STREAMS

DOCUMENTS = 1_000_000
ROUNDS = 9
MEDIAN_MILLISECONDS, WORST_MILLISECONDS = 50, 300
MOST_COST = 1.6
HOST = "WS-0042"
_WRITTEN = ("alert", "activity")
_WRITTEN_RECORDS = 5_000
_WRITTEN_AT_ONCE = 500
_WRITE_ROUNDS = 5
_FETCHED = "2026-01-01T00:00:00.000Z"


def run(documents: int = DOCUMENTS) -> Iterator[Figure]:
    """Measure questions and writing; a line each."""
    for stream in _WRITTEN:
        yield from _writing(stream)
    with tempfile.TemporaryDirectory() as folder:
        path = make_store(Path(folder), documents)
        size = path.stat().st_size / 1e9
        yield Figure("store", size, "GB", f"{documents:,} documents, {size:.2f} GB")
        yield from _asking(path)


def _asking(path: Path) -> Iterator[Figure]:
    ago = {"day": 1, "week": 7, "month": 30}
    values = {name: f"{NOW - timedelta(days=days):%Y-%m-%dT%H}" for name, days in ago.items()}
    tables = [*store_tables().values()]
    with closing(connect_for_reading(path)) as connection:
        TimeFunctions(NOW).add_to(connection)
        asked: dict[str, Callable[[], object]] = {
            **{name: partial(_rows, connection, question, values) for name, question in QUESTIONS.items()},
            **{f"saved query {saved.name}": partial(_rows, connection, saved.sql, _values(saved)) for saved in SHIPPED},
            **{
                f"search for {name}": partial(
                    search, connection, tables, match_expression(words), SearchRange(), limit=20
                )
                for name, words in SEARCHES.items()
            },
        }
        taken: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(ROUNDS + 1):
            for name, ask in asked.items():
                began = perf_counter()
                ask()
                if turn:
                    taken[name].append((perf_counter() - began) * 1000)
    for name, milliseconds in taken.items():
        median = statistics.median(milliseconds)
        yield Figure(f"store {name}", median, "ms", f"{name} {median:.1f} ms, worst {max(milliseconds):.1f} ms")
    slow = [
        name
        for name, each in taken.items()
        if statistics.median(each) > MEDIAN_MILLISECONDS or max(each) > WORST_MILLISECONDS
    ]
    yield Figure(
        "store questions beyond their limits",
        len(slow),
        "questions",
        f"{len(taken)} questions, at most {MEDIAN_MILLISECONDS} ms at the median and {WORST_MILLISECONDS} ms at worst: "
        + (f"not {', '.join(slow)}" if slow else "all of them"),
    )


def _values(saved: SavedQuery) -> Mapping[str, Any]:
    """Return the default values of a saved query, and a host for what has none."""
    return values_for(saved, {name: HOST for name in parameters_of(saved.sql) if name not in saved.parameters})


def _rows(connection: sqlite3.Connection, question: str, values: Mapping[str, Any]) -> list[Any]:
    return connection.execute(question, values).fetchall()


def _writing(stream: str) -> Iterator[Figure]:
    """CPU time a record, from its text to the commit, in turns: without rows, with rows, with counts, with words."""
    table = store_tables()[stream]
    ways: dict[str, tuple[StreamTable, RowWriter | None]] = {
        "documents alone": (table, None),
        "rows": (table, replace(_wordless(table), counted=())),
        "rows and counts": (table, _wordless(table)),
        "rows, counts and words": (table, row_writer(table)),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    records = list(lines(stream, _WRITTEN_RECORDS))
    for _ in range(_WRITE_ROUNDS):
        for name, (made, writer) in ways.items():
            taken[name].append(_write(stream, records, made, writer))
    medians = {name: statistics.median(each) * 1e6 for name, each in taken.items()}
    bare, whole = medians["documents alone"], medians["rows, counts and words"]
    told = ", ".join(f"{name} {microseconds:.0f} us" for name, microseconds in medians.items())
    line = f"collecting {stream} {whole / bare:.2f} times the cost without (at most {MOST_COST}); {told}"
    yield Figure(f"store collecting {stream}", whole / bare, "times", line)


def _write(stream: str, records: list[bytes], table: StreamTable, writer: RowWriter | None) -> float:
    """Map and store records; return the seconds of one."""
    mapper = STREAMS[stream].mapper()
    envelope = STREAMS[stream].envelope(collector=Collector("0", "00000000-0000-0000-0000-000000000000", "bench"))
    with tempfile.TemporaryDirectory() as folder, closing(connect(Path(folder) / FILE_NAME)) as connection:
        if writer is not None:
            prepare(connection, {stream: table})
        began = process_time()
        for start in range(0, len(records), _WRITTEN_AT_ONCE):
            documents: list[tuple[str, Mapping[str, Any]]] = []
            for line in records[start : start + _WRITTEN_AT_ONCE]:
                record = record_from_line(line)
                identity = mapper.identify(record)
                mapped = mapper.map(record)
                envelope.seal(mapped, lambda: original(record), fetched=_FETCHED, now=_FETCHED)  # noqa: B023
                documents.append((identity, mapped.document))
            with transaction_of(connection):
                insert(connection, Batch("default", "default", stream, documents), writer)
        return (process_time() - began) / len(records)


def _wordless(table: StreamTable) -> RowWriter:
    writer = row_writer(table)
    return replace(
        writer, values=lambda document: RowValues(writer.values(document).columns, ("",) * len(SEARCH_FIELDS))
    )
