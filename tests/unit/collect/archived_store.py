"""A store with documents of some days and an archive beside it; run as a program, it is killed at each step in turn."""

import asyncio
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pyarrow import parquet

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.bootstrap.typed_views import columns_of
from s1ecs.collect.upkeep.archive import Archive, Archived
from s1ecs.outputs.archive.marker import MARKER
from s1ecs.outputs.output import Batch
from s1ecs.outputs.parquet.columns import TypedColumn
from s1ecs.outputs.store import insert, prepare
from s1ecs.outputs.store.rows import row_writer
from s1ecs.state.sqlite.state import SqliteState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AFTER = timedelta(days=7)
# Days of February 2026 that end more than AFTER before NOW, and one that does not.
OLD = ("2026-02-20", "2026-02-21")
YOUNG = "2026-02-22"

Key = tuple[str, str, str]


def documents(day: str, count: int, note: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Documents of a day, each with an id of its own."""
    return [
        (f"{day} {number}{note}", {"@timestamp": f"{day}T{number % 24:02}:00:00.000Z", "event": {"severity": number}})
        for number in range(count)
    ]


class ArchivedStore:
    """A state folder and an archive in a folder."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.archive = folder / "archive"
        self.between: Callable[[str], None] = lambda _: None

    def change(self, work: Callable[[Any], Any]) -> Any:
        """Do something to the state database."""

        async def done() -> Any:
            state = await SqliteState.open(self.state)
            try:
                return await state.database.run(work)
            finally:
                await state.close()

        return asyncio.run(done())

    def add(self, stream: str, found: Sequence[tuple[str, Any]], console: str = "default") -> None:
        """Put documents into the store."""
        self.change(
            partial(insert, batch=Batch(console, "default", stream, found), writer=row_writer(store_tables()[stream]))
        )

    def fill(self, *days: str) -> None:
        """Alerts of two consoles, and states of two agents, of which each has a latest one."""
        for day in days or (*OLD, YOUNG):
            self.add("alert", documents(day, 30))
            self.add("alert", documents(day, 3), "other-2.eu")
            self.add("agent", documents(day, 2))
        self.change(
            lambda connection: connection.executemany(
                "INSERT INTO things VALUES ('default', 'agent', ?, ?, 1)",
                [("a", f"{OLD[0]} 0"), ("b", f"{YOUNG} 1")],
            )
        )
        self.change(partial(prepare, tables=store_tables()))

    def run(self, stop: asyncio.Event | None = None) -> Archived:
        """Archive once, as a process of its own would."""

        async def archived() -> Archived:
            state = await SqliteState.open(self.state)
            try:
                archive = Archive(
                    self.archive,
                    state,
                    self.state,
                    lambda stream: [TypedColumn(*column) for column in columns_of(stream)],
                    time.monotonic,
                    self.between,
                    pause_seconds=0,
                )
                return await archive.archive(NOW - AFTER, stop or asyncio.Event())
            finally:
                await state.close()

        return asyncio.run(archived())

    def hot(self) -> dict[Key, str]:
        """The documents of the store."""
        sql = "SELECT console, stream, id, document FROM documents"
        found: dict[Key, str] = self.change(lambda connection: {row[:3]: row[3] for row in connection.execute(sql)})
        return found

    def files(self) -> list[str]:
        """The files of the archive, unfinished ones included."""
        return sorted(
            path.relative_to(self.archive).as_posix()
            for path in self.archive.rglob("*")
            if path.is_file() and path.name != MARKER
        )

    def cold(self) -> list[tuple[Key, str]]:
        """The documents of the archive."""
        columns = ["console", "id", "document"]
        return [
            ((row["console"], name.split("/")[0].removeprefix("stream="), row["id"]), row["document"])
            for name in self.files()
            for row in parquet.ParquetFile(self.archive / name).read(columns).to_pylist()
        ]


def whole(before: dict[Key, str], store: ArchivedStore) -> str:
    """Tell what was lost, doubled or changed since the store had `before`; "" if nothing was."""
    hot, cold = store.hot(), store.cold()
    doubled = [key for key, count in Counter(key for key, _ in cold).items() if count > 1]
    both = [key for key, _ in cold if key in hot]
    after = hot | dict(cold)
    wrong = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return f"doubled {doubled}, in both {both}, lost or changed {wrong}" if doubled or both or wrong else ""


def killed_at(folder: Path, number: int) -> bool:
    """Let a process archive that is killed at that step; tell whether it came so far."""
    child = os.fork()
    if child == 0:
        store = ArchivedStore(folder)
        steps = itertools.count(1)
        store.between = lambda _: os._exit(9) if next(steps) == number else None
        store.run()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def main(folder: Path) -> int:
    """Kill at each step in turn, go on, and count; print what was wrong."""
    number = 0
    killed = True
    while killed:
        number += 1
        store = ArchivedStore(folder / str(number))
        # In a child each: what forks must have neither threads nor an open database.
        if (child := os.fork()) == 0:
            store.fill(OLD[0])
            os._exit(0)
        os.waitpid(child, 0)
        killed = killed_at(folder / str(number), number)
        if (child := os.fork()) == 0:
            ArchivedStore(folder / str(number)).run()
            os._exit(0)
        os.waitpid(child, 0)
    return number


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))  # noqa: T201 - read by the test
