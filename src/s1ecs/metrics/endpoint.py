"""An HTTP endpoint for one page, on the event loop: GET /metrics, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from s1ecs.errors import SettingsError

PATH = "/metrics"

_SECONDS = 10.0
_LONGEST_HEAD = 16_384

# From the header Accept to content type and text.
Render = Callable[[str], tuple[str, bytes]]


@asynccontextmanager
async def endpoint(host: str, port: int, render: Render) -> AsyncIterator[str]:
    """Show what `render` gives while the context lasts; give the address. Raise SettingsError if it can't be had."""
    open_connections: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_connections.add(writer)
        try:
            with suppress(TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_SECONDS):
                    writer.write(_answer(await reader.readuntil(b"\r\n\r\n"), render))
                    await writer.drain()
        finally:
            open_connections.discard(writer)
            writer.close()

    try:
        server = await asyncio.start_server(serve, host, port, limit=_LONGEST_HEAD)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            f"metrics can't be shown at {host} port {port} ({reason}): change 'metrics_port' or 'metrics_host'"
        ) from None
    shown = server.sockets[0].getsockname()[1]
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{shown}{PATH}"
    finally:
        server.close()
        for writer in list(open_connections):
            writer.close()


def _answer(head: bytes, render: Render) -> bytes:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if path != PATH:
        return _response(HTTPStatus.NOT_FOUND, "text/plain", f"only {PATH} is here\n".encode())
    if method not in ("GET", "HEAD"):
        return _response(HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b"GET or HEAD\n")
    accept = [value.strip() for name, _, value in (line.partition(":") for line in lines) if name.lower() == "accept"]
    content_type, body = render(", ".join(accept))
    response = _response(HTTPStatus.OK, content_type, body)
    return response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else response


def _response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
