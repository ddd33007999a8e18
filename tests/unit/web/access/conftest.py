"""The page with its access, a clock that tests move, and routes that note what was done."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from fastapi import APIRouter, Request
from starlette.testclient import TestClient

from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS
from s1ecs.web.access.page_access import PageAccess, open_access
from s1ecs.web.access.page_user import Role
from s1ecs.web.access.passwords import hash_password
from s1ecs.web.access.roles import user_of
from s1ecs.web.access.user_file import UserEntry, changing_users
from s1ecs.web.access.web_rules import web_rules
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.questions.reader import StoreReader

ORIGIN = "http://127.0.0.1:8787"
PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)
SERVICE_TOKEN = "0123456789abcdef0123456789abcdef"


class Page:
    """An application over a store that is not there yet."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.time = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.folder = folder
        self.done: list[str] = []
        numbers = count(1)
        self.settings: Settings = load(
            file=None,
            environment={"S1ECS_STATE_DIR": str(folder)}
            | {f"S1ECS_{name.upper()}": settings[name] for name in settings},
            flags={},
            streams=list(STREAMS),
            working_folder=folder,
        )
        self.access: PageAccess = open_access(
            web_rules(self.settings),
            owner="grace",
            port=8787,
            now=lambda: self.time,
            random=lambda: f"random-text-number-{next(numbers)}",
        )
        self.context = WebContext(self.settings, StoreReader(folder), lambda: self.time)
        self.app = make_app(self.context, [self._routes()], self.access)

    def _routes(self) -> APIRouter:
        router = APIRouter()

        @router.post("/actions/isolate")
        async def isolate(request: Request) -> str:
            async with request.form() as form:
                self.done.append(f"{user_of(request).name} {form['host']}")
            return "done"

        @router.get("/respond/new")
        async def plan() -> str:
            return "plan"

        @router.get("/broken")
        async def broken() -> str:
            raise RuntimeError("the secret reason")

        return router

    def client(self, origin: str = ORIGIN) -> TestClient:
        """A browser, without login."""
        return TestClient(self.app, origin, raise_server_exceptions=False, client=("127.0.0.1", 50_000))

    def logged_in(self, origin: str = ORIGIN) -> TestClient:
        """A browser in a session of the login link's user, who may act everywhere."""
        client = self.client(origin)
        self.access.link._open = True
        assert client.get("/login", params={"token": self.access.link.token}).status_code == 200
        return client

    def add(self, name: str, **roles: Role) -> None:
        """Add a user to the file; `all_` means every console."""
        told = {"*" if console == "all_" else console: role for console, role in roles.items()}
        with changing_users(self.access.rules.users, self.folder) as users:
            users[name] = UserEntry(name, HASH, told)

    def log_in(self, name: str, password: str = PASSWORD, origin: str = ORIGIN) -> TestClient:
        """A browser in a session of a user of the file."""
        client = self.client(origin)
        assert client.post("/login", data={"name": name, "password": password}).status_code == 200
        return client

    def csrf(self) -> str:
        """Token of the forms of the session that was used last."""
        return next(reversed(self.access.sessions._sessions.values())).csrf

    def pass_time(self, **time: float) -> None:
        """Move the clock on."""
        self.time += timedelta(**time)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The page with default settings and a token of services."""
    made = Page(tmp_path, web_token=SERVICE_TOKEN)
    yield made
    made.context.store.close()
    made.access.passwords.close()


@pytest.fixture
def prefixed(tmp_path: Path) -> Iterator[Page]:
    """The page below a prefix."""
    made = Page(tmp_path, web_root="/soc/s1ecs")
    yield made
    made.context.store.close()
    made.access.passwords.close()
