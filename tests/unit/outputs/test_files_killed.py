"""The files output, killed before and after each thing that it does to the disk, and in the middle of writes."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from .folder import HOUR, FilesProcess, Folder, batch

_DEEDS = ("open", "pwrite", "ftruncate", "rename", "unlink")
# Pages of one stream or another. A page comes again in other pieces: so does one of a console that gets slow.
_PAGE = 3
_STREAMS = ("alert", "threat")
_IDS = [f"{number:02}" for number in range(8 * _PAGE)]


class Killed(BaseException):
    """The process ends here."""


class Fate:
    """Counts moments, two a deed, and kills at the one that is chosen; None lets live."""

    def __init__(self, at: int | None) -> None:
        self.moments = 0
        self._at = at

    def moment(self) -> None:
        """One more moment in which the process may be killed."""
        self.moments += 1
        if self.moments == self._at:
            raise Killed

    def around(self, deed: Callable[..., Any], *, torn: bool) -> Callable[..., Any]:
        """The deed with a moment before and one after it; one that is `torn` may also be done by half."""

        def done(*arguments: Any) -> Any:
            self.moment()
            if torn:
                descriptor, data, place = arguments
                deed(descriptor, data[: len(data) // 2], place)
                self.moment()
            result = deed(*arguments)
            self.moment()
            return result

        return done


@contextmanager
def fate_at(at: int | None) -> Iterator[Fate]:
    """Deeds on the disk that kill at a moment."""
    fate = Fate(at)
    with pytest.MonkeyPatch.context() as patched:
        for name in _DEEDS:
            patched.setattr(os, name, fate.around(getattr(os, name), torn=name == "pwrite"))
        # Nothing here outlives a power cut.
        patched.setattr(os, "fsync", fate.around(lambda _: None, torn=False))
        yield fate


def life(folder: Folder, at: int | None, *, size: int = _PAGE) -> int:
    """One process: deliver what is left of the documents, `size` at once; how many moments it lived."""
    output = folder.output()
    with closing(folder.connect()) as connection, fate_at(at) as fate:
        try:
            _transact(connection, fate, output.open)
            while (place := _position(connection)) < len(_IDS):
                _transact(connection, fate, partial(_deliver, folder, output, place, size))
                _transact(connection, fate, output.check)
            _transact(connection, fate, output.close)
        finally:
            # The kernel closes what a process had open, and SQLite takes back what was not committed.
            output.die()
        return fate.moments


def _deliver(folder: Folder, output: FilesProcess, place: int, size: int, connection: sqlite3.Connection) -> None:
    folder.now += timedelta(minutes=5 * size)
    page = place // _PAGE
    end = min(place + size, (page + 1) * _PAGE)
    output.write(connection, batch(_IDS[place:end], _STREAMS[page % 2]))
    connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('position', ?)", (end,))


def _position(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM about WHERE name = 'position'").fetchone()
    return 0 if row is None else int(row[0])


def _transact(connection: sqlite3.Connection, fate: Fate, work: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        work(connection)
        fate.moment()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    fate.moment()


def _end(folder: Folder) -> None:
    """The last process lives, with files of few documents; then all files are old enough to be closed."""
    folder.max_size = 60
    life(folder, None, size=1)
    folder.now += HOUR
    folder.check()


Make = Callable[..., Folder]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes an empty folder beside a fresh state."""
    template = Folder(tmp_path_factory.mktemp("template"))
    template.connect().close()

    def made(root: Path, compression: str = "none") -> Folder:
        shutil.copytree(template.root, root, dirs_exist_ok=True)
        return Folder(root, compression=compression, max_size=300)

    return made


def _kill_at(folder: Folder, at: int) -> Folder:
    with pytest.raises(Killed):
        life(folder, at)
    closed = folder.ids()
    assert len(closed) == len(set(closed)), at
    return folder


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_killed_at_every_moment(tmp_path: Path, make: Make, compression: str) -> None:
    """Whenever a process is killed: in the end closed files hold every document exactly once, nothing else stays."""
    moments = life(make(tmp_path / "whole", compression), None)
    assert moments > 150
    # The other compression passes the same moments; every third of them is enough there.
    for at in range(1, moments + 1, 1 if compression == "none" else 3):
        folder = _kill_at(make(tmp_path / str(at), compression), at)
        _end(folder)
        assert sorted(folder.ids()) == _IDS, at
        assert [name for name in folder.names() if not name.endswith((".ndjson", ".zst"))] == [], at
        assert folder.warnings == [], at


@pytest.mark.parametrize("seed", range(40))
def test_killed_again_and_again(tmp_path: Path, make: Make, seed: int) -> None:
    """The same after many kills in a row, those in the middle of a recovery among them."""
    fate = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    folder = make(tmp_path)
    for _ in range(25):
        try:
            life(folder, fate.randint(1, 60), size=fate.randint(1, _PAGE))
        except Killed:
            continue
    _end(folder)
    assert sorted(folder.ids()) == _IDS
    assert folder.warnings == []


def test_this_test_can_fail(tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cutting files back to their marks the same kills leave doubles."""
    monkeypatch.setattr(os, "ftruncate", lambda *_: None)
    doubled = 0
    for at in range(1, 150, 3):
        folder = make(tmp_path / str(at))
        with pytest.raises(Killed):
            life(folder, at)
        _end(folder)
        try:
            doubled += sorted(folder.ids()) != _IDS
        except ValueError:  # half a line
            doubled += 1
    assert doubled
