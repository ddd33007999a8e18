"""Archiving of the documents in the store: the small steps in which whole days leave it. A Protocol.

A day's file is recorded before it is there and finished once its documents were compared with the store. An id is
recorded as archived in the commit that removes its document, so that at any moment a document is in the store or known
as archived. A recorded id alone never justifies a removal: only `take_out` removes, and it compares texts. The latest
state of an entity stays in the store.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from s1ecs.errors import StateError
from s1ecs.state.retention import PruneCursor, Stopwatch


class ChangedMeanwhile(StateError):
    """The store, or the file, of a day changed while the day was archived; it is archived later."""


class StreamDay(NamedTuple):
    """One day (UTC, `2026-01-31`) of one stream of one console."""

    stream: str
    console: str
    day: str

    def __str__(self) -> str:
        """Return the day as it stands in logs."""
        return f"{self.console} {self.stream} {self.day}"


class FoundDay(NamedTuple):
    """The result of looking on: the next day to archive, if one was found, and where to resume; None: at the end."""

    day: StreamDay | None
    place: PruneCursor | None


class ArchiveFile(NamedTuple):
    """A file of the archive; `name` is its path below the archive's folder, `console` its console's present name."""

    number: int
    name: str
    console: str
    finished: bool


class StoredDocument(NamedTuple):
    """A document of the store; `recorded`: the number of a file of its day that has its id, if there is one."""

    place: PruneCursor
    id: str
    document: str
    recorded: int | None = None


class DayPage(NamedTuple):
    """Some documents of a day to be archived, and where the next ones are; None: there are no more."""

    documents: Sequence[StoredDocument]
    place: PruneCursor | None


class TakenOut(NamedTuple):
    """The result of a step: how many of the documents were dealt with, removed, and left because their text differs."""

    done: int
    removed: int = 0
    differing: int = 0


class Archiving(Protocol):
    """The steps of archiving, each in a transaction of its own of some hundredths of a second."""

    async def begun(self) -> bool:
        """Return True if a file was ever recorded, be it forgotten since."""

    async def next_day(
        self, place: PruneCursor, before: str, done: Collection[StreamDay], clock: Stopwatch
    ) -> FoundDay:
        """Look for documents from before `before` that can be archived, of other days than those in `done`."""

    async def files(self, day: StreamDay) -> Sequence[ArchiveFile]:
        """Return the files of a day that are recorded, those of the stream's other consoles included."""

    async def begin(self, day: StreamDay, name: str) -> ArchiveFile:
        """Record a file before its documents are removed from the store."""

    async def forget(self, file: ArchiveFile) -> bool:
        """Delete the record of a file that is not there; finish it, and return False, where documents left for it."""

    async def finish(self, file: ArchiveFile) -> None:
        """Record that the documents of this file were compared with the store."""

    async def page(self, day: StreamDay, place: PruneCursor) -> DayPage:
        """Return the next documents of a day to be archived, oldest first; raise ChangedMeanwhile."""

    async def differing(self, day: StreamDay, documents: Sequence[tuple[str, str]]) -> int:
        """Count those of these (id, text) that the store does not have in exactly this form; raise ChangedMeanwhile."""

    async def take_out(
        self,
        day: StreamDay,
        file: ArchiveFile,
        documents: Sequence[tuple[str, str]],
        clock: Stopwatch,
        is_there: Callable[[], bool],
    ) -> TakenOut:
        """Remove the first of these documents, read from a flushed file, where the store has exactly this text.

        Removes nothing, and raises ChangedMeanwhile, while the console is being renamed or if the file is gone.
        """
