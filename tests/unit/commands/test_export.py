"""Exports of the store: every format whole, conditions that only read, and no file that is not finished."""

import csv
import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.bootstrap.typed_views import require_view, typed_views
from s1ecs.commands.export import Export, export
from s1ecs.commands.export_query import ExportSelection
from s1ecs.errors import StateError, UsageError
from s1ecs.outputs.output import Batch
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.rows import row_writer
from s1ecs.records import ExactInteger
from s1ecs.state.sqlite.database import FILE_NAME, connect

NOW = datetime(2026, 2, 1, tzinfo=UTC)
DOCUMENTS: Mapping[str, Mapping[str, Any]] = {
    "one": {"@timestamp": "2026-01-30T10:00:00.000Z", "event": {"severity": 21}, "rule": {"name": "=HYPERLINK()"}},
    "two": {"@timestamp": "2026-01-31T10:00:00.000Z", "event": {"severity": 73}, "host": {"name": 'a "b", c\nd'}},
    # What no column of its type can hold exactly.
    "odd": {"@timestamp": "31 January", "event": {"severity": "73"}, "rule": {"name": ["a", 1]}},
    "big": {
        "@timestamp": "2026-01-31T12:00:00.000Z",
        "event": {"severity": ExactInteger(str(2**70))},
        "host": {"name": 5},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder with four alerts and one state of a group."""
    folder = tmp_path / "state"
    with closing(connect(folder / FILE_NAME)) as connection:
        insert(
            connection,
            Batch("default", "default", "alert", list(DOCUMENTS.items())),
            row_writer(store_tables()["alert"]),
        )
        state = {"@timestamp": "2020-01-31T10:00:00.000Z", "group": {"name": "A"}}
        insert(connection, Batch("default", "default", "group", [("g", state)]), row_writer(store_tables()["group"]))
        connection.execute("INSERT INTO things VALUES ('default', 'group', 'g', 'g', 1)")
        prepare(connection, store_tables())
    return folder


def files(folder: Path) -> list[str]:
    """The files in the state folder and beside it, but for what SQLite keeps beside the database."""
    there = [path for path in folder.parent.rglob("*") if path.is_file()]
    return sorted(path.name for path in there if not path.name.startswith(f"{FILE_NAME}-"))


def texts(folder: Path) -> dict[str, str]:
    """The documents of the store by id, as they are there."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return dict(connection.execute("SELECT id, document FROM documents WHERE stream = 'alert'"))


def exported(folder: Path, selection: ExportSelection, **how: Any) -> bytes:
    """The file of an export."""
    file = folder.parent / "exported"
    export(folder, Export(selection, file=file, force=True, **how), NOW)
    return file.read_bytes()


def test_ndjson_has_each_document_as_it_is(folder: Path) -> None:
    """A line a document, byte by byte as in the store, oldest first."""
    stored = texts(folder)
    lines = exported(folder, ExportSelection("alert")).decode().splitlines()
    assert lines == [stored[name] for name in ("one", "two", "big", "odd")]


def test_the_end_of_a_period_is_not_in_it(folder: Path) -> None:
    """Periods that touch have each document once."""
    cuts = [None, "2026-01-31T10:00:00.000Z", None]
    parts = [exported(folder, ExportSelection("alert", *bounds)).splitlines() for bounds in pairwise(cuts)]
    assert [len(part) for part in parts] == [1, 3]
    assert sorted(parts[0] + parts[1]) == sorted(exported(folder, ExportSelection("alert")).splitlines())


def test_csv_is_safe_for_a_spreadsheet_unless_raw(folder: Path) -> None:
    """A formula gets an apostrophe, `raw` leaves it; quotation marks, commas and line breaks come back as they were."""
    guarded, raw = (
        list(
            csv.DictReader(exported(folder, ExportSelection("alert"), format="csv", raw=raw).decode().splitlines(True))
        )
        for raw in (False, True)
    )
    assert [rows[0]["rule"] for rows in (guarded, raw)] == ["'=HYPERLINK()", "=HYPERLINK()"]
    assert raw[1]["host"] == 'a "b", c\nd'
    assert [row["document"] for row in raw] == [texts(folder)[row["id"]] for row in raw]


def test_parquet_has_types_and_loses_nothing(folder: Path) -> None:
    """Columns have the types of their fields; what does not fit is in `misfits`, and all of it in `document`."""
    exported(folder, ExportSelection("alert"), format="parquet")
    table = parquet.read_table(folder.parent / "exported")
    types = {name: str(table.schema.field(name).type) for name in ("time", "severity", "rule", "document")}
    assert types == {"time": "timestamp[ms, tz=UTC]", "severity": "int64", "rule": "string", "document": "string"}
    assert parquet.ParquetFile(folder.parent / "exported").metadata.row_group(0).column(0).compression == "ZSTD"
    rows = {row["id"]: row for row in table.to_pylist()}
    assert {name: row["document"] for name, row in rows.items()} == texts(folder)
    assert (rows["two"]["severity"], rows["two"]["misfits"]) == (73, None)
    assert f"{rows['one']['time']:%Y-%m-%dT%H:%M}" == "2026-01-30T10:00"
    assert orjson.loads(rows["odd"]["misfits"]) == {"time": "31 January", "severity": "73"}
    assert (rows["odd"]["severity"], rows["odd"]["rule"]) == (None, '["a",1]')
    assert list(orjson.loads(rows["big"]["misfits"])) == ["severity"]
    assert rows["big"]["host"] == "5"


def test_every_view_has_the_columns_that_its_types_name(folder: Path) -> None:
    """The table of types names the columns of each view, in their order, and every view can be exported."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        for view, columns in typed_views().items():
            there = [row[1] for row in connection.execute(f'PRAGMA table_info("{view}")')]
            assert [name for name, _, _ in columns] == there, view
            exported(folder, ExportSelection(view, ordered=False), format="parquet")
    exported(folder, ExportSelection("group_latest", ordered=False), format="parquet")
    [group] = parquet.read_table(folder.parent / "exported").to_pylist()
    assert (group["group_name" if "group_name" in group else "name"], group["gone"]) == ("A", False)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("severity >= 73 -- loud", ["two"]),
        ("host IN (SELECT host FROM alert WHERE severity = 73)", ["two"]),
        ("severity = 21 OR severity = 73", ["two"]),
    ],
)
def test_a_condition_chooses_within_the_period(folder: Path, where: str, expected: list[str]) -> None:
    """The condition is a whole of its own: an OR in it does not leave the period."""
    selection = ExportSelection("alert", "2026-01-31T00:00:00.000Z", "2026-01-31T11:00:00.000Z", where)
    stored = texts(folder)
    assert exported(folder, selection).decode().splitlines() == [stored[name] for name in expected]


@pytest.mark.parametrize(
    "where",
    [
        "nope = 1",
        "1) OR (1",
        "1 THEN 1 END OR CASE WHEN 1",
        "1; DELETE FROM documents",
        "1) UNION SELECT * FROM alert WHERE (1",
        "load_extension('x')",
        "1 IN (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)",
    ],
)
def test_what_is_no_condition_is_one_line(folder: Path, where: str) -> None:
    """Anything but an expression that reads is refused, with the columns there are, and no file is left."""
    before = files(folder)
    with pytest.raises(UsageError, match=r"^export: --where: .*; columns of alert: time, severity, ") as raised:
        export(folder, Export(ExportSelection("alert", where=where), file=folder.parent / "exported"), NOW)
    assert "\n" not in str(raised.value)
    assert files(folder) == before
    assert len(texts(folder)) == 4


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("time > ago('foo')", "export: --where: ago: "),
        ("severity >= :x", "export: --where: parameters such as :name and \\? are not supported"),
        ("severity >= ?", "export: --where: parameters such as :name and \\? are not supported"),
    ],
)
def test_a_condition_that_fails_says_why(folder: Path, where: str, told: str) -> None:
    """A time that is none is told as by `query`, and parameters, which an export has none of, by their name."""
    with pytest.raises(UsageError, match=told):
        export(folder, Export(ExportSelection("alert", where=where)), NOW)


def test_an_existing_file_is_replaced_only_by_force(folder: Path) -> None:
    """Without --force the file stays as it was; what is no file is never replaced."""
    file = folder.parent / "exported"
    file.write_text("mine")
    with pytest.raises(UsageError, match="already exists"):
        export(folder, Export(ExportSelection("alert"), file=file), NOW)
    assert file.read_text() == "mine"
    with pytest.raises(UsageError, match="not a regular file"):
        export(folder, Export(ExportSelection("alert"), file=folder.parent, force=True), NOW)
    assert len(exported(folder, ExportSelection("alert")).splitlines()) == 4


@pytest.mark.parametrize(
    "target",
    [
        f"state/{FILE_NAME}",
        f"state/{FILE_NAME}-wal",
        "state/new",
        f"beside/../state/{FILE_NAME}",
        "link",
        "hard",
        "folder/new",
        "archive/stream=alert/day",
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_files_of_s1ecs_are_never_replaced(folder: Path, target: str, force: bool) -> None:  # noqa: FBT001 - a parameter
    """Not the database, not the archive, and nothing beside them, whatever the path and whatever --force."""
    archive = folder.parent / "archive"
    (archive / "stream=alert").mkdir(parents=True)
    (archive / "stream=alert" / "day").write_text("archived")
    (folder.parent / "beside").mkdir()
    (folder.parent / "link").symlink_to(folder / FILE_NAME)
    (folder.parent / "hard").hardlink_to(folder / FILE_NAME)
    (folder.parent / "folder").symlink_to(folder)
    before = (files(folder), texts(folder))
    with pytest.raises(UsageError, match=r"lies in the (archive|state directory)|is the database"):
        export(folder, Export(ExportSelection("alert"), file=folder.parent / target, force=force, archive=archive), NOW)
    assert (files(folder), texts(folder)) == before
    assert (archive / "stream=alert" / "day").read_text() == "archived"


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk that is full when a file is to be brought onto it."""

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        yield


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_a_full_disk_is_one_line_and_leaves_nothing(folder: Path, kind: Any) -> None:
    """What could not be written whole is not there under any name."""
    before = files(folder)
    with pytest.raises(StateError, match=r"can't be written \(No space left on device\)"):
        export(folder, Export(ExportSelection("alert"), kind, folder.parent / "exported"), NOW)
    assert files(folder) == before


def test_a_stream_that_is_none_is_guessed() -> None:
    """A wrong name is told with the nearest one."""
    with pytest.raises(UsageError, match=r"did you mean alert\?"):
        require_view("alerts")
