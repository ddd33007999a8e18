"""The page over a store of a test, as a person sees it who is logged in."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

from s1ecs.settings import Settings
from s1ecs.streams import STREAMS, stream_in
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.questions.reader import StoreReader
from tests.stored import open_store, put

CASES = Path(__file__).parents[3] / "cases"
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
EVERYTHING = PageUser("ada", {"*": Role.RESPONDER})


@dataclass(frozen=True)
class Case:
    """A document of a stream with its id, in one of the layouts."""

    stream: str
    id: str
    document: Mapping[str, Any]


def cases() -> Iterator[Case]:
    """Yield the documents of all cases in both layouts, and those of response actions."""
    for stream in STREAMS:
        for path in sorted((CASES / stream).glob("*.expected*.json")):
            layout = 2 if "layout-2" in path.name else 1
            for number, document in enumerate(json.loads(path.read_text(encoding="utf-8"))):
                yield Case(stream, f"{stream}+{layout}/{number}=", document)
    yield Case("response_action", "action/1=", action("1", "done"))


def action(identity: str, status: str, **more: Any) -> dict[str, Any]:
    """Make the document of a response action."""
    own = {"status": status, "state": "finished", "target": {"kind": "agent", "id": "a1", "name": "ws-042"}}
    return {
        "@timestamp": "2026-03-02T09:40:00.000Z",
        "event": {"kind": "event", "id": identity, "action": "isolate", "reason": "agreed by phone"},
        "host": {"name": "ws-042", "id": "225494730938493301"},
        "related": {"hosts": ["ws-042"]},
        "user": {"name": "ada"},
        "sentinel_one": {"response_action": {**own, **more}},
    }


def failures() -> Iterator[Case]:
    """Yield a document of a record that could not be mapped for each stream that a console has."""
    for stream in STREAMS:
        for layout in (1, 2):
            mapped = stream_in(stream, layout).mapper().unreadable("a brace is missing <b>here</b>")
            yield Case(stream, f"{stream}-failed-{layout}", mapped.document)


@dataclass
class Site:
    """A store, and requests to the page over it."""

    folder: Path
    connection: sqlite3.Connection
    reader: StoreReader
    user: PageUser = EVERYTHING

    @cached_property
    def app(self) -> FastAPI:
        """The application, for which the user is logged in."""
        app = make_app(WebContext(Settings.model_construct(), self.reader, lambda: NOW))

        async def logged_in(request: Request, following: Any) -> Any:
            request.state.user, request.state.csrf = self.user, "token"
            return await following(request)

        app.add_middleware(BaseHTTPMiddleware, dispatch=logged_in)
        return app

    def put(self, stream: str, identity: str, document: Mapping[str, Any], console: str = "default") -> None:
        """Store a document; of an inventory it is the latest state of a thing of its own."""
        if stream in {"agent", "application", "application_risk", "group"}:
            self.connection.execute(
                "INSERT OR REPLACE INTO things (console, stream, thing, id, round) VALUES (?, ?, ?, ?, 1)",
                (console, stream, identity, identity),
            )
        put(self.connection, stream, identity, document, console)

    async def get(self, path: str, **parameters: str) -> httpx2.Response:
        """Request a path of the page."""
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get(path, params=parameters or None)

    async def item(self, stream: str, identity: str, **parameters: str) -> httpx2.Response:
        """Request the page of an item."""
        return await self.get(f"{BY_STREAM[stream].path}/{quote(identity, safe='/')}", **parameters)

    async def json(self, stream: str, identity: str, **parameters: str) -> httpx2.Response:
        """Request an item as JSON."""
        return await self.get(f"/api/v1/{stream}/{quote(identity, safe='/')}", **parameters)


@contextmanager
def site_of(folder: Path, documents: Sequence[Case] = ()) -> Iterator[Site]:
    """Open a site over a new store with some documents."""
    with open_store(folder) as connection:
        reader = StoreReader(folder)
        site = Site(folder, connection, reader)
        connection.execute("BEGIN")
        for case in documents:
            site.put(case.stream, case.id, case.document)
        connection.execute("COMMIT")
        try:
            yield site
        finally:
            reader.close()
