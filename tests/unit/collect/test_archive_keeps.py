"""What the archive must never remove: a document leaves the store only for its text in a flushed file that exists."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import StateError
from s1ecs.outputs.archive.marker import MARKER
from s1ecs.outputs.store import prepare
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.sqlite.consoles import move_documents, rename_console

from .archived_store import OLD, YOUNG, ArchivedStore, documents

AGENT = f"stream=agent/console=default/day={OLD[0]}.parquet"
FIRST = f"stream=alert/console=default/day={OLD[0]}.parquet"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def store(tmp_path: Path) -> ArchivedStore:
    """A store with three days, two of which are to be archived."""
    made = ArchivedStore(tmp_path)
    made.fill()
    return made


def beside(store: ArchivedStore, work: Callable[[sqlite3.Connection], Any]) -> None:
    """Change the database from another process's connection."""
    with closing(sqlite3.connect(store.state / "s1ecs.db", timeout=10)) as connection:
        work(connection)
        connection.commit()


def supersede(connection: sqlite3.Connection, identity: str) -> None:
    """Make another document the latest state of an agent."""
    connection.execute("UPDATE things SET id = ? WHERE thing = 'a'", (identity,))


def test_a_recorded_id_removes_nothing_without_its_file(store: ArchivedStore) -> None:
    """Documents that come again after their files were lost are archived again, though their ids are recorded."""
    before = store.hot()
    store.run()
    for path in store.archive.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    store.add("alert", documents(OLD[0], 30))
    again = {key: text for key, text in before.items() if key[:2] == ("default", "alert") and key[2] < OLD[1]}
    assert again.items() <= store.hot().items()
    assert store.run().removed == 30
    assert again.items() <= dict(store.cold()).items()


def test_a_state_that_becomes_the_latest_while_it_is_archived_outlives_its_file(store: ArchivedStore) -> None:
    """It stays in the store, and once superseded it goes into a file that exists."""
    became = ("default", "agent", f"{OLD[0]} 1")
    before = store.hot()

    def return_to_it(step: str) -> None:
        if step == "name the file" and (store.archive / AGENT).parent.exists():
            beside(store, partial(supersede, identity=became[2]))

    store.between = return_to_it
    store.run()
    store.between = lambda _: None
    assert became in store.hot()
    assert became in dict(store.cold())
    (store.archive / AGENT).unlink()
    store.change(partial(supersede, identity=f"{YOUNG} 0"))
    store.run()
    assert dict(store.cold())[became] == before[became]


def test_a_file_that_goes_away_while_it_is_taken_out_removes_nothing_more(store: ArchivedStore) -> None:
    """Each step looks for the file anew; another file under its name is not the one that was read."""
    before = store.hot()

    def replace(step: str) -> None:
        if step == "remove documents":
            for path in store.archive.glob("*/*/*.parquet"):
                copy = path.with_suffix(".copy")
                shutil.copy(path, copy)
                copy.replace(path)

    store.between = replace
    result = store.run()
    assert (result.removed, store.hot()) == (0, before)
    assert all("gone; the documents stay in the store" in str(trouble) for trouble in result.troubles)
    assert len(result.troubles) == 6


STEPS = ("record the file", "write the file", "read the file back", "name the file", "remove documents")


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_rename_while_a_day_is_archived_keeps_latest_states(tmp_path: Path, step: str, moved: bool) -> None:  # noqa: FBT001 - a parameter
    """Whenever a console is renamed, the latest states stay in the store and nothing is lost."""
    store = ArchivedStore(tmp_path)
    store.add("agent", documents(OLD[0], 500))
    store.add("agent", documents(YOUNG, 3))
    latest = [f"{OLD[0]} 400", f"{OLD[0]} 71"]
    things = [("default", "agent", identity, identity, 1) for identity in latest]
    store.change(lambda connection: connection.executemany("INSERT INTO things VALUES (?, ?, ?, ?, ?)", things))
    store.change(partial(prepare, tables=store_tables()))
    before = {key[2]: text for key, text in store.hot().items()}
    renamed: list[str] = []

    def move(connection: sqlite3.Connection) -> None:
        while move_documents(connection, "default", "new"):
            pass
        connection.execute("UPDATE consoles SET moving = NULL")

    def rename(at: str) -> None:
        if at == step and not renamed:
            renamed.append(at)
            beside(store, lambda connection: rename_console(connection, KnownConsole("default", "default"), "new"))
            if moved:
                beside(store, move)

    store.between = rename
    store.run()
    assert renamed
    store.between = lambda _: None
    beside(store, move)
    store.run()
    hot = {key[2]: text for key, text in store.hot().items()}
    assert hot.keys() == {*latest, *(name for name, _ in documents(YOUNG, 3))}
    assert hot | {key[2]: text for key, text in store.cold()} == before


def test_other_versions_go_into_a_further_file(tmp_path: Path, store: ArchivedStore) -> None:
    """A file that another store filled keeps nothing of the day in the store: both versions are archived."""
    before = store.hot()
    other = ArchivedStore(tmp_path / "other")
    other.add("alert", [(name, document | {"other": 1}) for name, document in documents(OLD[0], 3)])
    other.run()
    path = store.archive / FIRST
    path.parent.mkdir(parents=True)
    path.write_bytes((other.archive / FIRST).read_bytes())
    assert store.run().troubles == []
    assert f"stream=alert/console=default/day={OLD[0]}-2.parquet" in store.files()
    cold = store.cold()
    assert {*before.items()} - {*store.hot().items()} <= {*cold}
    assert {*other.cold()} <= {*cold}
    assert not [key for key in store.hot() if key[1] == "alert" and key[2] < YOUNG]


def test_an_archive_that_is_not_mounted_is_not_made_anew(store: ArchivedStore) -> None:
    """Without its marker a directory is no archive: one error, nothing is written, all documents stay."""
    store.run()
    store.add("alert", documents(OLD[0], 4, " late"))
    before = store.hot()
    mounted = store.archive.rename(store.archive.with_name("mounted"))
    for there in (False, True):
        if there:
            store.archive.mkdir()
        with pytest.raises(StateError, match=r"archive: not the archive that was used before: .* mount it"):
            store.run()
        assert (store.hot(), store.files()) == (before, [])
    store.archive.rmdir()
    mounted.rename(store.archive)
    assert store.run().removed == 4


def test_a_disk_that_goes_away_while_a_file_is_begun_makes_no_folder(store: ArchivedStore) -> None:
    """The archive is looked for once more before each file."""
    before = store.hot()
    store.between = lambda step: (store.archive / MARKER).unlink() if step == "make the folder" else None
    with pytest.raises(StateError, match="not the archive that was used before"):
        store.run()
    assert (store.hot(), store.files()) == (before, [])


def flushes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are flushed to disk from now on."""
    flushed: list[str] = []
    fsync = os.fsync

    def flush(number: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        fsync(number)

    monkeypatch.setattr(os, "fsync", flush)
    return flushed


def test_a_found_file_is_flushed_before_documents_are_removed(
    store: ArchivedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that named a file may have been killed before it flushed it, or a folder above it."""

    def kill(step: str) -> None:
        if step == "remove documents":
            raise Killed

    store.between = kill
    with pytest.raises(Killed):
        store.run()
    flushed = flushes(monkeypatch)
    [name] = store.files()
    at_removal: list[list[str]] = []
    store.between = lambda step: at_removal.append([*flushed]) if step == "remove documents" else None
    store.run()
    wanted = [store.archive / name, *list((store.archive / name).parents)[:3]]
    assert {str(path) for path in wanted} <= {*at_removal[0]}


def test_a_new_archive_is_flushed_with_the_folders_above_it(
    store: ArchivedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names are on the disk before anything is removed from the store."""
    flushed = flushes(monkeypatch)
    store.archive = store.archive / "below" / "it"
    at_removal: list[list[str]] = []
    store.between = lambda step: at_removal.append([*flushed]) if step == "remove documents" else None
    store.run()
    assert {str(path) for path in (store.archive, *list(store.archive.parents)[:3])} <= {*at_removal[0]}


def test_the_error_of_one_day_is_its_own(store: ArchivedStore) -> None:
    """A text that Parquet does not take is archived; a file in place of a folder stops the days below it alone."""
    text = '{"@timestamp":"x","process":{"command_line":"a\\ud800"}}'
    store.change(
        lambda connection: connection.execute(
            "UPDATE documents SET document = ? WHERE (stream, id) = ('alert', ?)", (text, f"{OLD[0]} 29")
        )
    )
    before = store.hot()
    in_the_way = store.archive / "stream=agent"
    store.archive.mkdir()
    in_the_way.write_text("a file")
    result = store.run()
    assert [str(each).split(": ")[1] for each in result.troubles] == ["cannot be written"] * len(result.troubles)
    assert result.days == 4
    in_the_way.unlink()
    assert store.run().troubles == []
    assert store.hot() | dict(store.cold()) == before


def test_an_unforeseen_error_is_the_trouble_of_its_day(store: ArchivedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is raised: each day says that it was not archived, and its documents stay."""
    before = store.hot()

    def fail(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr("s1ecs.outputs.archive.day_file.values_at", fail)
    result = store.run()
    assert store.hot() == before
    assert {str(each).partition(": ")[2] for each in result.troubles} == {
        "not archived (ValueError: no); its documents stay in the store; please report this"
    }
