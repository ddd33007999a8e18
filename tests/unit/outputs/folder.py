"""A folder of files written through a real state database, and its contents as a reader finds them."""

import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson
import zstandard

from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.output import Batch
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.state.sqlite.file_marks import SqliteFileMarks
from s1ecs.state.transaction import Transaction

T = TypeVar("T")
HOUR = timedelta(hours=1)


class OpenTransaction:
    """The state in the transaction that a test has opened on its connection."""

    connection: sqlite3.Connection

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Work in it."""
        return work(self.connection)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Work at once."""
        return work()


class FilesProcess:
    """A files output in a process of its own, each step of it in a transaction of the test's."""

    def __init__(self, files: Files, state: OpenTransaction) -> None:
        self._files = files
        self._state = state
        self.name = files.name

    def open(self, connection: sqlite3.Connection) -> None:
        """Open the output."""
        self._state.connection = connection
        finish(self._files.open({}))

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Deliver a batch in the commit that is open."""
        for write in finish(self._files.deliver(batch)).writes:
            write(connection)

    def check(self, connection: sqlite3.Connection) -> None:
        """Let the output do what is due."""
        self._state.connection = connection
        finish(self._files.check())

    def close(self, connection: sqlite3.Connection) -> None:
        """Close the output."""
        self._state.connection = connection
        finish(self._files.close())

    def present(self, connection: sqlite3.Connection, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """Ask the output for ids."""
        self._state.connection = connection
        return finish(self._files.present("default", "default", stream, ids))

    def die(self) -> None:
        """Close what the kernel closes of a process that dies."""
        self._files._let_go()


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing to its end."""
    while True:
        try:
            work.send(None)
        except StopIteration as end:
            result: T = end.value
            return result


@dataclass
class Folder:
    """Files below `root`, whose marks are in the database of the state folder `state`."""

    root: Path
    state: str = "state"
    id: str = "state-a"
    compression: str = "none"
    max_size: int = 1_000_000
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    warnings: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where the files lie."""
        return self.root / "files"

    def connect(self) -> sqlite3.Connection:
        """The state database."""
        return connect(self.root / self.state / FILE_NAME)

    def output(self, below: str = "") -> FilesProcess:
        """The output as a new process would make it, into the folder or a path below it."""
        suffix = ".ndjson.zst" if self.compression == "zstd" else ".ndjson"
        state = OpenTransaction()
        environment = FilesEnvironment(self.id, state, SqliteFileMarks(), lambda: self.now, self.warnings.append)
        rules = Rules(self.max_size, HOUR, suffix)
        return FilesProcess(Files(self.path / below, rules, packer(self.compression), environment), state)

    def write(self, *batches: Sequence[str], stream: str = "alert") -> None:
        """Deliver batches of ids in one process that ends well."""
        output = self.output()
        with closing(self.connect()) as connection:
            transact(connection, output.open)
            for ids in batches:
                transact(connection, partial(output.write, batch=batch(ids, stream)))
            transact(connection, output.close)

    def check(self) -> None:
        """Let a process look at what is due."""
        output = self.output()
        with closing(self.connect()) as connection:
            transact(connection, output.open)
            transact(connection, output.close)

    def names(self) -> list[str]:
        """The names of the files, without the writers' own."""
        return sorted(path.name for path in self.path.iterdir() if not path.name.startswith("."))

    def ids(self, end: str = "") -> list[str]:
        """The ids in the files whose names end so, closed ones by default, in the order of their names."""
        ends = (end,) if end else (".ndjson", ".zst")
        return [line["_id"] for name in self.names() if name.endswith(ends) for line in read(self.path / name)]


def batch(ids: Sequence[str], stream: str = "alert") -> Batch:
    """A batch with these ids."""
    return Batch("default", "default", stream, [(identity, {"event": {"id": identity}}) for identity in ids])


def transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], None]) -> None:
    """Work in a transaction, as the database does."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        work(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, each of which must be whole."""
    data = path.read_bytes()
    if ".zst" in path.name:
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
            data = reader.read()
    return [orjson.loads(line) for line in data.splitlines()]
