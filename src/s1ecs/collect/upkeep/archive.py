"""Archiving while collecting: whole days leave the store for Parquet files, in small steps between commits.

A process may be killed between any two steps. A file is noted, written under another name, brought onto the disk, read
back and compared; then it gets its name, and its documents are removed from the store, each where the file has exactly
its text. The next pass finishes what it finds unfinished.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from s1ecs.errors import S1ecsError, StateDamaged, StateError
from s1ecs.outputs.archive.day_file import DayWriter, read_back
from s1ecs.outputs.archive.names import files_in, folder_of, free_name
from s1ecs.outputs.parquet.columns import TypedColumn
from s1ecs.permissions import private_folder
from s1ecs.state.archiving import ArchiveFile, StoredDocument, StreamDay
from s1ecs.state.retention import PruneCursor, Stopwatch
from s1ecs.state.state import State
from s1ecs.whole_files import publish, sync_folder, unfinished_file

T = TypeVar("T")

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
_NOTHING: Sequence[tuple[str, str]] = ()


class ChangedMeanwhile(StateError):
    """The store's documents of a day changed while its file was written; the day is archived later."""


class _Stopped(Exception):
    """The process is to end."""


@dataclass
class Archived:
    """The result of a pass: documents that left the store, their days, and what keeps other days in it."""

    removed: int = 0
    days: int = 0
    troubles: list[S1ecsError] = field(default_factory=list)


@dataclass(frozen=True)
class Archive:
    """The archive in `folder`; `columns` are those of a stream's files. `between` is told of each step before it."""

    folder: Path
    state: State
    state_folder: Path
    columns: Callable[[str], Sequence[TypedColumn]]
    clock: Stopwatch
    between: Callable[[str], None] = lambda _: None
    pause_seconds: float = _PAUSE_SECONDS

    async def archive(self, before: datetime, stop: asyncio.Event) -> Archived:
        """Archive every whole day that ended by `before`; raise StateError where the archive can't be written."""
        result = Archived()
        done = set[StreamDay]()
        place: PruneCursor | None = PruneCursor()
        try:
            while place is not None:
                found = await self.state.archiving.next_day(place, f"{before:%Y-%m-%d}", done, self.clock)
                place = found.place
                if found.day is not None:
                    done.add(found.day)
                    await self._day(found.day, result, stop)
                await self._pause(stop)
            more = True
            while more:
                more = await self.state.retention.give_back(self.clock)
                await self._pause(stop)
        except _Stopped:
            pass
        except OSError as error:
            where = error.filename or self.folder
            raise StateError(
                f"{where}: can't be written ({error.strerror or error}); free some space or give s1ecs write access; "
                "nothing is lost: the documents stay in the store, and are archived later"
            ) from None
        return result

    async def _day(self, day: StreamDay, result: Archived, stop: asyncio.Event) -> None:
        """Archive one day; what is wrong with its files alone is among the troubles."""
        before = result.removed
        try:
            taken = await self._finish_files(day, result, stop)
            await self._write_rest(day, taken, result, stop)
        except (StateDamaged, ChangedMeanwhile) as error:
            if isinstance(error, StateDamaged) and not str(error).startswith(f"{self.folder}/"):
                raise  # the store itself
            result.troubles.append(error)
        result.days += result.removed > before

    async def _finish_files(self, day: StreamDay, result: Archived, stop: asyncio.Event) -> set[str]:
        """Finish the files that a day has, also those that no note tells of; return the names that are taken."""
        noted = {file.name: file for file in await self.state.archiving.files(day)}
        there = await self._blocking(
            lambda: [found.name for found in files_in(self.folder, folder_of(day)) if found.day == day]
        )
        for name in there:
            if name not in noted:
                # A backup of the store was put back, or the state is a new one.
                self.between("note a file that is there")
                noted[name] = await self.state.archiving.begin(day, name)
        for file in [*noted.values()]:
            if file.finished or file.console != day.console:
                continue
            if not await self._blocking((self.folder / file.name).exists):
                self.between("forget a file that is not there")
                if await self.state.archiving.forget(file):
                    del noted[file.name]
            else:
                await self._take_out(day, file, result, stop)
        return {*noted, *there}

    def _names_of(self, day: StreamDay) -> list[str]:
        return [found.name for found in files_in(self.folder, folder_of(day)) if found.day == day]

    async def _write_rest(self, day: StreamDay, taken: set[str], result: Archived, stop: asyncio.Event) -> None:
        """Write the documents that no file has yet into a further one, and remove them from the store."""
        pages = self._pages(day, stop)
        first = await anext(pages, None)
        if first is None:
            return
        self.between("note the file")
        file = await self.state.archiving.begin(day, free_name(day, taken))
        path = self.folder / file.name
        self.between("make the folder")
        await self._blocking(partial(private_folder, path.parent))
        with unfinished_file(self.state_folder, path) as part:
            self.between("write the file")
            with DayWriter(part.file, day, self.columns(day.stream)) as writer:
                await self._blocking(partial(writer.add, first))
                async for documents in pages:
                    await self._blocking(partial(writer.add, documents))
                await self._blocking(writer.close)
            self.between("bring the file onto the disk")
            await self._blocking(part.sync)
            self.between("read the file back")
            await self._compare(day, part.path, writer.written, stop)
            self.between("name the file")
            await self._blocking(partial(publish, part.path, path))
        for folder in (path.parent.parent, self.folder):  # they may be new, too
            await self._blocking(partial(sync_folder, folder))
        await self._take_out(day, file, result, stop)

    async def _pages(self, day: StreamDay, stop: asyncio.Event) -> AsyncIterator[Sequence[StoredDocument]]:
        """Yield the documents of a day that are to be archived, some at once."""
        place: PruneCursor | None = PruneCursor()
        while place is not None:
            page = await self.state.archiving.page(day, place)
            place = page.place
            if page.documents:
                yield page.documents
            await self._pause(stop)

    async def _compare(self, day: StreamDay, path: Path, written: int, stop: asyncio.Event) -> None:
        """Compare a file with the store; raise ChangedMeanwhile or StateDamaged."""
        read = 0
        async for documents in self._read(path):
            read += len(documents)
            if await self.state.archiving.differing(day, documents):
                raise ChangedMeanwhile(f"{day}: its documents changed while they were archived; it is archived later")
            await self._pause(stop)
        if read != written:
            raise StateDamaged(f"{path}: read back {read} of {written} documents; check the disk")

    async def _take_out(self, day: StreamDay, file: ArchiveFile, result: Archived, stop: asyncio.Event) -> None:
        """Remove the documents of a file from the store."""
        path = self.folder / file.name
        differing = 0
        async for documents in self._read(path):
            left = documents
            while left:
                self.between("remove documents")
                taken = await self.state.archiving.take_out(day, file, left, self.clock)
                result.removed += taken.removed
                differing += taken.differing
                left = left[taken.done :]
                await self._pause(stop)
        if differing:
            raise StateDamaged(
                f"{path}: has other versions of {differing} documents of the store, which stay there; move the file "
                "away to archive them"
            )
        self.between("finish the file")
        await self.state.archiving.finish(file)

    async def _read(self, path: Path) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """Yield the documents of a file, some at once."""
        rest: Iterator[Sequence[tuple[str, str]]] = read_back(path)
        while documents := await self._blocking(partial(next, rest, _NOTHING)):
            yield documents

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await self.state.run_blocking(work)

    async def _pause(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            raise _Stopped
        await asyncio.sleep(self.pause_seconds)
