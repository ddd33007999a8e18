"""Retention and archiving of a state that holds no documents: they are in the outputs."""

from collections.abc import Callable, Collection, Sequence

from s1ecs.state.archiving import ArchiveFile, DayPage, FoundDay, StreamDay, TakenOut
from s1ecs.state.retention import PruneCursor, Stepped, Stopwatch


class NoRetention:
    """Steps that find nothing to prune."""

    async def prune_step(self, place: PruneCursor, before: str | None, size: int | None, clock: Stopwatch) -> Stepped:
        """Return that nothing is left to prune."""
        return Stepped(0, None)

    async def used_bytes(self) -> int:
        """Return 0."""
        return 0

    async def give_back(self, clock: Stopwatch) -> bool:
        """Return that there is no more to give back."""
        return False


class NoArchiving:
    """Steps that find nothing to archive."""

    async def begun(self) -> bool:
        """Return False."""
        return False

    async def next_day(
        self, place: PruneCursor, before: str, done: Collection[StreamDay], clock: Stopwatch
    ) -> FoundDay:
        """Find nothing."""
        return FoundDay(None, None)

    async def files(self, day: StreamDay) -> Sequence[ArchiveFile]:
        """Return none."""
        return []

    async def begin(self, day: StreamDay, name: str) -> ArchiveFile:
        """Note nothing."""
        return ArchiveFile(0, name, day.console, finished=False)

    async def forget(self, file: ArchiveFile) -> bool:
        """Forget nothing."""
        return True

    async def finish(self, file: ArchiveFile) -> None:
        """Note nothing."""

    async def page(self, day: StreamDay, place: PruneCursor) -> DayPage:
        """Return none."""
        return DayPage([], None)

    async def differing(self, day: StreamDay, documents: Sequence[tuple[str, str]]) -> int:
        """Count all: none is there."""
        return len(documents)

    async def take_out(
        self,
        day: StreamDay,
        file: ArchiveFile,
        documents: Sequence[tuple[str, str]],
        clock: Stopwatch,
        is_there: Callable[[], bool],
    ) -> TakenOut:
        """Remove nothing."""
        return TakenOut(len(documents))
