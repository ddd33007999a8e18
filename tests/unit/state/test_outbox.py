"""One outbox: what waited in an older database goes on waiting, and marks of outputs are kept by key."""

import itertools
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import orjson

from s1ecs.state.outbox import AUDIT_STREAM, OutboxDocument, Spooled, Waiting, WaitingAudit
from s1ecs.state.sqlite.actions import read_waiting
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.state.sqlite.outbox import SqliteOutbox, read_spools
from s1ecs.state.sqlite.output_marks import SqliteOutputMarks
from s1ecs.state.sqlite.schema import SCHEMA_STEPS
from s1ecs.streams.response_action import STREAM

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_documents_of_actions_go_on_waiting_after_an_upgrade(tmp_path: Path) -> None:
    """Each document waits for the outputs that lacked it, in its order and byte by byte, behind spooled ones."""
    texts = {"a": '{"@timestamp":"2026-01-02T12:00:00.000Z","x":"ü"}', "b": '{"x": 1.10}'}
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as old:
        for statement in itertools.chain(*SCHEMA_STEPS[:9]):
            old.execute(statement)
        old.execute(
            "INSERT INTO spooled (output, console, namespace, stream, id, document, bytes, time)"
            " VALUES ('search', 'hq', 'prod', 'alert', 'early', '{}', 2, ?)",
            (NOON.isoformat(),),
        )
        old.execute("INSERT INTO actions VALUES ('act', 'hq', 'isolate', '2026-01-02T13:00:00Z', '', '', NULL, '', '')")
        for number, (identity, text) in enumerate(texts.items(), 1):
            old.execute("INSERT INTO action_documents VALUES (?, 'act', 'hq', 'prod', ?, ?)", (number, identity, text))
        old.executemany("INSERT INTO action_deliveries VALUES (?, ?)", [("files x", 2), ("search", 1), ("search", 2)])
        old.execute("PRAGMA user_version = 9")
    with closing(connect(tmp_path / FILE_NAME)) as connection:
        rows = connection.execute(
            "SELECT output, console, namespace, stream, id, document, bytes FROM spooled ORDER BY output, number"
        ).fetchall()
        assert SqliteOutbox().waiting(connection, "search") == Waiting(3, 2 + 50 + 11)
    audit = ("hq", "prod", "response_action")
    assert rows == [
        ("files x", *audit, "b", texts["b"], 11),
        ("search", "hq", "prod", "alert", "early", "{}", 2),
        ("search", *audit, "a", texts["a"], 50),
        ("search", *audit, "b", texts["b"], 11),
    ]
    assert read_spools(tmp_path) == [Spooled("search", Waiting(1, 2), NOON)]
    later = datetime(2026, 1, 2, 13, tzinfo=UTC)
    assert read_waiting(tmp_path) == [WaitingAudit("files x", 1, later), WaitingAudit("search", 2, NOON)]


def test_the_stream_of_actions_is_the_one_that_documents_name() -> None:
    """The state knows the stream by its name alone."""
    assert STREAM.name == AUDIT_STREAM


def test_a_piece_is_of_one_feed_and_comes_out_once(tmp_path: Path) -> None:
    """The first piece ends before another feed and before an id that it has; once removed it is gone."""
    outbox = SqliteOutbox()
    first, other = ("hq", "prod", "alert"), ("hq", "prod", "threat")
    documents = [OutboxDocument(*feed, name, "{}") for feed, name in [(first, "a"), (first, "b"), (first, "a")]]
    with closing(connect(tmp_path / FILE_NAME)) as connection:
        outbox.append(connection, "search", [*documents, OutboxDocument(*other, "c", "{}")], NOON)
        sizes = []
        while (piece := outbox.first(connection, "search")) is not None:
            sizes.append([each.id for each in piece.documents])
            assert outbox.remove(connection, "search", piece) == len(piece.rows)
            assert outbox.remove(connection, "search", piece) == 0
    assert sizes == [["a", "b"], ["a"], ["c"]]


def test_marks_are_kept_by_key(tmp_path: Path) -> None:
    """Feeds that commit in any order lose nothing of each other; None removes a key; numbers keep their text."""
    marks = SqliteOutputMarks()
    with closing(connect(tmp_path / FILE_NAME)) as connection:
        assert marks.load(connection, "out") == {}
        marks.save(connection, "out", {"alert": {"offset": 1}, "threat": [1, None, "ü"]})
        marks.save(connection, "out", {"alert": {"offset": orjson.loads(b"18446744073709551615")}})
        marks.save(connection, "other", {"alert": 0})
        marks.save(connection, "out", {"threat": None})
        assert marks.load(connection, "out") == {"alert": {"offset": 18446744073709551615}}
        assert marks.load(connection, "other") == {"alert": 0}
