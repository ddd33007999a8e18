"""The files output: names, rotation, compression, writers beside each other, states put back from backups."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from s1ecs.errors import DeliveredMeanwhile, OutputError
from s1ecs.outputs.files.writer_lock import FolderWriter

from .folder import HOUR, FilesProcess, Folder, batch, read, transact


def write_and_fail(output: FilesProcess, connection: sqlite3.Connection, ids: list[str]) -> None:
    """Write, but let the transaction fail behind it."""
    output.write(connection, batch(ids))
    raise ZeroDivisionError


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder."""
    return Folder(tmp_path)


def test_a_line_is_the_document_with_its_id_first(folder: Folder) -> None:
    """Each line begins with `_id` and goes on with the document's fields."""
    folder.write(["a"])
    assert (folder.path / "alert-000001.ndjson.open").read_bytes() == b'{"_id":"a","event":{"id":"a"}}\n'


def test_a_process_goes_on_with_the_open_file(folder: Folder) -> None:
    """A file stays open between processes until its time has come."""
    folder.write(["a"], ["b"])
    folder.write(["c"])
    assert folder.names() == ["alert-000001.ndjson.open"]
    assert folder.ids(".open") == ["a", "b", "c"]


def test_streams_have_files_of_their_own(folder: Folder) -> None:
    """What is said of one stream's file is not said of another's, though names begin alike."""
    folder.write(["a"], stream="application")
    folder.write(["b"], stream="application_risk")
    assert folder.names() == ["application-000001.ndjson.open", "application_risk-000001.ndjson.open"]


def test_a_file_does_not_grow_beyond_its_size(folder: Folder) -> None:
    """A batch that would make it larger goes into the next file; one that is larger itself has a file alone."""
    folder.max_size = 70
    folder.write(["a"], ["b"], ["c"], ["d" * 100], ["e"])
    assert folder.names() == [
        "alert-000001.ndjson",
        "alert-000002.ndjson",
        "alert-000003.ndjson",
        "alert-000004.ndjson.open",
    ]
    assert folder.ids() == ["a", "b", "c", "d" * 100]
    sizes = [(folder.path / name).stat().st_size for name in folder.names()]
    assert max(sizes[:2]) <= 70


def test_an_old_file_is_closed_though_nothing_arrives(folder: Folder) -> None:
    """At the check a file that is old enough gets its last name; a younger one stays open."""
    folder.write(["a"])
    folder.now += HOUR - timedelta(seconds=1)
    folder.check()
    assert folder.names() == ["alert-000001.ndjson.open"]
    folder.now += timedelta(seconds=1)
    folder.check()
    assert folder.names() == ["alert-000001.ndjson"]
    folder.write(["b"])
    assert folder.names() == ["alert-000001.ndjson", "alert-000002.ndjson.open"]


def test_numbers_are_not_used_again(folder: Folder) -> None:
    """Closed files that their reader took away leave no number for others."""
    folder.write(["a"])
    folder.now += HOUR
    folder.check()
    (folder.path / "alert-000001.ndjson").unlink()
    folder.write(["b"])
    assert folder.names() == ["alert-000002.ndjson.open"]


def test_zstd_is_a_frame_a_batch(folder: Folder) -> None:
    """A compressed file ends whole after each batch; changed settings close the file that is open."""
    folder.write(["plain"])
    folder.compression = "zstd"
    folder.write(["a"], ["b"])
    folder.write(["c"])
    assert folder.names() == ["alert-000001.ndjson", "alert-000002.ndjson.zst.open"]
    assert folder.ids(".zst.open") == ["a", "b", "c"]
    data = (folder.path / "alert-000002.ndjson.zst.open").read_bytes()
    assert data.count(b"\x28\xb5\x2f\xfd") == 3


def test_group_may_read_others_not(folder: Folder) -> None:
    """Files are for their owner and its group, what the writer keeps for itself is for the owner alone."""
    before = os.umask(0o022)
    try:
        folder.write(["a"])
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.path.iterdir()}
    assert modes == {".s1ecs-writer-1": 0o600, "alert-000001.ndjson.open": 0o640}


@pytest.mark.parametrize(("umask", "mode"), [(0o000, 0o750), (0o022, 0o750), (0o027, 0o750), (0o077, 0o700)])
def test_a_folder_that_is_made(folder: Folder, umask: int, mode: int) -> None:
    """The folder and those above it are open to what the umask leaves of owner and group, to others never."""
    before = os.umask(umask)
    try:
        with closing(folder.connect()) as connection:
            transact(connection, folder.output("a/b").open)
    finally:
        os.umask(before)
    made = (folder.path, folder.path / "a", folder.path / "a" / "b")
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {mode}


def test_two_processes_write_files_of_their_own(folder: Folder) -> None:
    """A second process of the same state has another number, and what it leaves open is closed by the first."""
    first, second = folder.output(), folder.output()
    with closing(folder.connect()) as connection:
        transact(connection, first.open)
        transact(connection, second.open)
        transact(connection, lambda c: first.write(c, batch(["a"])))
        transact(connection, lambda c: second.write(c, batch(["b"])))
        assert folder.names() == ["alert-000001.ndjson.open", "alert-2-000001.ndjson.open"]
        folder.now += HOUR
        transact(connection, first.check)
        assert folder.names() == ["alert-000001.ndjson", "alert-2-000001.ndjson.open"]
        transact(connection, second.close)
        transact(connection, first.check)
    assert folder.names() == ["alert-000001.ndjson", "alert-2-000001.ndjson"]


def test_another_state_has_a_number_of_its_own(folder: Folder) -> None:
    """Whoever writes into a folder with another state never goes on with, cuts or closes the first one's files."""
    folder.write(["a"])
    before = (folder.path / "alert-000001.ndjson.open").read_bytes()
    other = Folder(folder.root, state="other", id="state-b")
    other.now += 2 * HOUR
    other.write(["b"])
    assert folder.names() == ["alert-000001.ndjson.open", "alert-2-000001.ndjson.open"]
    assert (folder.path / "alert-000001.ndjson.open").read_bytes() == before


@pytest.mark.parametrize("batches_behind", [1, 2, 5])
def test_a_state_put_back_from_a_backup_destroys_nothing(folder: Folder, batches_behind: int) -> None:
    """What an older state does not know stays as it is, under a name that says so; new documents go elsewhere."""
    folder.write(["a"])
    shutil.copytree(folder.root / "state", folder.root / "backup")
    folder.write(*([str(number)] for number in range(batches_behind)))
    shutil.rmtree(folder.root / "state")
    (folder.root / "backup").rename(folder.root / "state")
    folder.write(["0"], ["new"])
    assert folder.names() == ["alert-000001.ndjson.kept", "alert-000002.ndjson.open"]
    assert folder.ids(".kept") == ["a", *map(str, range(batches_behind))]
    assert folder.ids(".open") == ["0", "new"]
    assert len(folder.warnings) == 1
    assert "alert-000001.ndjson.kept" in folder.warnings[0]


def test_a_backup_from_before_files_were_closed_destroys_nothing(folder: Folder) -> None:
    """Closed files stay as they are when the state says that they are open, and their numbers are passed over."""
    folder.write(["a"])
    shutil.copytree(folder.root / "state", folder.root / "backup")
    folder.max_size = 70
    folder.write(["b"], ["c"], ["d"], ["e"])
    closed = {name: (folder.path / name).read_bytes() for name in folder.names() if name.endswith(".ndjson")}
    assert len(closed) == 2
    shutil.rmtree(folder.root / "state")
    (folder.root / "backup").rename(folder.root / "state")
    folder.write(["c"])
    assert {name: (folder.path / name).read_bytes() for name in closed} == closed
    assert folder.ids(".kept") == ["e"]
    assert "alert-000004.ndjson.open" in folder.names()


@pytest.mark.parametrize("max_size", [1_000_000, 40])
@pytest.mark.parametrize("check_first", [False, True])
def test_a_state_put_back_under_a_running_process_destroys_nothing(
    folder: Folder, max_size: int, *, check_first: bool
) -> None:
    """The same where no process begins between: closed files stay, the open one is kept, whatever comes next."""
    folder.max_size = max_size
    output = folder.output()
    with closing(folder.connect()) as connection, closing(sqlite3.connect(folder.root / "backup.db")) as backup:
        transact(connection, output.open)
        transact(connection, partial(output.write, batch=batch(["a"])))
        connection.backup(backup)
        for identity in ("b", "c", "d"):
            transact(connection, partial(output.write, batch=batch([identity])))
        before = {name.removesuffix(".open"): (folder.path / name).read_bytes() for name in folder.names()}
        backup.backup(connection)
        if check_first:
            transact(connection, output.check)
        transact(connection, partial(output.write, batch=batch(["b"])))
        transact(connection, output.close)
    assert folder.ids(".open") == ["b"]
    kept = {name.removesuffix(".kept"): (folder.path / name).read_bytes() for name in folder.names()}
    assert kept.items() >= before.items()
    assert len(folder.warnings) == 1


def test_a_state_put_back_as_a_process_ends(folder: Folder) -> None:
    """What the writer's file remembers is not lowered by its end: the next process keeps what it finds."""
    output = folder.output()
    with closing(folder.connect()) as connection, closing(sqlite3.connect(folder.root / "backup.db")) as backup:
        transact(connection, output.open)
        connection.backup(backup)
        transact(connection, partial(output.write, batch=batch(["a"])))
        transact(connection, output.check)
        backup.backup(connection)
        transact(connection, output.close)
    folder.write(["a"], ["b"])
    assert folder.ids(".kept") == ["a"]
    assert folder.ids(".open") == ["a", "b"]


def test_a_moved_folder_goes_on(folder: Folder) -> None:
    """Marks belong to the folder's writer, not to its path: moved with the settings changed it goes on."""
    folder.write(["a"])
    moved = Folder(folder.root / "elsewhere", state="../state")
    moved.root.mkdir()
    folder.path.rename(moved.path)
    moved.write(["b"])
    assert moved.ids(".open") == ["a", "b"]


def test_an_open_file_that_somebody_took_away(folder: Folder) -> None:
    """It is said, and another file is begun; a shorter one is kept as it is."""
    folder.write(["a"])
    (folder.path / "alert-000001.ndjson.open").unlink()
    folder.write(["b"])
    assert "was removed by another program" in folder.warnings[0]
    assert folder.names() == ["alert-000002.ndjson.open"]
    (folder.path / "alert-000002.ndjson.open").write_bytes(b"{}")
    folder.write(["c"])
    assert "was truncated" in folder.warnings[1]
    assert folder.names() == ["alert-000002.ndjson.kept", "alert-000003.ndjson.open"]
    assert (folder.path / "alert-000002.ndjson.kept").read_bytes() == b"{}"


def test_a_closed_name_that_is_taken_is_not_overwritten(folder: Folder) -> None:
    """Whoever put a file under the next closed name keeps it."""
    folder.write(["a"])
    (folder.path / "alert-000001.ndjson").write_bytes(b"somebody else's")
    folder.now += HOUR
    folder.write(["b"])
    assert (folder.path / "alert-000001.ndjson").read_bytes() == b"somebody else's"


def test_a_batch_that_was_not_committed_is_cut_off(folder: Folder) -> None:
    """In the same process, too: a transaction that fails after the write leaves no line of it."""
    output = folder.output()
    with closing(folder.connect()) as connection:
        transact(connection, output.open)
        for before, ids in (([], ["lost"]), (["a"], ["b"]), ([], ["lost", "again"]), (["c"], [])):
            for identity in before:
                transact(connection, partial(output.write, batch=batch([identity])))
            with pytest.raises(ZeroDivisionError):
                transact(connection, partial(write_and_fail, output, ids=ids))
        folder.now += HOUR
        transact(connection, output.check)
    assert folder.ids() == ["a", "c"]


def test_what_a_dead_process_did_not_commit_is_cut_off_though_nothing_arrives(folder: Folder) -> None:
    """The next process cuts it off as it starts, also in the file of another writer's number."""
    processes = {"a": folder.output(), "b": folder.output()}
    with closing(folder.connect()) as connection:
        for name, each in processes.items():
            transact(connection, each.open)
            transact(connection, partial(each.write, batch=batch([name])))
            with pytest.raises(ZeroDivisionError):
                transact(connection, partial(write_and_fail, each, ids=["lost"]))
        for each in processes.values():
            each.die()
        assert sorted(folder.ids(".open")) == ["a", "b", "lost", "lost"]
        transact(connection, folder.output().open)
    assert sorted(folder.ids(".open")) == ["a", "b"]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_path_that_is_no_folder(folder: Folder, below: str) -> None:
    """A file at the path, or on the way to it, is told as such: no right to write would help."""
    folder.path.write_bytes(b"a file where the folder belongs")
    output = folder.output(below)
    with (
        closing(folder.connect()) as connection,
        pytest.raises(OutputError, match=r"its path is or contains a regular file; .*; then restart s1ecs$"),
    ):
        transact(connection, output.open)


def test_errors_tell_what_comes_after_the_cure(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start the command ends, so it is to be started again; later only `run` goes on by itself."""
    output = folder.output()

    def denied(*_: object) -> int:
        raise PermissionError(13, os.strerror(13))

    with closing(folder.connect()) as connection:
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", denied)
            with pytest.raises(
                OutputError, match=r"\(Permission denied\); give s1ecs write access .*; then restart s1ecs"
            ):
                transact(connection, output.open)
        transact(connection, output.open)
        monkeypatch.setattr(os, "open", denied)
        with pytest.raises(
            OutputError, match=r"give s1ecs write access .*; nothing is lost: .* by `run` automatically, otherwise"
        ):
            transact(connection, lambda c: output.write(c, batch(["a"])))


def test_the_name_is_the_folders(folder: Folder) -> None:
    """However the path is spelled, the output has one name."""
    assert folder.output("x/..").name == folder.output().name == f"files {folder.path.resolve()}"


def test_a_folder_that_goes_away_and_comes_back(folder: Folder, tmp_path: Path) -> None:
    """While it is away nothing is taken; when it is back, writing goes on in the same process."""
    output = folder.output()
    with closing(folder.connect()) as connection:
        transact(connection, output.open)
        transact(connection, lambda c: output.write(c, batch(["a"])))
        folder.path.rename(tmp_path / "away")
        with pytest.raises(OutputError, match="cannot be written"):
            transact(connection, lambda c: output.write(c, batch(["b"])))
        (tmp_path / "away").rename(folder.path)
        transact(connection, lambda c: output.write(c, batch(["b"])))
    assert folder.ids(".open") == ["a", "b"]


def test_a_full_disk_loses_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails in the middle is an error that says so; the same batch then arrives once."""
    output = folder.output()
    with closing(folder.connect()) as connection:
        transact(connection, output.open)
        transact(connection, lambda c: output.write(c, batch(["a"])))
        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", _short_of_space(os.pwrite))
            with pytest.raises(OutputError, match="no space left on its disk"):
                transact(connection, lambda c: output.write(c, batch(["b"])))
        transact(connection, lambda c: output.write(c, batch(["b"])))
    assert folder.ids(".open") == ["a", "b"]


def _short_of_space(pwrite: Callable[[int, bytes, int], int]) -> Callable[[int, bytes, int], int]:
    def some(descriptor: int, data: bytes, place: int) -> int:
        if len(data) < 20:
            raise OSError(28, os.strerror(28))
        return pwrite(descriptor, data[: len(data) - 10], place)

    return some


def test_the_writers_own_file_is_not_mistaken(folder: Folder) -> None:
    """A writer's file that is damaged begins a new writer, which passes over what it finds."""
    folder.write(["a"])
    (folder.path / ".s1ecs-writer-1").write_bytes(b"???")
    folder.write(["b"])
    assert folder.names() == ["alert-000001.ndjson.open", "alert-000002.ndjson.open"]
    assert [line["_id"] for line in read(folder.path / "alert-000001.ndjson.open")] == ["a"]


def test_numbers_of_writers_are_let_go(folder: Folder) -> None:
    """A number is free again after its process ended."""
    folder.path.mkdir()
    first = FolderWriter.take(folder.path, "state-a")
    second = FolderWriter.take(folder.path, "state-a")
    assert (first.number, second.number) == (1, 2)
    first.close()
    assert FolderWriter.take(folder.path, "state-a").number == 1


def test_what_another_process_wrote_meanwhile_is_not_written_again(folder: Folder) -> None:
    """A batch for which the folder was asked is refused whole where some of it came since; others are written."""
    output, asked = folder.output(), batch(["b", "c"])
    with closing(folder.connect()) as connection:
        transact(connection, output.open)
        folder.write(["a", "b"])
        with pytest.raises(DeliveredMeanwhile):
            transact(connection, partial(output.write, batch=replace(asked, asked=frozenset("bc"))))
        transact(connection, partial(output.write, batch=replace(asked, asked=frozenset("c"))))
        transact(connection, output.close)
    assert sorted(folder.ids(".open")) == ["a", "b", "b", "c"]
