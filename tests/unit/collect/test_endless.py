"""Lists without end and answers that are none: few requests, one clear line, and nothing that is there is gone."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.collect.reconcile.reconcile import reconcile
from s1ecs.errors import BrokenWalk, Unreadable
from s1ecs.state.checkpoints import LIVE
from s1ecs.streams import STREAMS

from .conftest import FeedOf
from .lists import NOW
from .wired import Asked, WiredConsole, http, nodes, page, record, wired

pytestmark = pytest.mark.in_memory


ITEMS = ("application", "threat_event")
# So many pages tell: a first one, and five that bring the same again.
PAGES = 6
LOGIN = http(b"<!DOCTYPE html><title>Log in</title><form action=/sso>Please sign in</form>", b"Content-Type: text/html")


def is_of_an_item(asked: Asked) -> bool:
    """Whether the request is for the list of one item."""
    return asked.path.endswith(("/endpoints", "/explore/events"))


def endless(*records: object) -> Callable[[Asked], bytes]:
    """The same page behind every cursor, and a fresh cursor behind it."""
    fresh = itertools.count()
    return lambda asked: (nodes if asked.content else page)(*records, cursor=f"fresh-{next(fresh)}")


async def polled(feed: Feed) -> Outcome:
    """One poll; the live walk's outcome."""
    async with asyncio.timeout(120):
        return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


@pytest.mark.parametrize("name", STREAMS)
async def test_the_same_records_behind_fresh_cursors_end_the_walk(feed_of: FeedOf, name: str) -> None:
    """Of every stream: after a few pages the walk is broken and says so; what came is delivered, nothing is gone."""
    console = WiredConsole(lambda asked: (nodes if asked.content else page)(record()))
    async with wired(feed_of(name), console) as feed:
        await polled(feed)
        completed = (await feed.checkpoints.rounds(feed.walk(LIVE))).completed
        same = endless(record(), record("2"))
        console.answers = lambda asked: page(record(), record("2")) if is_of_an_item(asked) else same(asked)
        console.asked.clear()
        outcome = await polled(feed)
        assert isinstance(outcome.error, BrokenWalk)
        assert "5 pages in a row returned the same records again" in str(outcome.error)
        assert outcome.counts.delivered == 1
        assert len([asked for asked in console.asked if asked.path == feed.ask.path]) == PAGES
        assert (await feed.checkpoints.rounds(feed.walk(LIVE))).completed == completed


@pytest.mark.parametrize("name", ["application_risk", "unified_alert", "activity"])
async def test_empty_pages_behind_fresh_cursors_end_the_walk(feed_of: FeedOf, name: str) -> None:
    """A list that goes on without a record ends after twenty pages."""
    console = WiredConsole(endless())
    async with wired(feed_of(name), console) as feed:
        outcome = await polled(feed)
        assert "20 pages in a row were empty" in str(outcome.error)
        assert len(console.paths) == 20


@pytest.mark.parametrize("name", ITEMS)
async def test_an_item_without_end_is_a_failed_item(feed_of: FeedOf, name: str) -> None:
    """The list of one item costs the others nothing."""
    same = endless(record())
    whole = page(record("1"), record("2"))

    def answers(asked: Asked) -> bytes:
        if not is_of_an_item(asked):
            return whole
        of_first = "app 1" in asked.params.values() or "/threats/1/" in asked.path
        return same(asked) if of_first else page(record("3"))

    console = WiredConsole(answers)
    async with wired(feed_of(name), console) as feed:
        outcome = await polled(feed)
        assert [type(failure.error) for failure in outcome.failed] == [BrokenWalk]
        assert outcome.error is None
        assert outcome.counts.delivered >= 2


async def test_a_reconcile_ends_too(feed_of: FeedOf) -> None:
    """It reads the same lists by the same walks."""
    console = WiredConsole(endless(record()))
    async with wired(feed_of("application_risk"), console) as feed:
        [finding] = [each async for each in reconcile(feed, Period(NOW, NOW), asyncio.Event(), repairs=False)]
        assert isinstance(finding.error, BrokenWalk)
        assert len(console.paths) <= PAGES + 1


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (LOGIN, "a login page (single sign-on) or a proxy page"),
        (http(b""), "a gateway or proxy in front of the console dropped the response"),
        (http(b" \r\n"), "the response is empty"),
        (http(b"upstream connect error"), "the response is text, not JSON"),
        (http(b"[]"), "the response is JSON, but not an object"),
        (http(b"null"), "the response is JSON, but not an object"),
        (http(b"{}", b"Content-Encoding: gzip"), "the response could not be decompressed"),
    ],
)
@pytest.mark.parametrize("name", ["activity", "application_risk", "unified_alert"])
async def test_what_is_no_answer_costs_three_tries(
    feed_of: FeedOf, monkeypatch: pytest.MonkeyPatch, answer: bytes, cause: str, name: str
) -> None:
    """No smaller page would be one either: three requests a poll, and one line with the likely cause."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _seconds: sleep(0))
    console = WiredConsole(lambda _asked: answer)
    async with wired(feed_of(name), console, attempts=5) as feed:
        outcome = await polled(feed)
        assert isinstance(outcome.error, Unreadable)
        assert cause in str(outcome.error)
        assert "single record" not in str(outcome.error)
        assert len(console.paths) == 3
        assert not outcome.unread


@pytest.mark.parametrize("name", ITEMS)
async def test_an_item_that_is_no_answer_is_no_record_left_out(feed_of: FeedOf, name: str) -> None:
    """A login page in place of an item's list fails the item; it passes for none of its records."""
    console = WiredConsole(lambda asked: LOGIN if is_of_an_item(asked) else page(record()))
    async with wired(feed_of(name), console) as feed:
        outcome = await polled(feed)
        assert [type(failure.error) for failure in outcome.failed] == [Unreadable]
        assert not outcome.unread
        assert len(console.paths) == 2
