"""The archive: whole days leave the store for files, and whatever happens in between loses and doubles nothing."""

import asyncio
import errno
import itertools
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from pyarrow import parquet
from structlog.testing import LogCapture

from s1ecs.bootstrap.typed_views import columns_of
from s1ecs.collect.upkeep.archive import Archive
from s1ecs.collect.upkeep.archiving import StoreArchiving, archive_rule
from s1ecs.collect.upkeep.retention import keep_of
from s1ecs.errors import SettingsError, StateError
from s1ecs.outputs.parquet.columns import TypedColumn
from s1ecs.outputs.store import Store
from s1ecs.settings import Settings, load
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.retention import Keep
from s1ecs.state.sqlite.archive import count_archived
from s1ecs.state.sqlite.leases import SqliteLeases
from s1ecs.state.sqlite.state import SqliteState

from .archived_store import AFTER, NOW, OLD, YOUNG, ArchivedStore, documents, whole

FILES = [
    *(f"stream=agent/console=default/day={day}.parquet" for day in OLD),
    *(f"stream=alert/console=default/day={day}.parquet" for day in OLD),
    *(f"stream=alert/console=other-2.eu/day={day}.parquet" for day in OLD),
]
FIRST = "stream=alert/console=default/day=2026-02-20.parquet"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def store(tmp_path: Path) -> ArchivedStore:
    """A store with three days, two of which are to be archived."""
    made = ArchivedStore(tmp_path)
    made.fill()
    return made


def test_whole_days_leave_the_store_and_are_read_back_as_they_were(store: ArchivedStore) -> None:
    """Each day has a file a stream and console, with types and the whole document; younger days stay."""
    before = store.hot()
    result = store.run()
    assert whole(before, store) == ""
    assert store.files() == FILES
    # Of four old states of agents one is the latest of its agent.
    assert (result.removed, result.days, result.troubles) == (30 * 2 + 3 * 2 + 3, 6, [])
    assert {key[2][:10] for key in store.hot() if key[1] == "alert"} == {YOUNG}
    table = parquet.ParquetFile(store.archive / FIRST).read()
    assert table.schema.names == [*(name for name, _, _ in columns_of("alert")), "misfits"]
    assert table["severity"].to_pylist() == sorted(
        table["severity"].to_pylist(), key=lambda number: (number % 24, number)
    )
    assert (store.archive / FIRST).stat().st_mode & 0o777 == 0o600
    assert store.change(count_archived) == result.removed
    assert store.run().removed == 0
    assert store.files() == FILES


def test_the_latest_state_of_an_entity_stays_until_it_is_superseded(store: ArchivedStore) -> None:
    """It is what the console has; once another one is the latest it is archived like any document."""
    before = store.hot()
    store.run()
    latest = ("default", "agent", f"{OLD[0]} 0")
    assert latest in store.hot()
    store.change(lambda connection: connection.execute("UPDATE things SET id = ? WHERE thing = 'a'", (f"{YOUNG} 0",)))
    store.run()
    assert latest not in store.hot()
    assert whole(before, store) == ""


def test_documents_that_come_late_get_a_further_file_of_their_day(store: ArchivedStore) -> None:
    """A file, once it has its name, is never changed."""
    store.run()
    first = (store.archive / FIRST).read_bytes()
    for number in (2, 3):
        store.add("alert", documents(OLD[0], 4, f" late {number}"))
        before = store.hot() | dict(store.cold())
        assert store.run().removed == 4
        assert f"stream=alert/console=default/day={OLD[0]}-{number}.parquet" in store.files()
        assert whole(before, store) == ""
    assert (store.archive / FIRST).read_bytes() == first


def test_killed_at_each_step_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """A real process, killed by itself at every step in turn; the next one finishes what it left."""
    program = [sys.executable, "-m", "tests.unit.collect.archived_store", str(tmp_path)]
    done = subprocess.run(program, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lives = int(done.stdout)
    assert lives > 3 * 8
    fresh = ArchivedStore(tmp_path / "fresh")
    fresh.fill(OLD[0])
    for number in range(1, lives + 1):
        store = ArchivedStore(tmp_path / str(number))
        assert whole(fresh.hot(), store) == "", number
        assert store.files() == FILES[::2], number


def test_an_error_at_each_step_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """At whichever step an error comes, at every moment each document is whole, and the next pass finishes."""
    for number in itertools.count(1):
        store = ArchivedStore(tmp_path / str(number))
        store.fill(OLD[0])
        before = store.hot()
        steps = itertools.count(1)

        def fail(_: str, steps: Any = steps, number: int = number) -> None:
            if next(steps) == number:
                raise Killed

        store.between = fail
        try:
            store.run()
        except Killed:
            left = store.hot()
            assert before == left | dict(store.cold()), number
        else:
            break
        store.run()
        assert whole(before, store) == "", number
    assert number > 3 * 8


def test_a_file_that_is_not_read_back_as_it_was_written_removes_nothing(
    store: ArchivedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk gives back less, or something else, the documents stay and no file appears."""
    before = store.hot()
    for wrong in ([], [[("2026-02-20 0", "{}")]]):
        monkeypatch.setattr("s1ecs.collect.upkeep.archive.read_back", lambda _, wrong=wrong: iter(wrong))
        result = store.run()
        assert len(result.troubles) == 6
        assert (store.hot(), store.files()) == (before, [])


def test_a_full_disk_loses_nothing_and_is_tried_again(store: ArchivedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room the pass ends with one line, and leaves nothing behind; with room it does all."""
    before = store.hot()
    with monkeypatch.context() as full:

        def refuse(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(os, "fsync", refuse)
        with pytest.raises(StateError, match=r"cannot be written: No space left on device; the documents stay"):
            store.run()
    assert (store.hot(), store.files()) == (before, [])
    store.run()
    assert whole(before, store) == ""


def test_a_damaged_file_keeps_its_day_in_the_store(store: ArchivedStore) -> None:
    """A file that can't be read is named; other days go on, and once it is moved away its day does, too."""
    before = store.hot()
    path = store.archive / FIRST
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no Parquet")
    result = store.run()
    [trouble] = result.troubles
    assert str(trouble).startswith(f"{path}: damaged (")
    assert {key for key in before if key[:2] == ("default", "alert") and key[2] < OLD[1]} <= store.hot().keys()
    path.unlink()
    assert store.run().troubles == []
    assert whole(before, store) == ""


def test_a_backup_of_the_store_finds_its_days_archived(store: ArchivedStore) -> None:
    """A store that was put back from before archiving removes what the files have, and writes nothing again."""
    before = store.hot()
    backup = (store.state / "s1ecs.db").read_bytes()
    store.run()
    files = {name: (store.archive / name).read_bytes() for name in store.files()}
    for path in store.state.glob("s1ecs.db*"):
        path.unlink()
    (store.state / "s1ecs.db").write_bytes(backup)
    assert store.hot() == before
    store.run()
    assert whole(before, store) == ""
    assert {name: (store.archive / name).read_bytes() for name in store.files()} == files


@pytest.mark.parametrize("more", [{}, {"collected": "again"}])
def test_a_document_that_comes_once_more(store: ArchivedStore, more: dict[str, str]) -> None:
    """It is the latest state until it is superseded; then it is removed for the same text, else archived beside it."""
    before = store.hot()
    store.run()
    [(name, document)] = documents(OLD[1], 1)
    key = ("default", "agent", name)
    store.add("agent", [(name, document | more)])
    again = store.hot()[key]
    assert (again == before[key]) == (not more)
    store.change(lambda connection: connection.execute("UPDATE things SET id = ? WHERE thing = 'a'", (name,)))
    store.run()
    assert key in store.hot()
    store.change(lambda connection: connection.execute("UPDATE things SET id = ? WHERE thing = 'a'", (f"{YOUNG} 0",)))
    store.run()
    assert [text for each, text in store.cold() if each == key] == ([again, before[key]] if more else [again])
    assert key not in store.hot()


async def test_archived_documents_count_as_present(tmp_path: Path) -> None:
    """The store, asked for ids, knows those in the archive: reconcile and backfill deliver none of them again."""
    store = ArchivedStore(tmp_path)
    await asyncio.to_thread(store.fill)
    before = await asyncio.to_thread(store.hot)
    await asyncio.to_thread(store.run)
    state = await SqliteState.open(store.state)
    try:
        for console in ("default", "other-2.eu"):
            ids = [key[2] for key in before if key[:2] == (console, "alert")]
            found = await Store(state.database).present(console, "default", "alert", [*ids, "none"])
            assert found == frozenset(ids)
        ids = [key[2] for key in before]
        assert await Store(state.database).present("default", "default", "threat", ids) == frozenset()
    finally:
        await state.close()


def test_a_renamed_console_keeps_its_archived_documents(store: ArchivedStore) -> None:
    """A name that a former console had gets files of its own, and documents under way wait."""
    store.run()
    store.change(
        lambda connection: connection.execute("UPDATE archive_files SET console = 'new' WHERE console = 'default'")
    )
    late = documents(OLD[0], 2, " of another console")
    store.add("alert", late)
    store.change(
        lambda connection: connection.execute("INSERT INTO consoles (name, born, moving) VALUES ('x', 'x', 'default')")
    )
    assert store.run().removed == 0
    store.change(lambda connection: connection.execute("DELETE FROM consoles"))
    assert store.run().removed == 2
    assert f"stream=alert/console=default/day={OLD[0]}-2.parquet" in store.files()


def test_a_stop_leaves_the_rest_for_the_next_pass(store: ArchivedStore) -> None:
    """A process that is to end does so between two steps."""
    before = store.hot()
    stop = asyncio.Event()
    store.between = lambda step: stop.set() if step == "remove documents" else None
    assert 0 < store.run(stop).removed < 60
    store.between = lambda _: None
    store.run()
    assert whole(before, store) == ""


@pytest.fixture
def said() -> LogCapture:
    """What is logged."""
    return LogCapture()


async def test_what_is_logged(tmp_path: Path, said: LogCapture) -> None:
    """A pass says what it moved; what lasts is said once; while another process archives there is nothing to do."""
    store = ArchivedStore(tmp_path)
    await asyncio.to_thread(store.fill)
    state = await SqliteState.open(store.state)
    log = structlog.wrap_logger(None, processors=[said])
    columns = partial(lambda stream: [TypedColumn(*column) for column in columns_of(stream)])
    archive = Archive(store.archive, state, store.state, columns, time.monotonic, pause_seconds=0)
    archiving = StoreArchiving(archive, AFTER, lambda: NOW, log)
    try:
        store.archive.write_text("a file")
        for _ in range(2):
            assert not await archiving.once(asyncio.Event())
        [line] = said.entries
        assert line["log_level"] == "warning"
        assert line["event"].startswith("the store was not archived: ")
        store.archive.unlink()
        said.entries.clear()
        async with SqliteLeases(store.state).held([WalkName("", "store", "archive")]):
            assert await archiving.once(asyncio.Event())
            assert said.entries == []
        assert await archiving.once(asyncio.Event())
        assert await archiving.once(asyncio.Event())
        [line] = said.entries
        assert line["event"] == f"moved 69 documents of 6 days into the archive {store.archive}"
    finally:
        await state.close()


def settings(output: str) -> Settings:
    """Settings with one store."""
    return load(
        file=None,
        environment={"S1ECS_OUTPUTS": f"[{output}]"},
        flags={},
        streams=[],
        working_folder=Path("/work"),
    )


def test_the_settings_of_an_archive() -> None:
    """A folder beside the settings file and an age of 90 days; what is archived is not pruned."""
    found = settings("{type: store, archive: old, keep_days: 90}")
    assert archive_rule(found) == (Path("/work/old"), 90 * AFTER / 7)
    assert keep_of(found) == Keep()
    assert archive_rule(settings("{type: store}")) is None


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("{type: store, archive: old, keep_days: 89}", "has keep_days 89, which would remove documents before"),
        ("{type: store, archive: old, after: 30d, keep_days: 29}", "set after: 29d or less"),
        ("{type: store, archive: old, after: 12h}", "has after below 1d"),
        ("{type: store, archive: old, keep_size: 1GB}", "has keep_size, which would remove documents before"),
    ],
)
def test_limits_that_would_remove_what_is_not_archived_are_refused(output: str, told: str) -> None:
    """Retention and archive that contradict each other are an error of the settings."""
    with pytest.raises(SettingsError, match=told):
        settings(output)
