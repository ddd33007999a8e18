"""Queries over an archive with missing files, several versions of a document, and renamed consoles."""

import os
import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.show import show
from s1ecs.errors import StateError, UsageError
from s1ecs.outputs.archive.names import files_in
from s1ecs.outputs.store import prepare
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.sqlite.consoles import move_documents, rename_console
from tests.unit.collect.archived_store import OLD, YOUNG, ArchivedStore, documents

from .test_query_archive import FIRST, rows


@pytest.fixture
def store(tmp_path: Path) -> ArchivedStore:
    """A store of which two of three days are archived."""
    made = ArchivedStore(tmp_path)
    made.fill()
    made.run()
    return made


def test_an_archive_that_is_not_there_is_an_error(store: ArchivedStore) -> None:
    """Documents were moved there: without it, or with an empty directory instead, there is no answer."""
    store.archive.rename(store.archive.with_name("away"))
    for _ in range(2):
        with pytest.raises(StateError, match="archive: not the archive that was used before"):
            rows(store, "SELECT count(*) FROM alert")
        store.archive.mkdir(exist_ok=True)


def test_missing_files_are_counted(store: ArchivedStore, capsys: pytest.CaptureFixture[str]) -> None:
    """The result is that of the others, and a line on standard error says that it is incomplete."""
    assert rows(store, "SELECT count(*) FROM alert") == [[99]]
    assert capsys.readouterr().err == ""
    (store.archive / FIRST).unlink()
    assert rows(store, "SELECT count(*) FROM alert") == [[69]]
    assert capsys.readouterr().err == (
        f"s1ecs: query: 1 file of the archive missing in {store.archive}: the result is incomplete\n"
    )


def test_a_folder_that_may_not_be_read_is_no_empty_one(store: ArchivedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of the file system is raised, and shown in one line."""
    scandir = os.scandir

    def refuse(folder: Path) -> Any:
        if Path(folder).name == "console=default":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError):
        list(files_in(store.archive))
    with pytest.raises(StateError, match=r"console=default: can't be read \(Permission denied\); give s1ecs access"):
        rows(store, "SELECT count(*) FROM alert")


def test_an_entity_that_returns_to_an_archived_state_counts_once(tmp_path: Path) -> None:
    """Its state has the same id at another time: that of the store counts, and once both are archived, the older."""
    store = ArchivedStore(tmp_path)

    def latest(identity: str) -> None:
        statement = "INSERT OR REPLACE INTO things VALUES ('default', 'application', 'app', ?, 1)"
        store.change(lambda connection: connection.execute(statement, (identity,)))

    def state(identity: str, day: str) -> None:
        store.add("application", [(identity, {"@timestamp": f"{day}T01:00:00.000Z"})])
        latest(identity)

    state("A", OLD[0])
    state("B", YOUNG)
    store.change(partial(prepare, tables=store_tables()))
    assert store.run().removed == 1
    state("A", OLD[1])
    times = "SELECT id, time FROM application ORDER BY id"
    second, third = f"{OLD[1]}T01:00:00.000Z", f"{YOUNG}T01:00:00.000Z"
    assert rows(store, times) == [["A", second], ["B", third]]
    latest("B")
    assert store.run().removed == 1
    assert rows(store, times) == [["A", f"{OLD[0]}T01:00:00.000Z"], ["B", third]]
    assert rows(store, "SELECT count(*) FROM documents") == [[2]]


def test_a_document_in_two_files_counts_once(store: ArchivedStore) -> None:
    """The same file under two names, as a copy put back, and another version in a further file."""
    (store.archive / FIRST.replace(".parquet", "-2.parquet")).write_bytes((store.archive / FIRST).read_bytes())
    assert rows(store, "SELECT count(*), count(DISTINCT (console, id)) FROM alert") == [[99, 99]]
    store.add("alert", [(name, document | {"other": 1}) for name, document in documents(OLD[0], 3)])
    assert store.run().removed == 3
    assert store.run().removed == 0
    assert rows(store, "SELECT count(*), count(DISTINCT (console, id)) FROM alert") == [[99, 99]]
    assert rows(store, "SELECT count(*), count(DISTINCT (stream, console, id)) FROM documents") == [[105, 105]]


def test_a_renamed_console_has_its_new_name_in_all_rows(store: ArchivedStore) -> None:
    """Files keep the name of their time; a query shows the present one, and each document once while it changes."""
    store.add("alert", documents(OLD[0], 2))
    with closing(sqlite3.connect(store.state / "s1ecs.db")) as connection:
        rename_console(connection, KnownConsole("default", "default"), "it's new")
        connection.commit()
        assert rows(store, "SELECT count(DISTINCT id) FROM alert WHERE console <> 'other-2.eu'") == [[90]]
        assert rows(store, "SELECT count(*) FROM alert") == [[99]]
        while move_documents(connection, "default", "it's new"):
            pass
        connection.execute("UPDATE consoles SET moving = NULL")
        connection.commit()
    assert rows(store, "SELECT console, count(*) FROM alert GROUP BY ALL ORDER BY ALL") == [
        ["it's new", 90],
        ["other-2.eu", 9],
    ]


def test_a_value_out_of_range_is_one_line(store: ArchivedStore) -> None:
    """An interval that Python does not have is no traceback."""
    with pytest.raises(UsageError, match="query: a value is out of range"):
        rows(store, "SELECT INTERVAL '3000000 years'")


def test_show_names_the_file_of_an_archived_document(store: ArchivedStore) -> None:
    """What is in the archive is not unknown: the error names its file and the command that reads it."""
    identity = f"{OLD[0]} 5"
    with pytest.raises(StateError, match=f"{identity}' is in the archive, in {re.escape(FIRST)}; .* query --archive"):
        show(store.state, identity, json=False)
    with pytest.raises(StateError, match="no document has the id"):
        show(store.state, "none", json=False)
