"""Server-sent events: of the watcher, of open streams, and as a page receives them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import Depends, FastAPI, Request

from s1ecs.web.access.page_user import EVERY_CONSOLE, PageUser, Role
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.live.live_parts import LiveParts
from s1ecs.web.live.live_routes import live_routes
from s1ecs.web.live.mailbox import Mailbox
from s1ecs.web.live.open_streams import OpenStreams
from s1ecs.web.live.watcher import NewDocuments, PageListener, StoreWatcher
from s1ecs.web.questions.reader import StoreReader
from tests.event_stream import received
from tests.stored import open_store, put

EVERYTHING, ONE_CONSOLE = PageUser("ada", {EVERY_CONSOLE: Role.VIEWER}), PageUser("eve", {"here": Role.VIEWER})
LONG = 60.0


def store(folder: Path, stream: str, *ids: str, console: str = "here") -> None:
    """Commit documents."""
    with open_store(folder) as connection:
        for each in ids:
            put(connection, stream, each, {"@timestamp": "2026-01-31T12:00:00Z"}, console)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(LONG):
        while not holds():  # noqa: ASYNC110 - what changes it knows nothing of this test
            await asyncio.sleep(0.01)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveParts]:
    """Live parts over a store with one alert, which look often."""
    store(tmp_path, "alert", "first")
    parts = LiveParts(tmp_path)
    await parts.watcher.close()
    parts.watcher = StoreWatcher(tmp_path, every=0.01)
    yield parts
    await parts.close()


async def test_only_the_newest_waits() -> None:
    """A page that reads slowly gets the last value alone; a closed mailbox ends its waiting at once."""
    mailbox: Mailbox[int] = Mailbox()
    for number in range(1000):
        mailbox.put(number)
    assert await mailbox.take(LONG) == 999
    assert await mailbox.take(0) is None
    waiting = asyncio.create_task(mailbox.take(LONG))
    await asyncio.sleep(0)
    mailbox.close()
    assert await waiting is None


async def test_new_documents_are_counted(tmp_path: Path, live: LiveParts) -> None:
    """A page hears of its own stream and of consoles that its user sees, and of nothing else."""
    all_of_it, of_here = PageListener("alert", None, Mailbox()), PageListener("alert", ["here"], Mailbox())
    for each in (all_of_it, of_here):
        await live.watcher.begin(each, None)
        assert await each.mailbox.take(LONG) == NewDocuments(0, 1)
    store(tmp_path, "threat", "a")
    store(tmp_path, "alert", "b", "c")
    store(tmp_path, "alert", "d", console="elsewhere")
    await until(lambda: [each.told.count for each in (all_of_it, of_here)] == [3, 2])
    last = await all_of_it.mailbox.take(LONG)
    assert last is not None
    assert last.count == 3


async def test_a_page_that_is_older(tmp_path: Path, live: LiveParts) -> None:
    """A page that was made at an earlier row is told at once what came since, and one that reconnects what it knew."""
    store(tmp_path, "alert", "b", "c")
    listener = PageListener("alert", None, Mailbox())
    await live.watcher.begin(listener, 1, 7)
    assert await listener.mailbox.take(LONG) == NewDocuments(9, 3)


async def test_nothing_is_looked_at_without_pages(live: LiveParts) -> None:
    """However many pages are open one look serves them all, and without any there is none."""
    listeners = [PageListener("alert", None, Mailbox()) for _ in range(200)]
    for each in listeners:
        await live.watcher.begin(each, None)
    task = live.watcher._task
    assert task is not None
    for each in listeners:
        live.watcher.end(each)
    await asyncio.wait_for(task, LONG)
    looks = live.watcher.looks
    await asyncio.sleep(0.05)
    assert live.watcher.looks == looks


async def test_a_store_that_is_replaced(tmp_path: Path, live: LiveParts) -> None:
    """A page goes on with the file that lies there after a backup was restored."""
    listener = PageListener("alert", None, Mailbox())
    await live.watcher.begin(listener, None)
    other = tmp_path / "other"
    store(other, "alert", "x", "y")
    (other / "s1ecs.db").replace(tmp_path / "s1ecs.db")
    looks = live.watcher.looks
    await until(lambda: live.watcher.looks >= looks + 3)
    store(tmp_path, "alert", "z")
    await until(lambda: listener.told.count == 1)


def test_places_are_counted_by_user() -> None:
    """A user with too many streams is told so, others are not; a place that was left is free again."""
    streams, mailboxes = OpenStreams(most_of_a_user=2, most=3), [Mailbox[Any]() for _ in range(3)]
    streams.enter("ada", mailboxes[0])
    streams.enter("ada", mailboxes[1])
    assert "2 live pages" in streams.refusal("ada")
    assert streams.refusal("eve") == ""
    streams.enter("eve", mailboxes[2])
    assert "3 live pages" in streams.refusal("bob")
    streams.leave("ada", mailboxes[0])
    assert streams.refusal("ada") == ""


def test_a_stream_ends_for_its_page_to_connect_again() -> None:
    """No stream outlives its longest time, so that who was logged out hears nothing for long."""
    now = 0.0
    streams = OpenStreams(longest=300, seconds=lambda: now)
    assert not streams.is_over(Mailbox(), 0)
    now = 300.0
    assert streams.is_over(Mailbox(), 0)


def app_of(folder: Path, live: LiveParts, user: PageUser, lasts: Callable[[], bool] = lambda: True) -> FastAPI:
    """Make the app for one user, whose session `lasts`."""

    def log_in(request: Request) -> None:
        request.state.user, request.state.lasts = user, lasts

    context = WebContext(cast("Any", None), StoreReader(folder), lambda: datetime(2026, 1, 31, tzinfo=UTC))
    app = make_app(context)
    app.include_router(live_routes(context, live), dependencies=[Depends(log_in)])
    return app


async def test_a_page_receives_news_and_ends(tmp_path: Path, live: LiveParts) -> None:
    """News arrive as events with a place to go on from; all streams end at once when the server is told to stop."""
    app = app_of(tmp_path, live, ONE_CONSOLE)
    async with received(app, "/live/new", "stream=alert&after=0") as stream:
        assert await stream.event() == ("new", "1-1", {"count": 1})
        store(tmp_path, "alert", "hidden", console="elsewhere")
        store(tmp_path, "alert", "second")
        assert await stream.event() == ("new", "3-2", {"count": 2})
        live.stop()
        assert await stream.event() == ("", "", None)
    async with received(app, "/live/new", "stream=alert") as stream:
        assert await stream.event() == ("", "", None)
        assert stream.status == 429


async def test_a_stream_ends_with_its_session(tmp_path: Path, live: LiveParts) -> None:
    """Who is logged out hears nothing more: the stream ends when it looks next."""
    ended = asyncio.Event()
    live.streams = OpenStreams(heartbeat=0.01)
    app = app_of(tmp_path, live, EVERYTHING, lambda: not ended.is_set())
    async with received(app, "/live/new", "stream=alert&after=0") as stream:
        assert (await stream.event())[0] == "new"
        ended.set()
        assert await asyncio.wait_for(stream.event(), LONG) == ("", "", None)


async def test_a_page_connects_again(tmp_path: Path, live: LiveParts) -> None:
    """By the id of the last event a page goes on counting where it was."""
    store(tmp_path, "alert", "second", "third")
    app = app_of(tmp_path, live, EVERYTHING)
    async with received(app, "/live/new", "stream=alert&after=0", last_event_id="2-12") as stream:
        assert await stream.event() == ("new", "3-13", {"count": 13})


async def test_a_page_that_goes_away_frees_its_place(tmp_path: Path, live: LiveParts) -> None:
    """A browser that closes the page leaves nothing behind."""
    live.streams = OpenStreams(most_of_a_user=1)
    app = app_of(tmp_path, live, EVERYTHING)
    for _ in range(3):
        async with received(app, "/live/new", "stream=alert") as stream:
            assert (await stream.event())[0] == "new"
            assert live.streams.refusal("ada") != ""
        assert live.streams.refusal("ada") == ""
    assert live.watcher._listeners == set()


@pytest.mark.parametrize("query", ["", "stream=no-such", "stream=alert&after=x", "stream=alert&after=-1"])
async def test_a_stream_that_is_not_understood(tmp_path: Path, live: LiveParts, query: str) -> None:
    """A stream that there is not, and a row that is none, are told with 400."""
    async with received(app_of(tmp_path, live, EVERYTHING), "/live/new", query) as stream:
        await stream.event()
        assert stream.status == 400


async def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    """Without a store a page is told so, once."""
    live = LiveParts(tmp_path / "nothing")
    async with received(app_of(tmp_path, live, EVERYTHING), "/live/new", "stream=alert") as stream:
        assert (await stream.event())[0] == "unavailable"
        assert await stream.event() == ("", "", None)
    await live.close()
