"""The page's part that acts, served in this process for some people, against a stand-in console."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi import Request, Response

from s1ecs.respond.session import Surroundings
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.web.acting_parts import acting_parts
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.questions.reader import StoreReader

from .patience import PATIENCE
from .responding import TOKEN

RESPONDER, VIEWER = {"*": Role.RESPONDER}, {"*": Role.VIEWER}
PEOPLE = {"ada": RESPONDER, "bob": RESPONDER, "eve": VIEWER, "far": {"elsewhere": Role.RESPONDER}}


class ActingPage:
    """The page of one server; `by` is who sends the next requests."""

    def __init__(self, folder: Path, url: str, *, acts: bool = True) -> None:
        environment = {
            "S1ECS_STATE_DIR": str(folder),
            "S1ECS_URL": url,
            "S1ECS_TOKEN": "a-token-for-tests",
            "S1ECS_CLOCK_TOLERANCE": "36500d",
            "S1ECS_ATTEMPTS": "2",
            **({"S1ECS_ACTION_TOKEN": TOKEN} if acts else {}),
        }
        self.settings = load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=folder)
        self.context = WebContext(self.settings, StoreReader(folder), lambda: datetime.now(UTC))
        self.parts = acting_parts(self.context, around=lambda: Surroundings(poll=0.05))
        self.desk = self.parts.desk
        self.app = make_app(self.context, self.parts.routers)
        self.parts.install(self.app)
        self.by = "ada"

        @self.app.middleware("http")
        async def access(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
            request.state.user = PageUser(self.by, PEOPLE[self.by])
            request.state.csrf = "a-csrf-token"
            return await go_on(request)

        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url="http://page")

    async def get(self, path: str, status: int = 200) -> str:
        """Return a page, which has this status."""
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, path: str, status: int = 303, **fields: Any) -> httpx2.Response:
        """Send a form; its answer has this status."""
        answer = await self.client.post(path, data={"csrf": "a-csrf-token", **fields})
        assert answer.status_code == status, answer.text
        return answer

    async def plan(self, action: str, *targets: str, stream: str = "agent", **fields: Any) -> str:
        """Plan an action; return the page of the plan."""
        chosen = [f"default/{target}" for target in targets]
        answer = await self.post("/respond/plan", 200, action=action, stream=stream, target=chosen, **fields)
        return answer.text

    async def do(self, planned: str, confirmation: str = "", **fields: Any) -> str:
        """Confirm a plan by its page; return the path that it leads to."""
        answer = await self.post("/respond/do", plan=key_of(planned), confirmation=confirmation, **fields)
        return str(answer.headers["location"])

    async def ended(self, path: str) -> str:
        """Wait until the action, or all of a batch, has ended; return its page."""
        return await self.until(path, lambda page: "data-live-open" not in page)

    async def until(self, path: str, holds: Callable[[str], bool]) -> str:
        """Wait until a page is as wanted; return it."""
        until, page = time.monotonic() + PATIENCE, await self.get(path)
        while not holds(page):
            assert time.monotonic() < until, page
            await asyncio.sleep(0.05)
            page = await self.get(path)
        return page

    async def close(self) -> None:
        """End it as a server does that is told to stop."""
        await self.parts.close()
        await self.client.aclose()
        self.context.store.close()


@asynccontextmanager
async def acting_page(folder: Path, url: str, *, acts: bool = True) -> AsyncIterator[ActingPage]:
    """A page as long as the context lasts."""
    page = ActingPage(folder, url, acts=acts)
    try:
        yield page
    finally:
        await page.close()


def key_of(planned: str) -> str:
    """Return the key of the plan that a page shows."""
    [key] = re.findall(r'name="plan" value="([^"]+)"', planned)
    return str(key)


def status_of(page: str) -> str:
    """Return the status of the action that a page shows."""
    [status] = re.findall(r'data-testid="action-status">([^<]*)<', page)
    return str(status)
