"""A folder of files written through a real state database, and what a reader of it finds."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import zstandard

from s1ecs.outputs.files import Files
from s1ecs.outputs.lines import packer
from s1ecs.outputs.output import Batch
from s1ecs.outputs.written_files import Rules
from s1ecs.state.database import FILE_NAME, connect

HOUR = timedelta(hours=1)


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

    def output(self, below: str = "") -> Files:
        """The output as a new process would make it, into the folder or a path below it."""
        suffix = ".ndjson.zst" if self.compression == "zstd" else ".ndjson"
        return Files(
            self.path / below,
            self.id,
            Rules(self.max_size, HOUR, suffix),
            pack=packer(self.compression),
            now=lambda: self.now,
            warn=self.warnings.append,
        )

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
