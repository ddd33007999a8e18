"""What was delivered: the ids in each output, as often as they are there."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import zstandard
from pyarrow import parquet

from s1ecs.outputs.files.open_files import KEPT, OPEN
from s1ecs.standin.faults.poison import MARK

Ids = Counter[str]


def in_store(state: Path, stream: str) -> Ids:
    """The ids that the stream's view shows."""
    return Counter(row[0] for row in _rows(state, f'SELECT id FROM "{stream}"'))  # noqa: S608 - our own names


def in_archive(folder: Path, state: Path, stream: str) -> Ids:
    """The ids in the stream's archived days, all columns of which are read; of a day under way those that left."""
    under_way = {row[0] for row in _rows(state, "SELECT name FROM archive_files WHERE NOT finished")}
    stored = in_store(state, stream)
    ids = Ids()
    for name, rows in _archived(folder, stream):
        ids.update(row["id"] for row in rows if name not in under_way or row["id"] not in stored)
    return ids


def poisoned_in_archive(folder: Path, stream: str) -> frozenset[str]:
    """The same of archived documents."""
    return frozenset(row["id"] for _, rows in _archived(folder, stream) for row in rows if MARK in row["document"])


def _archived(folder: Path, stream: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for path in sorted(folder.glob(f"stream={stream}/console=*/day=*.parquet")):
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            yield path.relative_to(folder).as_posix(), file.read().to_pylist()


def in_files(folder: Path, state: Path, stream: str) -> Ids:
    """The ids in the stream's files, closed ones whole, the open one as far as the state says that it is good."""
    ids = Ids()
    for path in sorted(folder.glob(f"{stream}-*")):
        good = path.read_bytes()
        if path.name.endswith(OPEN):
            good = good[: _mark(state, stream, path.name.removesuffix(OPEN), path)]
        elif KEPT in path.suffix:
            continue
        if ".zst" in path.suffixes:
            good = b"".join(_frames(good))
        ids.update(orjson.loads(line)["_id"] for line in good.splitlines())
    return ids


def poisoned(state: Path, stream: str) -> frozenset[str]:
    """The ids of documents that the store has of poison records, which the console only ever shows as faults."""
    sql = f"SELECT id FROM \"{stream}\" WHERE document LIKE '%{MARK}%'"  # noqa: S608 - our own names
    return frozenset(row[0] for row in _rows(state, sql))


def kept_apart(folder: Path) -> list[str]:
    """The files that the output did not know: there must be none."""
    return sorted(path.name for path in folder.glob("*") if KEPT in path.suffix)


def damage(state: Path) -> str:
    """What SQLite finds wrong with the store; "ok" if nothing."""
    [(found,)] = _rows(state, "PRAGMA integrity_check")
    return found


def _mark(state: Path, stream: str, file: str, path: Path) -> int:
    """How many bytes of an open file are good: by its writer, who is known by the folder."""
    writer = orjson.loads((path.parent / ".s1ecs-writer-1").read_bytes())["id"]
    rows = _rows(state, "SELECT bytes FROM files WHERE (writer, stream, file) = (?, ?, ?)", writer, stream, file)
    return sum(int(number) for (number,) in rows)


def _frames(data: bytes) -> Iterator[bytes]:
    """What lies in the frames, one a batch."""
    while data:
        reader = zstandard.ZstdDecompressor().decompressobj()
        yield reader.decompress(data)
        data = reader.unused_data


def _rows(state: Path, sql: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(state / "s1ecs.db")) as connection:
        return connection.execute(sql, values).fetchall()
