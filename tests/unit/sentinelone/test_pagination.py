from typing import Any

import pytest

from s1ecs.errors import BrokenWalk, ExpiredCursor, Refused, Unreadable
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.pagination import SetAside, pages

from .console import Console, cut_off, error, page, raw

PATH = "/cloud-detection/alerts"
SORT = {"sortBy": "alertInfoCreatedAt", "sortOrder": "asc"}
CUT = [cut_off()] * 3


async def walk(client: Client, read: list[Any], **options: Any) -> None:
    """Collect what a walk yields into `read`."""
    async for answer in pages(client, PATH, SORT, **{"limit": 4, **options}):
        read.extend(record.value for record in answer.records())


def asked(console: Console) -> list[tuple[str, str | None]]:
    """Page size and cursor of each request, repetitions of the client's own left out."""
    requests = [(request.params["limit"], request.params.get("cursor")) for request in console.seen]
    return [one for number, one in enumerate(requests) if number == 0 or requests[number - 1] != one]


@pytest.mark.parametrize(
    "last", [page(4), page(4, cursor=""), raw(b'{"data": [4]}'), raw(b'{"data": [4], "pagination": null}')]
)
async def test_walk(console: Console, client: Client, last: bytes) -> None:
    """A walk ends at a null, empty or absent cursor, goes on after an empty page, and keeps its sort."""
    console.script = [page(1, 2, cursor="a"), page(cursor="b"), page(3, cursor="c"), last]
    read: list[Any] = []
    await walk(client, read)
    assert read == [1, 2, 3, 4]
    assert asked(console) == [("4", None), ("4", "a"), ("4", "b"), ("4", "c")]
    assert all(request.params["sortBy"] == "alertInfoCreatedAt" for request in console.seen)


async def test_encoded_cursor(console: Console, client: Client) -> None:
    """A cursor that comes URL-encoded is sent encoded once, not twice."""
    console.script = [page(1, cursor="YWI%3D"), page(2)]
    await walk(client, [])
    assert "cursor=YWI%3D" in console.seen[1].target
    assert asked(console)[1] == ("4", "YWI=")


@pytest.mark.parametrize("start", [None, "a"])
async def test_repeated_cursor(console: Console, client: Client, start: str | None) -> None:
    """A cursor that comes again, at any distance, breaks the walk after what was read was handed out."""
    console.script = [page(1, cursor="b" if start else "a"), page(2, cursor="c"), page(3, cursor="a")]
    read: list[Any] = []
    with pytest.raises(BrokenWalk, match="default: GET /cloud-detection/alerts"):
        await walk(client, read, cursor=start)
    assert read == [1, 2, 3]


async def test_expired_cursor(console: Console, client: Client) -> None:
    """A 400 behind a cursor means that the cursor expired; a 400 on the first page that the request is bad."""
    console.script = [page(1, cursor="a"), error(400)]
    with pytest.raises(ExpiredCursor, match="expired"):
        await walk(client, [])
    console.script = [error(400)]
    with pytest.raises(Refused):
        await walk(client, [])


async def test_half_page_size(console: Console, client: Client) -> None:
    """A page that was cut off three times is asked with half the size, and the size grows again."""
    console.script = [page(0, cursor="a"), *CUT, *CUT, page(1, cursor="b"), page(2, cursor="c"), page(3)]
    read: list[Any] = []
    await walk(client, read)
    assert read == [0, 1, 2, 3]
    assert asked(console) == [("4", None), ("4", "a"), ("2", "a"), ("1", "a"), ("2", "b"), ("4", "c")]


async def test_unreadable_record_is_set_aside(console: Console, client: Client) -> None:
    """A single record that can't be read is skipped, told with its position, and the walk goes on."""
    console.script = [page(0, cursor="a"), *CUT, *CUT, *CUT, page(2, cursor="b"), page(3)]
    read: list[Any] = []
    aside: list[SetAside] = []
    await walk(client, read, set_aside=aside.append)
    assert read == [0, 2, 3]
    assert [(record.cursor, record.skip) for record in aside] == [("a", 0)]
    assert console.seen[-2].params["skip"] == "1"
    assert "skip" not in console.seen[-1].params


@pytest.mark.parametrize("then", [[error(400)], CUT * 3])
async def test_record_that_cannot_be_skipped(console: Console, client: Client, then: list[bytes | str]) -> None:
    """Where the console can't skip, the error names the position and nothing counts as set aside."""
    console.script = [page(0, cursor="a"), *CUT, *CUT, *CUT, *then]
    aside: list[SetAside] = []
    with pytest.raises(Unreadable, match="after cursor a"):
        await walk(client, [], set_aside=aside.append)
    assert not aside


async def test_nothing_is_skipped_unheard(console: Console, client: Client) -> None:
    """Without a listener no record is left out."""
    console.script = [*CUT, *CUT, *CUT]
    with pytest.raises(Unreadable, match="at the beginning of the list"):
        await walk(client, [])
