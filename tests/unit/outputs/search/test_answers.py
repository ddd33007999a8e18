"""Answers of another shape than the documented one: none is taken for nothing, and none breaks what reads it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.search.answers import creations, hits, is_success, items
from s1ecs.outputs.search.asking import check, find, good
from s1ecs.outputs.search.server import Reply, Server

from .fake_server import FakeServer

STRANGE = "^search: the answer is none of a search server"
HEALTHY = {"timed_out": False, "_shards": {"failed": 0}}


def two_items(server: Server, reply: Reply) -> Any:
    """Of a bulk request of two lines."""
    return items(server, reply, 2)


ABOUT_INDICES: list[Any] = [None, 1, {}, {"settings": {}}, {"settings": {"index": None}}]
DATES = ["soon", "9" * 30]
HITS: list[Any] = [None, [], {}, {"total": 0}, {"total": {"value": "x"}}]
FOUND: list[Any] = [[None], [{}], 5]
SEARCHES: list[Any] = [
    {},
    {"hits": {}},
    {"hits": {"total": {"value": 0}}},
    HEALTHY,
    {"timed_out": False, "_shards": {}, "hits": {"total": {"value": 0}}},
    *({**HEALTHY, "hits": inner} for inner in HITS),
    *({**HEALTHY, "hits": {"total": {"value": 1}, "hits": found}} for found in FOUND),
]
TAKEN = {"create": {"status": 201}}
TOLD: list[Any] = [None, {}, [], [TAKEN], [TAKEN] * 3]
SECONDS: list[Any] = [
    None,
    {},
    {"create": None},
    {"create": {}},
    {"create": {"status": "201"}},
    TAKEN | {"index": TAKEN},
]
BULKS: list[Any] = [
    {},
    *({"items": told} for told in TOLD),
    *({"items": [TAKEN, second]} for second in SECONDS),
]


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (creations, {}),
        (creations, {"status": "ok"}),
        *((creations, {"a": about}) for about in ABOUT_INDICES),
        *((creations, {"a": {"settings": {"index": {"creation_date": date}}}}) for date in DATES),
        *((hits, body) for body in SEARCHES),
        *((two_items, body) for body in BULKS),
    ],
)
def test_odd_shapes(read: Callable[[Server, Reply], Any], body: Mapping[str, Any]) -> None:
    """Whatever is missing or of another type stops the output with one line."""
    with pytest.raises(OutputError, match=STRANGE):
        read(FakeServer(), Reply(200, body))


def test_what_was_not_searched() -> None:
    """A search that left out a shard, or ran out of time, found nothing out."""
    body = {"timed_out": False, "_shards": {"failed": 0}, "hits": {"total": {"value": 1}, "hits": [{"_id": "a"}]}}
    assert hits(FakeServer(), Reply(200, body)) == (["a"], 1)
    assert hits(FakeServer(), Reply(200, body | {"timed_out": True})) is None
    assert hits(FakeServer(), Reply(200, body | {"_shards": {"failed": 1}})) is None


@pytest.mark.parametrize("status", [200, 404])
async def test_what_is_no_json(status: int) -> None:
    """A page of a proxy says neither that something is there nor that it is not."""
    answer = Reply(status, is_json=False)

    class Page(FakeServer):
        """A web server with one page for all."""

        async def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Reply:
            """The page."""
            return answer

    with pytest.raises(OutputError, match=STRANGE):
        is_success(Page(), answer, "x")
    for question in (find(Page(), "/x"), check(Page())):
        with pytest.raises(OutputError, match="search server"):
            await question
    with pytest.raises(OutputError, match="search server"):
        good(Page(), "GET", "/x", answer)


@pytest.mark.parametrize(
    ("health", "asked", "passes"),
    [
        (Reply(503, is_json=False), 5, False),
        (Reply(502, {"message": "no upstream"}), 5, False),
        (Reply(503, {"error": {"type": "master_not_discovered_exception"}}), 1, True),
        (Reply(200, {"status": "red"}), 1, True),
    ],
)
async def test_trouble_of_whom(health: Reply, asked: int, *, passes: bool) -> None:
    """A server in trouble says so itself and is waited for; a gateway without one behind it ends the check."""
    waits: list[int] = []
    seen: list[str] = []

    class Ill(FakeServer):
        """Answers each question about its health so."""

        async def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Reply:
            """The same each time."""
            seen.append(f"{method} {path}")
            return health

    async def wait(tries: int) -> None:
        waits.append(tries)

    if passes:
        await check(Ill(), wait)
    else:
        with pytest.raises(OutputError, match=STRANGE):
            await check(Ill(), wait)
    assert len(seen) == asked == len(waits) + 1
