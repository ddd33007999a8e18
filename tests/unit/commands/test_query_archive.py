"""Queries over the archive: store and files as one, each document once, and nothing else can be read."""

import re
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from s1ecs.commands.archive_query.query import query_archive
from s1ecs.commands.document_columns import COLUMNS
from s1ecs.commands.query import query
from s1ecs.errors import SettingsError, StateError, UsageError
from s1ecs.settings import Settings, load
from tests.unit.collect.archived_store import OLD, ArchivedStore, documents

FIRST = "stream=alert/console=default/day=2026-02-20.parquet"


def settings_of(store: ArchivedStore, *, archive: bool = True) -> Settings:
    """Settings with the store's state and archive."""
    output = f"[{{type: store, archive: {store.archive}}}]" if archive else "store"
    return load(
        file=None,
        environment={"S1ECS_OUTPUTS": output, "S1ECS_STATE_DIR": str(store.state)},
        flags={},
        streams=[],
        working_folder=Path("/work"),
    )


@pytest.fixture
def store(tmp_path: Path) -> ArchivedStore:
    """A store of which two of three days are archived."""
    made = ArchivedStore(tmp_path)
    made.fill()
    made.run()
    return made


def rows(store: ArchivedStore, sql: str) -> list[list[Any]]:
    """The rows of a query over store and archive."""
    found: list[list[Any]] = []

    def show(_: Sequence[str], given: Iterable[Sequence[Any]]) -> None:
        found.extend(list(row) for row in given)

    query_archive(settings_of(store), sql, show)
    return found


def stored(store: ArchivedStore, sql: str) -> list[list[Any]]:
    """The rows of a query of the store alone."""
    found: list[list[Any]] = []
    query(store.state, sql, lambda _, given: found.extend(list(row) for row in given))
    return found


SAME = (
    "SELECT console, count(*) FROM alert GROUP BY console ORDER BY console",
    "SELECT time, severity, id, document FROM alert WHERE severity >= 28 ORDER BY time, id, console",
    "SELECT min(time), max(time), sum(severity) FROM alert WHERE time >= '2026-02-20T12' AND time < '2026-02-22'",
    "SELECT a.id FROM alert a JOIN alert b USING (id, console) WHERE b.severity = 3 ORDER BY 1",
    "SELECT count(*) FROM agent UNION ALL SELECT count(*) FROM threat",
    "SELECT id, gone FROM agent_latest ORDER BY id",
    "SELECT stream, console, count(*) FROM documents GROUP BY stream, console ORDER BY 1, 2",
    "SELECT severity, rule, host FROM alert WHERE id = 'none'",
)


@pytest.mark.parametrize("sql", SAME)
def test_archived_and_stored_days_answer_as_the_store_did(tmp_path: Path, store: ArchivedStore, sql: str) -> None:
    """A question has the answer that it had before anything was archived, in the same form."""
    whole = ArchivedStore(tmp_path / "whole")
    whole.fill()
    assert rows(store, sql.replace("'2026-02-20T12'", "'2026-02-20 12:00:00'")) == stored(whole, sql)


IN_LAYOUT_2 = {
    "activity": {"site": {"name": "Lab"}, "account": {"name": "Acme"}},
    "agent": {"site": {"name": "Lab"}},
    "application": {"site": {"name": "Lab"}},
    "threat": {"threat_classification": {"name": "Trojan"}},
}


@pytest.mark.parametrize("stream", IN_LAYOUT_2)
def test_archived_documents_of_layout_2_keep_their_columns(tmp_path: Path, stream: str) -> None:
    """A column has the value that it had before the day was archived, whichever layout the document has."""
    store = ArchivedStore(tmp_path)
    document = {"@timestamp": f"{OLD[0]}T10:00:00.000Z", "sentinel_one": IN_LAYOUT_2[stream]}
    store.add(stream, [("a", document)])
    columns = [name for name in ("site", "account", "classification") if name in COLUMNS[stream]]
    sql = f"SELECT {', '.join(columns)} FROM {stream}"  # noqa: S608 - names of ours
    before = stored(store, sql)
    store.run()
    assert stored(store, sql) == []
    assert rows(store, sql) == before
    assert any(before[0])


def test_every_view_can_be_asked(store: ArchivedStore) -> None:
    """Each view of the store is there, with the same columns in the same order."""
    for [name] in stored(store, "SELECT name FROM sqlite_master WHERE type = 'view'"):
        columns = [row[1] for row in stored(store, f'PRAGMA table_info("{name}")')]
        assert [row[0] for row in rows(store, f'DESCRIBE "{name}"')] == columns
        rows(store, f'SELECT * FROM "{name}"')  # noqa: S608 - a view of ours


def test_a_document_in_both_counts_once(tmp_path: Path, store: ArchivedStore) -> None:
    """While a day is being moved its documents are in its file and in the store; a late one is in the store alone."""
    moving = ArchivedStore(tmp_path / "moving")
    moving.fill()

    class Killed(BaseException):
        pass

    def kill(step: str) -> None:
        if step == "remove documents":
            raise Killed

    moving.between = kill
    with pytest.raises(Killed):
        moving.run()
    moving.add("alert", documents(OLD[0], 2, " late"))
    assert rows(moving, "SELECT count(*), count(DISTINCT (console, id)) FROM alert") == [[101, 101]]
    assert rows(moving, "SELECT count(*) FROM documents") == [[107]]
    store.add("alert", documents(OLD[0], 2))  # they came once more
    assert rows(store, "SELECT count(*) FROM alert") == [[99]]


FORBIDDEN = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('{state}/s1ecs.db')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '{state}/s1ecs.db'",
    "COPY alert TO '{archive}/copy.csv'",
    "COPY (SELECT 1) TO '{archive}/copy.parquet'",
    "ATTACH '{archive}/new.db'",
    "ATTACH ':memory:' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "EXPORT DATABASE '{archive}/all'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{archive}/copy.csv'",
    "CREATE TABLE mine AS SELECT 1",
    "SELECT 1; COPY (SELECT 1) TO '{archive}/copy.csv'",
    "",
    "SELEC 1",
    "SELECT nope FROM alert",
    "SELECT * FROM nope",
    "SELECT * FROM found",
    "SELECT * FROM read_parquet('{archive}/stream=alert/console=default/day=2026-02-20.parquet')",
)


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_only_the_views_can_be_read(store: ArchivedStore, sql: str) -> None:
    """No other file, no extension, no other database, nothing written: each is one line, and nothing is there after."""
    files = store.files()
    with pytest.raises(UsageError, match=r"^query: ") as raised:
        rows(store, sql.format(state=store.state, archive=store.archive))
    assert "\n" not in str(raised.value)
    assert store.files() == files


def _cut(data: bytearray) -> None:
    del data[-20:]


def _overwritten(data: bytearray) -> None:
    data[200:800] = bytes(600)


def _flipped(data: bytearray) -> None:
    """Change one bit of a document, which a reader that checks nothing takes for data."""
    group = parquet.read_metadata(BytesIO(bytes(data))).row_group(0)
    [column] = [each for each in map(group.column, range(group.num_columns)) if each.path_in_schema == "document"]
    start = column.dictionary_page_offset or column.data_page_offset
    data[start + column.total_compressed_size // 2] ^= 1


@pytest.mark.parametrize("damage", [_cut, _overwritten, _flipped])
def test_a_damaged_file_is_named(store: ArchivedStore, damage: Callable[[bytearray], None]) -> None:
    """A query that needs it ends with its name instead of a wrong answer; other streams are answered."""
    path = store.archive / FIRST
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)
    with pytest.raises(StateError, match=f"^{re.escape(str(path))}: damaged ") as raised:
        rows(store, "SELECT * FROM alert ORDER BY time")
    assert "\n" not in str(raised.value)
    assert rows(store, "SELECT count(*) FROM agent") == [[6]]


def test_without_an_archive_the_setting_is_named(store: ArchivedStore) -> None:
    """Settings without an archive, or a folder that is not there yet, are no traceback."""
    with pytest.raises(SettingsError, match="set archive of the output store"):
        query_archive(settings_of(store, archive=False), "SELECT 1", lambda *_: None)
    fresh = ArchivedStore(store.state.parent / "fresh")
    fresh.fill()
    assert rows(fresh, "SELECT count(*) FROM alert") == [[99]]


def test_values_are_printed_as_those_of_the_store(store: ArchivedStore) -> None:
    """Times, dates and decimals are text and numbers, also inside of lists."""
    sql = "SELECT max(time), max(time)::DATE, 1.5::DECIMAL(4, 1), [max(time)], {'n': 1}, NULL FROM alert"
    assert rows(store, sql) == [
        ["2026-02-22T23:00:00.000Z", "2026-02-22", 1.5, ["2026-02-22T23:00:00.000Z"], {"n": 1}, None]
    ]
