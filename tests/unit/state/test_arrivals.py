"""New documents beside the collector: each once and in order, whatever happens to the file meanwhile."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s1ecs.errors import StateError
from s1ecs.state.sqlite.arrivals import Arrival, Arrivals
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.state.sqlite.maintenance import compact


class Store:
    """A state database that documents are written to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.notices: list[str] = []
        self.readers: list[Arrivals] = []
        self.connection = connect(self.path)

    def add(self, *ids: str, stream: str = "alert", console: str = "default") -> None:
        """Documents come."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO documents (id, stream, console, time, document) VALUES (?, ?, ?, 'T', ?)",
            [(each, stream, console, f'{{"id":"{each}"}}') for each in ids],
        )

    def remove(self, *ids: str) -> None:
        """Documents are removed, as retention does."""
        self.connection.executemany("DELETE FROM documents WHERE id = ?", [(each,) for each in ids])

    def reader(self, *streams: str, remembered: int = 100) -> Arrivals:
        """A reader of new documents."""
        self.readers.append(Arrivals(self.path, streams, self.notices.append, remembered))
        return self.readers[-1]

    def replace(self, other: Path) -> None:
        """Put another file in its place, as restoring a backup does."""
        self.connection.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(f"{FILE_NAME}{suffix}").unlink(missing_ok=True)
        other.rename(self.path)
        self.connection = connect(self.path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store without documents."""
    made = Store(tmp_path)
    yield made
    for reader in made.readers:
        reader.close()
    made.connection.close()


def ids(found: list[Arrival]) -> list[str]:
    """The ids of documents."""
    return [each.key.id for each in found]


def read(reader: Arrivals) -> list[str]:
    """The ids of all documents that are new now."""
    every: list[str] = []
    while found := reader.next():
        every += ids(found)
    return every


def test_last_ones_first_and_then_each_new_one(store: Store) -> None:
    """The last documents come in their order, then each that is added, once."""
    store.add("a", "b", "c")
    reader = store.reader()
    assert ids(reader.last(2)) == ["b", "c"]
    assert read(reader) == []
    store.add("c", "d")
    store.add("e")
    assert read(reader) == ["d", "e"]
    assert read(reader) == []


def test_more_than_one_piece(store: Store) -> None:
    """However many documents come at once, all are read, some at a time."""
    reader = store.reader()
    assert reader.last(10) == []
    names = [f"{number:04}" for number in range(1_000)]
    store.add(*names)
    assert len(reader.next()) < 1_000
    assert read(reader) == names[200:]


def test_some_streams(store: Store) -> None:
    """Only documents of the streams that were asked for come, also first; a rare one is found among many others."""
    store.add("rare", stream="group")
    store.add(*map(str, range(50)))
    reader = store.reader("group", "threat")
    assert ids(reader.last(5)) == ["rare"]
    store.add(*map(str, range(50, 500)))
    store.add("t", stream="threat")
    assert read(reader) == ["t"]
    assert ids(store.reader("group").last(0)) == []


def test_the_last_documents_of_a_stream_are_found_by_an_index(store: Store) -> None:
    """The last documents of a stream are not searched for among those of all others."""
    reader = store.reader("group")
    sql, values = reader._last_rows(5)
    plan = [row[3] for row in store.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [step for step in plan if step.startswith("SCAN documents")] == []


def test_compacting_between_two_looks(store: Store) -> None:
    """Compacting numbers the rows anew: nothing comes twice, nothing is missed."""
    store.add(*map(str, range(20)))
    reader = store.reader()
    reader.last(0)
    store.remove(*map(str, range(0, 20, 2)))
    store.add("new 1")
    compact(store.path)
    store.add("new 2")
    assert read(reader) == ["new 1", "new 2"]


def test_removed_rows_whose_numbers_are_used_again(store: Store) -> None:
    """Retention may remove the newest rows, whose numbers the next ones get; those are new all the same."""
    store.add(*map(str, range(10)))
    reader = store.reader()
    reader.last(0)
    store.remove("7", "8", "9")
    store.add("a")
    assert read(reader) == ["a"]
    store.remove(*map(str, range(10)), "a")
    store.add("b", "c")
    assert read(reader) == ["b", "c"]


def test_the_newest_document_comes_again_where_it_was(store: Store) -> None:
    """A row that was removed and written again under its number hides no document that came before it."""
    store.add("a", "b", "c")
    reader = store.reader()
    reader.last(0)
    store.remove("b", "c")
    store.add("x", "c")
    assert read(reader) == ["x"]


def test_console_is_renamed(store: Store) -> None:
    """Documents that get the new name of their console do not come again."""
    store.add(*map(str, range(5)))
    reader = store.reader(remembered=3)
    reader.last(0)
    store.connection.execute("UPDATE documents SET console = 'other'")
    store.add("new", console="other")
    assert read(reader) == ["new"]
    assert store.notices == []


def test_a_backup_is_restored(store: Store, tmp_path: Path) -> None:
    """Of what is collected again after a backup was restored only what is new comes, in whatever order."""
    store.add("a", "b")
    backup = tmp_path / "backup"
    with closing(sqlite3.connect(backup)) as copy:
        store.connection.backup(copy)
    store.add("c", "d")
    reader = store.reader()
    assert ids(reader.last(5)) == ["a", "b", "c", "d"]
    store.replace(backup)
    store.add("x", "d", "y", "c", "z")
    assert read(reader) == ["x", "y", "z"]
    assert store.notices == []


def test_a_missing_file_is_awaited(store: Store, tmp_path: Path) -> None:
    """While the file is missing that is said once; when another is there, reading resumes."""
    store.add("a")
    reader = store.reader()
    reader.last(0)
    moved = tmp_path / "moved"
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(store.path, moved)
    store.path.unlink()
    assert read(reader) == []
    assert read(reader) == []
    assert ["missing" in text for text in store.notices] == [True]
    store.replace(moved)
    store.add("b")
    assert read(reader) == ["b"]


def test_nothing_that_is_remembered_is_left(store: Store) -> None:
    """Where none of the remembered documents is left of more that there were, this is said, and nothing comes twice."""
    store.add(*map(str, range(10)))
    reader = store.reader(remembered=3)
    reader.last(0)
    store.remove("7", "8", "9")
    assert read(reader) == []
    assert ["continuing with those that come from now on" in text for text in store.notices] == [True]
    store.add("a")
    assert read(reader) == ["a"]
    assert len(store.notices) == 1


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens(store: Store, seed: int) -> None:
    """Documents come, go and are compacted at random: each that is there at the next look comes once, in order."""
    choose = random.Random(seed)  # noqa: S311 - a test that can be repeated
    store.add(*(f"old {number}" for number in range(choose.randrange(30))))
    reader = store.reader(remembered=1_000)
    reader.last(0)
    expected: list[str] = []
    seen: list[str] = []
    here: list[str] = []
    for number in range(300):
        match choose.randrange(10):
            case 0:
                compact(store.path)
            case 1 | 2:
                every = [each for (each,) in store.connection.execute("SELECT id FROM documents ORDER BY rowid")]
                gone = choose.sample(every, choose.randrange(len(every) // 2 + 1))
                if choose.random() < 0.5:
                    gone = every[len(every) - len(gone) :]
                store.remove(*gone)
                here = [each for each in here if each not in gone]
            case 3 | 4:
                seen += read(reader)
                expected += here
                here = []
            case _:
                store.add(f"new {number}", stream=choose.choice(("alert", "threat")))
                here.append(f"new {number}")
    assert seen + read(reader) == expected + here
    assert store.notices == []


def test_no_state(tmp_path: Path) -> None:
    """Without a state there is nothing to read, which is said."""
    with pytest.raises(StateError, match="no state at"):
        Arrivals(tmp_path / "none" / FILE_NAME, (), print)
