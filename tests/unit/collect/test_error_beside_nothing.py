"""An error beside nothing: the console failed with a status of success, so nothing was read and all stays."""

import asyncio
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import Outcome
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.collect.reconcile.reconcile import reconcile
from s1ecs.errors import Refused
from s1ecs.sentinelone.counts import list_total
from s1ecs.state.checkpoints import LIVE
from s1ecs.streams import STREAMS

from .conftest import FeedOf
from .lists import NOW
from .wired import Asked, WiredConsole, nodes, page, record, said, wired

pytestmark = pytest.mark.in_memory


SAYS = {"code": 5000010, "title": "Internal server error", "detail": "database is away"}
ITEMS = ("application", "threat_event")


def answered(asked: Asked, *records: Any, **more: Any) -> bytes:
    """A page with these records, as the API of the path has it."""
    return (nodes if asked.content else page)(*records, **more)


def is_of_an_item(asked: Asked) -> bool:
    """Whether the request is for the list of one item."""
    return asked.path.endswith(("/endpoints", "/explore/events"))


async def polled(feed: Feed) -> Outcome:
    """One poll; the live walk's outcome."""
    return (await poll(feed, asyncio.Event(), lambda *_: None))[0]


async def state(feed: Feed) -> tuple[Any, ...]:
    """The position, the round and the due time: what a poll that failed leaves alone."""
    checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    return checkpoint.position, checkpoint.next_due, (await feed.checkpoints.rounds(feed.walk(LIVE))).completed


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("behind", [None, "more"])
async def test_an_error_beside_an_empty_list_fails_the_poll(feed_of: FeedOf, name: str, behind: str | None) -> None:
    """Of every stream: the error is told, nothing is gone, nothing moves, and the next poll that can read goes on."""
    feed = feed_of(name)
    console = WiredConsole(lambda asked: answered(asked, record()))
    async with wired(feed, console) as feed:
        assert (await polled(feed)).error is None
        before = await state(feed)
        console.answers = lambda asked: answered(asked, cursor=behind, errors=[SAYS])
        outcome = await polled(feed)
        assert "Internal server error (5000010): database is away" in str(outcome.error)
        assert outcome.state == "failed"
        # A window that was begun is kept in the position, its start and its ends.
        kept = {key: value for key, value in (await state(feed))[0].items() if key != "window"}
        assert (kept, *(await state(feed))[1:]) == before
        console.answers = lambda asked: answered(asked, record(), record("2"))
        outcome = await polled(feed)
        assert (outcome.error, outcome.counts.delivered) == (None, 1)


@pytest.mark.parametrize("name", ITEMS)
async def test_an_error_beside_the_empty_list_of_an_item_fails_the_item(feed_of: FeedOf, name: str) -> None:
    """What an item has is not known to be nothing: it is kept among the failed ones, and comes once it can be read."""
    feed = feed_of(name)
    console = WiredConsole(
        lambda asked: answered(asked, errors=[SAYS]) if is_of_an_item(asked) else answered(asked, record())
    )
    async with wired(feed, console) as feed:
        outcome = await polled(feed)
        assert [failure.error.problem.code for failure in outcome.failed] == [5000010]
        assert outcome.misses
        console.answers = lambda asked: answered(asked, record())
        assert (await polled(feed)).counts.delivered == 1


async def test_an_error_in_the_middle_of_an_inventory_is_no_end(feed_of: FeedOf) -> None:
    """The walk stops before the page that failed and goes on with it; what is on it is not gone in between."""
    feed = feed_of("application_risk", page_size=1)
    whole = {None: page(record(), cursor="a"), "a": page(record("2"), cursor="b"), "b": page(record("3"))}
    console = WiredConsole(lambda asked: whole[asked.cursor])
    async with wired(feed, console) as feed:
        await polled(feed)
        completed = (await state(feed))[2]
        failing = {**whole, "a": page(errors=[SAYS])}
        console.answers = lambda asked: failing[asked.cursor]
        assert (await polled(feed)).error is not None
        assert (await state(feed))[2] == completed
        console.answers = lambda asked: whole[asked.cursor]
        console.asked.clear()
        assert (await polled(feed)).error is None
        assert [asked.cursor for asked in console.asked if asked.path != "/system/status"] == ["a", "b"]
        assert (await state(feed))[2] == completed + 1


@pytest.mark.parametrize("errors", [[{}], [{"code": None, "title": "", "detail": None}], None, {}, [], ""])
@pytest.mark.parametrize("name", ["application_risk", "unified_alert"])
async def test_an_error_that_says_nothing_is_none(feed_of: FeedOf, name: str, errors: Any) -> None:
    """A placeholder beside an empty list is no error: the list is empty."""
    console = WiredConsole(lambda asked: answered(asked, errors=errors))
    async with wired(feed_of(name), console) as feed:
        outcome = await polled(feed)
        assert (outcome.error, outcome.notes) == (None, ())


async def test_an_error_beside_records_is_a_note(feed_of: FeedOf) -> None:
    """What came is delivered, and the log says what the console said beside it."""
    console = WiredConsole(lambda asked: answered(asked, record(), errors=[SAYS]))
    async with wired(feed_of("application_risk"), console) as feed:
        outcome = await polled(feed)
        told = ("Internal server error (5000010): database is away",)
        assert (outcome.error, outcome.counts.delivered, outcome.notes) == (None, 1, told)


async def test_totals_and_reconcile_fail_with_it(feed_of: FeedOf) -> None:
    """A count that failed is no console that does not count, and a list that failed is nothing reconciled."""
    console = WiredConsole(lambda _asked: said({"data": [], "pagination": {"totalItems": 0}, "errors": [SAYS]}))
    async with wired(feed_of("application_risk"), console) as feed:
        with pytest.raises(Refused, match="Internal server error"):
            await list_total(feed.client, "/application-management/risks", {})
        console.answers = lambda asked: page() if "countOnly" in asked.params else said({"data": [], "errors": [SAYS]})
        [finding] = [each async for each in reconcile(feed, Period(NOW, NOW), asyncio.Event(), repairs=False)]
        assert "Internal server error" in str(finding.error)
        assert not finding.sound
