"""Operations that a page costs on its way from the console to the commit, counted."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.poll import poll
from s1ecs.ecs.redaction import Redaction, _Removal
from s1ecs.state.checkpoints import Checkpoints, Commit, WalkName
from s1ecs.state.memory.state import MemoryState
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState

from .conftest import RecordingOutput, ScriptedConsole, alert
from .wired import Asked, WiredConsole, page, wired

PAGES = 4
SIZE = 3
# A poll also saves the position at the end of the live walk, and that of the re-read.
_COMMITS_AT_THE_END = 2


def pages() -> list[list[dict[str, Any]] | Exception]:
    """Pages of new alerts."""
    return [
        [alert(f"{number} {place}", f"{number:02}:{place:02}") for place in range(SIZE)]
        for number in range(1, PAGES + 1)
    ]


@dataclass
class CountedCalls:
    """Counts calls by name, around what they call."""

    calls: Counter[str] = field(default_factory=Counter)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Give the call, counted."""

        def counted(*given: Any, **named: Any) -> Any:
            self.calls[name] += 1
            return call(*given, **named)

        return counted


@pytest.fixture
def counted() -> CountedCalls:
    """A counter at zero."""
    return CountedCalls()


async def collected(feed: Feed) -> int:
    """Poll once; the number of new documents."""
    [outcome] = await poll(feed, asyncio.Event(), lambda *_: None)
    assert outcome.error is None, outcome.error
    return outcome.counts.delivered


async def test_a_page_is_parsed_once(feed: Feed, counted: CountedCalls, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the wire to the output the text of a page is read by the JSON parser once, and no record of it again."""
    script = pages()

    def answer(asked: Asked) -> bytes:
        if asked.path != "/cloud-detection/alerts":
            return page()
        place = int(asked.cursor or 0)
        found = script[place]
        assert isinstance(found, list)
        return page(*found, cursor=str(place + 1) if place + 1 < PAGES else None)

    async with wired(feed, WiredConsole(answer)) as live:
        monkeypatch.setattr(orjson, "loads", counted.around("parsed", orjson.loads))
        assert await collected(live) == PAGES * SIZE
    # Positions and the console's own status are parsed, too: none of that grows with the pages.
    texts = counted.calls["parsed"] - PAGES
    assert 0 <= texts <= 2


async def test_a_page_is_one_question_and_one_commit(
    feed: Feed, console: ScriptedConsole, counted: CountedCalls, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page goes to the state's thread twice: to ask which ids are known, and to commit all that comes of it."""
    assert isinstance(feed.state, SqliteState)
    checkpoints = feed.state.checkpoints
    for name in ("known", "commit"):
        monkeypatch.setattr(checkpoints, name, counted.around(name, getattr(checkpoints, name)))
    monkeypatch.setattr(database, "run", counted.around("hops", database.run))
    console.script = pages()
    assert await collected(feed) == PAGES * SIZE
    assert counted.calls["known"] == PAGES
    assert counted.calls["commit"] == PAGES + _COMMITS_AT_THE_END
    beside = counted.calls["hops"] - 2 * PAGES
    counted.calls.clear()
    console.script = [*pages(), *pages()]
    await collected(feed)
    # What a poll does beside its pages, no re-read this time, does not grow with them.
    assert counted.calls["hops"] - 2 * 2 * PAGES <= beside


async def test_nothing_is_copied_to_redact_what_is_not_there(
    feed: Feed,
    console: ScriptedConsole,
    output: RecordingOutput,
    counted: CountedCalls,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where neither record nor document has a redacted field, nobody looks through the values or makes them anew."""
    redacts = replace(feed, redaction=Redaction(feed.stream.table, ("sentinel_one.group.registration_token",)))
    monkeypatch.setattr(Redaction, "strip", counted.around("stripped", Redaction.strip))
    monkeypatch.setattr(_Removal, "from_object", counted.around("looked through", _Removal.from_object))
    console.script = pages()
    assert await collected(redacts) == PAGES * SIZE == len(output.delivered)
    assert not counted.calls


async def test_what_is_known_is_not_mapped(
    feed: Feed, console: ScriptedConsole, counted: CountedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that come again are identified and no more, but for one that was under way when that turned out."""
    console.script = pages()
    assert await collected(feed) == PAGES * SIZE
    monkeypatch.setitem(vars(feed.mapper), "map_object", counted.around("mapped", feed.mapper.map_object))
    console.script = [*pages(), *pages()]
    assert await collected(feed) == 0
    assert not counted.calls


@dataclass
class HeldCheckpoints:
    """Checkpoints whose commits wait until they are let go."""

    inner: Checkpoints
    begun: asyncio.Queue[Commit] = field(default_factory=asyncio.Queue)
    go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def commit(self, walk: WalkName, commit: Commit) -> None:
        """Wait, then commit."""
        self.begun.put_nowait(commit)
        await self.go.acquire()
        await self.inner.commit(walk, commit)


@pytest.mark.in_memory
async def test_pages_are_fetched_and_mapped_while_one_is_committed(
    feed: Feed, console: ScriptedConsole, counted: CountedCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a page is being committed the next is mapped and the one behind it fetched, and none further."""
    assert isinstance(feed.state, MemoryState)
    held = HeldCheckpoints(feed.state.checkpoints)
    monkeypatch.setattr(feed.state, "checkpoints", held)
    monkeypatch.setitem(vars(feed.mapper), "map_object", counted.around("mapped", feed.mapper.map_object))
    console.script = [*pages(), *pages()]
    polling = asyncio.create_task(collected(feed))
    seen = []
    for _page in range(PAGES):
        await held.begun.get()
        for _turn in range(200):
            await asyncio.sleep(0)
        assert held.begun.empty()
        seen.append((len(console.asked), counted.calls["mapped"] // SIZE))
        held.go.release()
    # It is known from the second page on that all are new.
    assert seen == [(3, 1), (4, 3), (5, 4), (6, 5)]
    for _ in range(2 * PAGES + _COMMITS_AT_THE_END):
        held.go.release()
    assert await polling == PAGES * SIZE
