"""Faults on the wire: what a connection does that no answer can do."""

import asyncio
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_EXTENSION = "standin.wire"
# Closing then drops what was not sent yet, and tells the other side with RST.
_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
_PIECE = 65536

_OK = b"HTTP/1.1 200 OK\r\n"
_JSON = b"Content-Type: application/json\r\n"
# How an answer begins, and what then comes again and again; a space more or less does not matter to JSON.
_TRICKLES = {
    "head": (_OK + _JSON + b"X-Trickle: ", b"a"),
    "interim": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "body": (_OK + _JSON + b'Transfer-Encoding: chunked\r\n\r\n9\r\n{"data":[\r\n', b"1\r\n \r\n"),
}

Headers = Sequence[tuple[bytes, bytes]]


class WireProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; the application finds the connection in its scope.

    `is_held` says that a fault keeps the client waiting.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.is_held = False
        application = self.app

        async def with_wire(scope: Any, receive: Any, send: Any) -> None:
            extensions = {**scope.get("extensions", {}), _EXTENSION: self}
            await application({**scope, "extensions": extensions}, receive, send)

        self.app = with_wire

    def shutdown(self) -> None:
        """End as uvicorn does, but end at once what a fault holds."""
        super().shutdown()
        if self.is_held:
            self.transport.close()


@dataclass(frozen=True)
class Wire:
    """The connection of a request."""

    protocol: WireProtocol
    receive: Receive
    send: Send

    @property
    def transport(self) -> asyncio.Transport:
        """Transport of the connection."""
        return self.protocol.transport

    async def reset(self) -> None:
        """Reset the connection, with RST."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
        self.transport.abort()
        await self._gone()

    async def silence(self, seconds: float | None) -> None:
        """Say nothing until the client goes; after `seconds`, if given, close the connection."""
        self.protocol.is_held = True
        try:
            await asyncio.wait_for(self._gone(), seconds)
        except TimeoutError:
            await self._close()

    async def trickle(self, part: str, seconds: float) -> None:
        """Send the beginning of an answer, then a byte of its part (or a whole answer of 1xx) at a time, for ever."""
        self.protocol.is_held = True
        beginning, again = _TRICKLES[part]
        pieces = chain([beginning], repeat(again))
        while not self.transport.is_closing():
            # Past the protocol, which would have the answer end.
            self.transport.write(next(pieces))
            await asyncio.sleep(seconds)
        await self._gone()

    async def cut(self, status: int, headers: Headers, body: bytes, *, share: float, chunked: bool) -> None:
        """Announce the whole answer, send a share of it, at most all but one byte, and close the connection."""
        length = [] if chunked else [(b"content-length", str(len(body)).encode())]
        await self._start(status, [*headers, *length])
        sent = body[: min(int(len(body) * share), max(0, len(body) - 1))]
        for start in range(0, len(sent), _PIECE):
            await self._more(sent[start : start + _PIECE])
        await self._close()

    async def slow(self, status: int, headers: Headers, body: bytes, *, size: int, seconds: float) -> None:
        """Send the answer in pieces of that size, with a pause between."""
        self.protocol.is_held = True
        await self._start(status, [*headers, (b"content-length", str(len(body)).encode())])
        for start in range(0, len(body), size):
            await self._more(body[start : start + size])
            await asyncio.sleep(seconds)
            if self.transport.is_closing():
                await self._gone()
                return
        self.protocol.is_held = False
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self, status: int, headers: Headers) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def _more(self, piece: bytes) -> None:
        await self.send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _close(self) -> None:
        # What was written is still sent; the end of the connection follows it.
        self.transport.close()
        await self._gone()

    async def _gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def find(scope: Scope, receive: Receive, send: Send) -> Wire:
    """Return the connection of a request; raise RuntimeError under a server that is not of WireProtocol."""
    protocol = scope.get("extensions", {}).get(_EXTENSION)
    if protocol is None:
        raise RuntimeError("faults on the wire need a server of WireProtocol")
    return Wire(protocol, receive, send)
