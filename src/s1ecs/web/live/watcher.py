"""News of the store for all open pages: one look a second for all of them together, and none while nobody listens."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from s1ecs.errors import StateError
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained
from s1ecs.state.sqlite.replaced_file import OpenFiles
from s1ecs.web.live.mailbox import Mailbox
from s1ecs.web.questions.newcomers import came, data_version, newest_row

T = TypeVar("T")

_EVERY_SECONDS = 1.0

# (stream, console, number of documents)
Came = Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class NewDocuments:
    """The number of documents that came since a page was made, up to a row of the store."""

    count: int
    row: int

    @property
    def event_id(self) -> str:
        """Place from which a page goes on that lost its connection."""
        return f"{self.row}-{self.count}"


@dataclass(eq=False)
class PageListener:
    """An open page: the stream that it shows, the consoles that its user sees (None: all), and what it was told."""

    stream: str
    consoles: Sequence[str] | None
    mailbox: Mailbox[NewDocuments]
    told: NewDocuments = field(default_factory=lambda: NewDocuments(0, 0))

    def count(self, found: Came) -> int:
        """Return how many of the documents concern this page."""
        return sum(
            count
            for stream, console, count in found
            if stream == self.stream and (self.consoles is None or console in self.consoles)
        )

    def tell(self, found: Came, row: int) -> None:
        """Tell the page, if any document concerns it."""
        more = self.count(found)
        self.told = NewDocuments(self.told.count + more, row)
        if more:
            self.mailbox.put(self.told)


class StoreWatcher:
    """Watches the commits of a store, on a thread and a connection of its own, for as long as somebody listens."""

    def __init__(self, state_folder: Path, every: float = _EVERY_SECONDS) -> None:
        self._path = state_folder / FILE_NAME
        self._every = every
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._connection: Any = None
        self._files: OpenFiles | None = None
        self._version = -1
        self._row = 0
        self._listeners: set[PageListener] = set()
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        # For tests and for whoever wants to know what watching costs.
        self.looks = 0

    async def begin(self, listener: PageListener, after: int | None, counted: int = 0) -> None:
        """Tell a page at once how many documents came behind a row (None: behind the newest), and from then on.

        Raises StateError where the store can't be read.
        """
        async with self._looking:
            # Those who listen already hear of it; so nothing lies between their last news and this.
            await self._look_and_tell()
            found, row = await self._in_thread(partial(self._since, after))
            listener.told = NewDocuments(counted + listener.count(found), row)
            listener.mailbox.put(listener.told)
            self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def end(self, listener: PageListener) -> None:
        """Tell a page nothing more; without any page nothing is looked at."""
        self._listeners.discard(listener)

    async def close(self) -> None:
        """Stop watching."""
        self._listeners.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._in_thread(self._close)
        self._thread.shutdown()

    async def _watch(self) -> None:
        while self._listeners:
            await asyncio.sleep(self._every)
            async with self._looking:
                with suppress(StateError):
                    await self._look_and_tell()

    async def _look_and_tell(self) -> None:
        found, row = await self._in_thread(self._look)
        for each in self._listeners if found else ():
            each.tell(found, row)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _look(self) -> tuple[Came, int]:
        """Return what came since the last look, and the newest row."""
        self.looks += 1
        connection = self._opened()
        with explained(self._path):
            version = data_version(connection)
            if version == self._version:
                return (), self._row
            before, self._row = self._row, newest_row(connection)
            self._version = version
            # Rows get other numbers where the store was compacted: then nothing is new.
            is_new = self._row > before and bool(self._listeners)
            return (came(connection, before, self._row) if is_new else ()), self._row

    def _since(self, after: int | None) -> tuple[Came, int]:
        """Return what came behind a row up to the last look, and the row of the last look."""
        connection = self._opened()
        with explained(self._path):
            if after is None or after >= self._row:
                return (), self._row
            return came(connection, after, self._row), self._row

    def _opened(self) -> Any:
        if self._files is not None and self._files.replaced():
            self._close()
        if self._connection is None:
            self._files = OpenFiles.now(self._path)
            self._connection = connect_for_reading(self._path, any_thread=True)
            self._connection.isolation_level = None
            with explained(self._path):
                self._version = data_version(self._connection)
                self._row = newest_row(self._connection)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._files = None, None
