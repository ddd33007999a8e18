"""The files output `-`: every document to standard output, for a pipe before another program."""

import asyncio
import os
import select

from s1ecs.errors import OutputError, ReaderGone
from s1ecs.outputs.lines import Pack, lines
from s1ecs.outputs.output import Batch, Delivered

_GONE = "standard output: whoever read it went away; start s1ecs again together with its reader"


class StandardOutput:
    """Writes each batch whole before the next, waiting for a slow reader without blocking anything else.

    After a crash the last batch comes again, with the same ids.
    """

    name = "files -"

    def __init__(self, descriptor: int, pack: Pack) -> None:
        self._descriptor = descriptor
        self._pack = pack
        self._one_after_the_other = asyncio.Lock()
        self._cut = False

    async def open(self) -> None:
        """Nothing to make ready."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Hand a batch to the reader; raise ReaderGone when there is none any more."""
        data = memoryview(self._pack(lines(batch.documents)))
        async with self._one_after_the_other:
            if self._cut:
                raise OutputError("standard output: a batch was cut off in the middle; start s1ecs again")
            self._cut = True
            await self._write(data)
            self._cut = False
        return Delivered()

    async def check(self) -> None:
        """Nothing is ever due; that nobody reads any more is found out by the next batch."""

    async def close(self) -> None:
        """Leave standard output as it is: it belongs to the process."""

    async def _write(self, data: memoryview) -> None:
        # A pipe that takes anything takes this much without blocking. Making it non-blocking instead would change it
        # for everybody who shares it, a terminal's standard error among them.
        while data:
            if not select.select((), (self._descriptor,), (), 0)[1]:
                await self._writable()
            try:
                written = os.write(self._descriptor, data[: select.PIPE_BUF])
            except BrokenPipeError:
                raise ReaderGone(_GONE) from None
            except OSError as error:
                raise OutputError(f"standard output: can't be written ({error.strerror})") from None
            data = data[written:]

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        writable = asyncio.Event()
        loop.add_writer(self._descriptor, writable.set)
        try:
            await writable.wait()
        finally:
            loop.remove_writer(self._descriptor)
