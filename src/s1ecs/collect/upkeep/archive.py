"""Archiving while collecting: whole days leave the store for Parquet files, in small steps between commits.

A process may be killed between any two steps. A file is recorded, written under a temporary name, flushed to disk, read
back and compared; then it gets its name, is flushed and read once more, and each of its documents whose text the store
has exactly is removed from the store. The next pass finishes what it finds unfinished. What is doubtful stays.
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from s1ecs.errors import S1ecsError, StateDamaged, StateError
from s1ecs.outputs.archive.day_file import DayWriter, read_back
from s1ecs.outputs.archive.flushed_file import flushed_file
from s1ecs.outputs.archive.marker import MARKER, make_archive, require_marker
from s1ecs.outputs.archive.names import files_in, folder_of, free_name
from s1ecs.outputs.parquet.columns import TypedColumn
from s1ecs.permissions import private_folder
from s1ecs.state.archiving import ArchiveFile, ChangedMeanwhile, StoredDocument, StreamDay
from s1ecs.state.retention import PruneCursor, Stopwatch
from s1ecs.state.state import State
from s1ecs.whole_files import publish, unfinished_file

T = TypeVar("T")

# As long as a step takes, so that at least half of the time is for collecting.
_PAUSE_SECONDS = 0.02
# Of the whole archive rather than of one day's folder.
_OF_ALL_DAYS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_NOTHING: Sequence[tuple[str, str]] = ()


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
            await self._open()
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
            raise self._unwritten(error) from None
        return result

    async def _open(self) -> None:
        """Make the archive, but never a second time: its directory may be a mount point without its disk."""
        if await self.state.archiving.begun():
            await _blocking(partial(require_marker, self.folder))
        elif not await _blocking((self.folder / MARKER).is_file):
            await _blocking(partial(make_archive, self.folder))

    def _unwritten(self, error: OSError) -> StateError:
        return StateError(
            f"{error.filename or self.folder}: cannot be written: {error.strerror or error}; the documents stay in the "
            "store and s1ecs retries"
        )

    async def _day(self, day: StreamDay, result: Archived, stop: asyncio.Event) -> None:
        """Archive one day; what is wrong with this day alone is among the troubles."""
        before = result.removed
        try:
            taken = await self._finish_files(day, result, stop)
            await self._write_rest(day, taken, result, stop)
        except _Stopped:
            raise
        except ChangedMeanwhile as error:
            result.troubles.append(error)
        except S1ecsError as error:
            if not isinstance(error, StateDamaged) or not str(error).startswith(f"{self.folder}/"):
                raise  # the store itself, or the whole archive
            result.troubles.append(error)
        except OSError as error:
            if error.errno in _OF_ALL_DAYS:
                raise
            result.troubles.append(self._unwritten(error))
        except Exception as error:  # noqa: BLE001 - one day must not keep all others from being archived
            reason = f"{type(error).__name__}: {error}"
            result.troubles.append(
                StateError(f"{day}: not archived ({reason}); its documents stay in the store; please report this")
            )
        finally:
            result.days += result.removed > before

    async def _finish_files(self, day: StreamDay, result: Archived, stop: asyncio.Event) -> set[str]:
        """Finish the files that a day has, also those that no record tells of; return the names that are taken."""
        recorded = {file.name: file for file in await self.state.archiving.files(day)}
        there = await _blocking(
            lambda: [found.name for found in files_in(self.folder, folder_of(day)) if found.day == day]
        )
        for name in there:
            if name not in recorded:
                # A backup of the store was put back, or the state is a new one.
                self.between("record a file that is there")
                recorded[name] = await self.state.archiving.begin(day, name)
        again = await self._come_again(day, stop) if recorded else set()
        for file in [*recorded.values()]:
            if file.console != day.console or (file.finished and file.number not in again):
                continue
            if await _blocking((self.folder / file.name).is_file):
                await self._take_out(day, file, result, stop)
            elif not file.finished:
                self.between("forget a file that is not there")
                if await self.state.archiving.forget(file):
                    del recorded[file.name]
                else:
                    result.troubles.append(
                        StateError(
                            f"{self.folder / file.name}: missing, although documents were moved there; put it back"
                        )
                    )
        return {*recorded, *there}

    async def _come_again(self, day: StreamDay, stop: asyncio.Event) -> set[int]:
        """Return the numbers of the files that may have documents which are in the store, too."""
        return {
            each.recorded
            async for documents in self._pages(day, stop)
            for each in documents
            if each.recorded is not None
        }

    async def _write_rest(self, day: StreamDay, taken: set[str], result: Archived, stop: asyncio.Event) -> None:
        """Write the documents that are left into a further file, and remove them from the store."""
        pages = self._pages(day, stop)
        first = await anext(pages, None)
        if first is None:
            return
        self.between("record the file")
        file = await self.state.archiving.begin(day, free_name(day, taken))
        path = self.folder / file.name
        self.between("make the folder")
        await _blocking(partial(require_marker, self.folder))
        await _blocking(partial(private_folder, path.parent))
        with unfinished_file(self.state_folder, path) as part:
            self.between("write the file")
            with DayWriter(part.file, day, self.columns(day.stream)) as writer:
                await _blocking(partial(writer.add, first))
                async for documents in pages:
                    await _blocking(partial(writer.add, documents))
                await _blocking(writer.close)
            self.between("flush the file to disk")
            await _blocking(part.sync)
            self.between("read the file back")
            await self._compare(day, part.path, writer.written, stop)
            self.between("name the file")
            await _blocking(partial(publish, part.path, path))
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
        """Remove the documents from the store that a file has exactly; others stay for a further file."""
        flushed = await _blocking(partial(flushed_file, self.folder, file.name))
        try:
            async for documents in self._read(flushed.path, flushed.content):
                left = documents
                while left:
                    self.between("remove documents")
                    if not await _blocking(flushed.is_there):
                        raise ChangedMeanwhile(f"{flushed.path}: gone; the documents stay in the store")
                    taken = await self.state.archiving.take_out(day, file, left, self.clock, flushed.is_there)
                    result.removed += taken.removed
                    left = left[taken.done :]
                    await self._pause(stop)
        finally:
            flushed.content.close()
        self.between("finish the file")
        await self.state.archiving.finish(file)

    async def _read(self, path: Path, content: BinaryIO | None = None) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """Yield the documents of a file, some at once."""
        rest: Iterator[Sequence[tuple[str, str]]] = read_back(path, content)
        while documents := await _blocking(partial(next, rest, _NOTHING)):
            yield documents

    async def _pause(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            raise _Stopped
        await asyncio.sleep(self.pause_seconds)


async def _blocking(work: Callable[[], T]) -> T:
    """Do what waits for the disk on a thread of its own: the archive's disk may be slow, or a network's."""
    return await asyncio.to_thread(work)
