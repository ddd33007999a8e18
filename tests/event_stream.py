"""Server-sent events of an application in this process, as a browser receives them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson
from fastapi import FastAPI

# Seconds; far more than anything takes.
LONG = 60.0


class Received:
    """A stream as a browser receives it: its status, and events one by one."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.status = 0

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take what the server sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self.messages.put(message)

    async def event(self) -> tuple[str, str, Any]:
        """Return name, id and data of the next event; "" for the end of the stream."""
        async with asyncio.timeout(LONG):
            while True:
                message = await self.messages.get()
                if message["type"] != "http.response.body":
                    continue
                if not message.get("more_body"):
                    return "", "", None
                fields = dict(line.split(": ", 1) for line in message["body"].decode().splitlines() if ": " in line)
                if "event" in fields:
                    return fields["event"], fields.get("id", ""), orjson.loads(fields["data"])


@asynccontextmanager
async def received(app: FastAPI, path: str, query: str, **headers: str) -> AsyncIterator[Received]:
    """A stream of the app, as long as the context lasts."""
    stream, asked = Received(), False

    async def receive() -> Mapping[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await stream.gone.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "server": ("page", 80),
        "scheme": "http",
    }
    task = asyncio.create_task(cast("Any", app(scope, cast("Any", receive), cast("Any", stream.send))))
    try:
        yield stream
    finally:
        stream.gone.set()
        await asyncio.wait_for(task, LONG)
