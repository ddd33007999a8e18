"""The page over a store that a test fills, asked in this process; access is a user whom the test chooses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.testclient import TestClient

from s1ecs.settings.load import load
from s1ecs.streams import STREAMS
from s1ecs.web.access.page_user import PageUser, Role
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.questions.reader import StoreReader

NOW = datetime(2026, 1, 31, 12, 30, 15, 250_000, tzinfo=UTC)
ADA = PageUser("ada", {"*": Role.RESPONDER})

Ask = Callable[..., TestClient]


@contextmanager
def app_over(folder: Path, user: PageUser = ADA, now: datetime = NOW) -> Iterator[FastAPI]:
    """Make the page over a state folder for a user who is logged in."""
    environment = {"S1ECS_URL": "http://127.0.0.1:1", "S1ECS_TOKEN": "a-token", "S1ECS_STATE_DIR": str(folder)}
    settings = load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=folder)
    store = StoreReader(folder)
    app = make_app(WebContext(settings, store, lambda: now))

    @app.middleware("http")
    async def log_in(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.user = user
        request.state.csrf = "a-csrf-token"
        return await call_next(request)

    try:
        yield app
    finally:
        store.close()


@contextmanager
def page_over(folder: Path, user: PageUser = ADA, now: datetime = NOW) -> Iterator[TestClient]:
    """Make a client of the page over a state folder for a user who is logged in."""
    with app_over(folder, user, now) as app:
        yield TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Ask]:
    """Open the page over the test's own folder, for a user if one is given."""
    opened = []

    def ask(user: PageUser = ADA) -> TestClient:
        context = page_over(tmp_path, user)
        opened.append(context)
        return context.__enter__()

    yield ask
    for context in opened:
        context.__exit__(None, None, None)
