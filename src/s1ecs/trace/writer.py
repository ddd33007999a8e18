"""Writing the trace: one line for every request, made and written where it holds up nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from s1ecs.open_files import at_limit
from s1ecs.records import readable
from s1ecs.sentinelone.exchange import Exchange, Tracer
from s1ecs.streams.stream import Stream
from s1ecs.trace.masking import without_secrets
from s1ecs.trace.redaction import LeftOut, Redacted
from s1ecs.trace.rotating_file import TraceFile

# Does something that blocks, on the thread for it or at once.
Aside = Callable[[Callable[[], None]], Awaitable[None]]

_TELLING = frozenset(
    {"content-encoding", "content-length", "content-type", "date", "location", "retry-after", "server", "via"}
)
_TELLING_BEGINNINGS = ("x-ratelimit", "x-request", "x-rqid", "ratelimit")

# A page of this much, as JSON, is written; a larger body is left out.
_LARGEST_BODY = 8_000_000


class Trace:
    """An open trace. `aside` does what blocks, `now` gives the time, `warn` is told once if the trace must end."""

    def __init__(self, file: TraceFile, aside: Aside, now: Callable[[], datetime], warn: Callable[[str], None]) -> None:
        self._file = file
        self._aside = aside
        self._now = now
        self._warn = warn
        self._ended = False

    def of(self, console: str, streams: Iterable[Stream], redact: Sequence[str], secrets: Sequence[str]) -> Tracer:
        """Trace the requests to one console, without the fields `redact` of its records and without these secrets."""
        redacted = Redacted(streams, redact)
        known = set(secrets)

        async def trace(exchange: Exchange) -> None:
            if self._ended:
                return
            # A token that was renewed is no less secret.
            known.update(exchange.secrets)
            await self._aside(partial(self._write, console, redacted, exchange, tuple(known)))

        return trace

    def _write(self, console: str, redacted: Redacted, exchange: Exchange, secrets: Sequence[str]) -> None:
        if self._ended:
            return
        try:
            self._file.write(line_of(console, redacted, exchange, secrets, self._now()))
        except OSError as error:
            self._end(f"{self._file.path} can't be written ({at_limit(error) or error.strerror})")
        except Exception as error:  # noqa: BLE001 - a mistake in the trace must not cost a document
            self._end(f"{type(error).__name__}, a mistake in s1ecs; report it with this line")

    def _end(self, why: str) -> None:
        self._ended = True
        self._file.close()
        self._warn(f"the trace stops here: {why}; everything else continues")


@asynccontextmanager
async def open_trace(
    path: Path, aside: Aside, now: Callable[[], datetime], warn: Callable[[str], None]
) -> AsyncIterator[Trace]:
    """Open the trace at `path`; raise UsageError where that can't be."""
    file = TraceFile(path)
    await aside(file.open)
    try:
        yield Trace(file, aside, now, warn)
    finally:
        await aside(file.close)


async def at_once(work: Callable[[], None]) -> None:
    """Do it here and now, where nothing else waits."""
    work()


def line_of(console: str, redacted: Redacted, exchange: Exchange, secrets: Sequence[str], now: datetime) -> bytes:
    """The line of an exchange: compact JSON, without any secret, with a line break."""
    line: dict[str, Any] = {
        "time": now.isoformat(timespec="milliseconds"),
        "console": console,
        "method": exchange.method,
        "path": redacted.path(exchange.path),
        "query": redacted.query(exchange.path, exchange.params),
        "attempt": exchange.attempt,
        "status": exchange.status,
        "seconds": round(exchange.seconds, 3),
    }
    if exchange.error:
        line["error"] = exchange.error
    line["headers"] = {name.lower(): text for name, text in exchange.headers.items() if _telling(name.lower())}
    if exchange.content is not None:
        line |= _shown("request", redacted, exchange.path, exchange.content)
    if exchange.status:
        line |= _shown("body", redacted, exchange.path, exchange.body)
    return without_secrets(readable(line).decode("utf-8", "replace"), secrets).encode() + b"\n"


def _telling(name: str) -> bool:
    return name in _TELLING or name.startswith(_TELLING_BEGINNINGS)


def _shown(name: str, redacted: Redacted, path: str, body: bytes) -> dict[str, Any]:
    if len(body) > _LARGEST_BODY:
        return {f"{name}_left_out": f"{len(body)} bytes, too large"}
    try:
        return {name: redacted.body(path, body)}
    except LeftOut as reason:
        return {f"{name}_left_out": str(reason)}
