"""The files output `-`: every document to standard output, for a pipe before another program."""

import asyncio
import os
import select

from s1ecs.errors import OutputError, ReaderGone
from s1ecs.escaping import escaped_json
from s1ecs.outputs.files.ndjson import Packer, as_line
from s1ecs.outputs.output import Batch, Capabilities, Delivered
from s1ecs.slices import in_slices
from s1ecs.state.output_marks import Mark

_GONE = "standard output: closed by the reader (broken pipe); restart s1ecs together with its reader"
_CUT = "standard output: a batch was truncated, so further output would be unreadable; restart s1ecs"


class StandardOutput:
    """Writes each batch whole before the next, waiting for a slow reader without blocking anything else.

    What was written and could not be committed is not written again when it comes again, as long as this process lives:
    of each feed the ids of the batch in hand are kept. After a crash, or where a batch was cut off, it comes again with
    the same ids. `whole`: a batch can't be read when its end is missing, nor can what follows it, as when it is
    compressed.
    """

    name = "files -"
    capabilities = Capabilities(acknowledged=True, command_output=True)

    def __init__(self, descriptor: int, pack: Packer, *, whole: bool = False) -> None:
        self._descriptor = descriptor
        self._pack = pack
        self._whole = whole
        self._one_after_the_other = asyncio.Lock()
        self._cut = False
        self._gone = False
        self._shown: dict[tuple[str, str, str], frozenset[str]] = {}

    async def open(self, _mark: Mark) -> None:
        """Prepare nothing."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Hand a batch to the reader; raise ReaderGone if it is closed."""
        feed = (batch.console, batch.namespace, batch.stream)
        shown = self._shown.get(feed, frozenset())
        documents = [(identity, document) for identity, document in batch.documents if identity not in shown]
        if documents:
            data = await in_slices(self._pack.in_slices(map(as_line, documents)))
            # Packed it is no text, and nobody reads it on a terminal.
            await self._show(data if self._whole or not os.isatty(self._descriptor) else _harmless(data))
        self._shown[feed] = frozenset(identity for identity, _ in batch.documents)
        return Delivered()

    def committed(self, console: str, namespace: str, stream: str) -> None:
        """Forget what was shown: if it comes again it is shown again."""
        self._shown.pop((console, namespace, stream), None)

    async def _show(self, data: bytes) -> None:
        async with self._one_after_the_other:
            if self._gone:
                raise ReaderGone(_GONE)
            if self._cut and self._whole:
                raise ReaderGone(_CUT)
            # Ends the line that was cut off, so that a reader by lines has the first of this batch by itself.
            await self._write((b"\n" if self._cut else b"") + data)
            self._cut = False

    async def check(self) -> None:
        """Do nothing: the next batch finds out whether anybody still reads."""

    async def close(self) -> None:
        """Leave standard output as it is: it belongs to the process."""

    async def _write(self, data: bytes) -> None:
        # A pipe that takes anything takes this much without blocking. Making it non-blocking instead would change it
        # for everybody who shares it, a terminal's standard error among them.
        done = 0
        while done < len(data):
            if not select.select((), (self._descriptor,), (), 0)[1]:
                await self._writable()
            try:
                done += os.write(self._descriptor, data[done : done + select.PIPE_BUF])
            except BrokenPipeError:
                self._gone = True
                raise ReaderGone(_GONE) from None
            except OSError as error:
                if self._cut and self._whole:
                    raise ReaderGone(f"{_CUT} ({error.strerror})") from None
                raise OutputError(f"standard output: cannot be written ({error.strerror}); make it writable") from None
            # An error, or the end of this task, may come before the rest.
            self._cut = self._whole or data[done - 1 : done] != b"\n"

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        writable = asyncio.Event()
        loop.add_writer(self._descriptor, writable.set)
        try:
            await writable.wait()
        finally:
            loop.remove_writer(self._descriptor)


def _harmless(data: bytes) -> bytes:
    """The same JSON without what would command a terminal."""
    return escaped_json(data.decode("utf-8", "replace")).encode()
