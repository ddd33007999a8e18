"""A console for the tests: a real server on a real socket that gives scripted bytes, one script after the other."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

RESET = "reset"
SILENCE = "silence"
CLOSE = "close"
DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def params(self) -> dict[str, str]:
        """The query, decoded."""
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query).items()}


def raw(body: bytes, status: int = 200, length: int | None = None, **headers: str) -> bytes:
    """An HTTP answer; `length` larger than the body makes it a cut-off one."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def said(content: Any, status: int = 200, **headers: str) -> bytes:
    """An answer of JSON."""
    return raw(json.dumps(content).encode(), status, None, **headers)


def page(*records: Any, cursor: str | None = None) -> bytes:
    """A page of a list."""
    return said({"data": list(records), "pagination": {"nextCursor": cursor, "totalItems": 0}})


def error(status: int, code: int | None = None, title: str = "Trouble", **headers: str) -> bytes:
    """An error as the API words it."""
    return said({"errors": [{"code": code, "title": title, "detail": None}], "data": None}, status, **headers)


def cut_off() -> bytes:
    """A page that ends before its end."""
    return raw(b'{"data": [{"id"', length=5000)


@dataclass
class Console:
    """Gives the answers of `script` in turn and remembers what was asked."""

    url: str = ""
    script: list[bytes | str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until the script or the client ends it."""
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, target, _ = first.split(" ")
        self.seen.append(Seen(method, target, headers, body))
        answer = self.script.pop(0)
        if answer == RESET:
            writer.transport.abort()
            return False
        if answer == CLOSE:
            return False
        if isinstance(answer, str):
            await self.over.wait()
            return False
        writer.write(answer)
        await writer.drain()
        # What is not whole is ended by the server.
        return answer.endswith((b"}", b"\r\n\r\n")) or b"gzip" in answer.lower()
