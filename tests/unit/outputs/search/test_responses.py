"""Answers of another shape than the documented one: none is taken for nothing, and none breaks what reads it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.outputs.search.admin_requests import check, find, good
from s1ecs.outputs.search.bulk import line
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.responses import creations, hits, is_success, items

from .fake_server import FakeServer

STRANGE = "^search: the response is not from a search server"
HEALTHY = {"timed_out": False, "_shards": {"failed": 0}}


LINES = [line(each, {"create": {"_id": each}}, {}, {}) for each in ("a", "b")]


def two_items(server: SearchServer, reply: Reply) -> Any:
    """Of a bulk request of two lines."""
    return items(server, reply, LINES)


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
TAKEN = {"create": {"_id": "a", "status": 201}}
OTHER = {"create": {"_id": "b", "status": 429}}
# None of these tells what became of any line.
TOLD: list[Any] = [
    None,
    {},
    [],
    [None],
    [{}],
    [{"create": None}],
    [{"create": {"_id": "a"}}],
    [{"create": {"_id": "a", "status": "201"}}],
    [{"create": {"status": 201}}],
    [{"create": {"_id": "c", "status": 201}}],
    [{"index": {"_id": "a", "status": 201}}],
    [TAKEN, TAKEN],
]
BULKS: list[Any] = [{}, *({"items": told} for told in TOLD)]


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
def test_odd_shapes(read: Callable[[SearchServer, Reply], Any], body: Mapping[str, Any]) -> None:
    """Whatever is missing or of another type stops the output with one line."""
    with pytest.raises(OutputError, match=STRANGE):
        read(FakeServer(), Reply(200, body))


@pytest.mark.parametrize(
    ("told", "statuses"),
    [
        ([TAKEN, OTHER], [201, 429]),
        ([OTHER, TAKEN], [201, 429]),
        ([TAKEN], [201, None]),
        ([OTHER], [None, 429]),
        ([TAKEN, TAKEN, OTHER], [None, 429]),
        ([{"create": {"_id": "c", "status": 400}}, OTHER, TAKEN], [201, 429]),
        ([TAKEN, {"create": {"_id": "b"}}], [201, None]),
    ],
)
def test_items_belong_to_lines_by_their_ids(told: list[Any], statuses: list[int | None]) -> None:
    """In whatever order items come, more of them or fewer: each is its own line's, and a line without one has none."""
    found = items(FakeServer(), Reply(200, {"items": told}), LINES)
    assert [None if each is None else each["status"] for each in found] == statuses


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
