"""A console on a real socket whose answers are a function of the request, and feeds that poll it by a real client."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from s1ecs.collect.feed import Feed
from s1ecs.sentinelone.client import BASE_PATH, Client
from s1ecs.sentinelone.exchange import Tracer, untraced
from s1ecs.sentinelone.rate_limits import Rate, RateLimits
from s1ecs.sentinelone.transport import Connection

from .lists import NOW

TIME = "2026-01-02T11:00:00.000000Z"


@dataclass(frozen=True)
class Asked:
    """A request: path below the base path, query, and what its body says."""

    path: str
    params: dict[str, str]
    content: Any

    @property
    def cursor(self) -> str | None:
        """The cursor that it goes on from."""
        after: str | None = self.content["variables"].get("after") if self.content else self.params.get("cursor")
        return after


Answering = Callable[[Asked], bytes]


def http(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer of these bytes; the server closes the connection behind it."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def said(content: Any, *headers: bytes) -> bytes:
    """An answer of JSON."""
    return http(json.dumps(content).encode(), *headers)


def page(*records: Any, cursor: Any = None, **more: Any) -> bytes:
    """A page of a list."""
    return said({"data": list(records), "pagination": {"nextCursor": cursor, "totalItems": 0}, **more})


def nodes(*records: Any, cursor: Any = None, **more: Any) -> bytes:
    """A page of a GraphQL list."""
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    edges = [{"node": record} for record in records]
    return said({"data": {"alerts": {"edges": edges, "pageInfo": info}}, **more})


def record(identity: str = "1", time: str = TIME) -> dict[str, Any]:
    """A record that every stream takes for one of its own."""
    times = {"createdAt": time, "updatedAt": time}
    return {
        "id": identity,
        "cveId": f"CVE-{identity}",
        "applicationName": f"app {identity}",
        "applicationVendor": "v",
        "detectedAt": time,
        **times,
        "threatInfo": {"threatId": identity, **times},
        "alertInfo": {"alertId": identity, **times},
    }


@dataclass
class WiredConsole:
    """Answers each request by `answers`, and remembers what was asked; `/system/status` is answered with no more."""

    answers: Answering = lambda _asked: page()
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            address = urlsplit(first.split(" ")[1])
            params = {key: values[0] for key, values in parse_qs(address.query).items()}
            asked = Asked(address.path.removeprefix(BASE_PATH), params, json.loads(body) if body else None)
            self.asked.append(asked)
            writer.write(said({"data": {}}) if asked.path == "/system/status" else self.answers(asked))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @property
    def paths(self) -> list[str]:
        """What was asked for, but for the time."""
        return [each.path for each in self.asked if each.path != "/system/status"]


@asynccontextmanager
async def wired(feed: Feed, console: WiredConsole, tracer: Tracer = untraced, **options: Any) -> AsyncIterator[Feed]:
    """The feed with a real client of the console, which is served meanwhile."""

    async def token() -> str:
        return "a-token-for-tests"

    server = await asyncio.start_server(console.serve, "127.0.0.1", 0, limit=1 << 20)
    console.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    connection = Connection("default", console.url, token, **{"attempts": 1, **options})
    rates = RateLimits((), Rate("", 10_000, 10_000), longest_pause=0)
    try:
        async with Client(connection, clock=lambda: NOW, rates=rates, tracer=tracer) as client:
            yield replace(feed, client=client)
    finally:
        server.close()
