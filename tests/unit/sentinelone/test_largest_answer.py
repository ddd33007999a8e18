import asyncio
import contextlib
import gzip
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from s1ecs.errors import TooLarge
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.pagination import SetAside, pages

from .console import Console, error, page, raw

PATH = "/cloud-detection/alerts"
LARGEST = 100_000
RECORD = {"text": "x" * 40_000}


@pytest.fixture
async def bounded(console: Console, client_for: Callable[..., Any]) -> Client:
    """A client that reads answers of a hundred thousand bytes at most."""
    made: Client = await client_for(console.url, max_answer=LARGEST)
    return made


async def walk(client: Client, read: list[Any], unread: list[SetAside] | None = None) -> None:
    """Collect what a walk of four records a page yields into `read`."""
    set_aside = None if unread is None else unread.append
    async for answer in pages(client, PATH, {}, limit=4, set_aside=set_aside):
        read.extend(record.value for record in answer.records())


@pytest.mark.parametrize("packed", [False, True])
async def test_too_large_a_page_is_asked_for_in_halves(console: Console, bounded: Client, *, packed: bool) -> None:
    """A page beyond the limit, packed or not, comes with half its records, at once and without another try."""
    large = page(*[RECORD] * 4, cursor="never")
    if packed:
        large = raw(gzip.compress(large.partition(b"\r\n\r\n")[2]), Content_Encoding="gzip")
    console.script = [large, page(RECORD, RECORD, cursor="a"), page(RECORD)]
    read: list[Any] = []
    await walk(bounded, read)
    assert len(read) == 3
    assert [request.params["limit"] for request in console.seen] == ["4", "2", "4"]


async def test_too_large_a_record_is_set_aside(console: Console, bounded: Client) -> None:
    """A single record beyond the limit is left out with its position and the setting to change, the walk goes on."""
    large = page({"text": "x" * LARGEST}, cursor="b")
    console.script = [page(1, cursor="a"), large, large, large, page(2)]
    read: list[Any] = []
    unread: list[SetAside] = []
    await walk(bounded, read, unread)
    assert read == [1, 2]
    [record] = unread
    assert (record.cursor, record.skip) == ("a", 0)
    assert "larger than 0.1 MB" in str(record.reason)
    assert "'max_answer'" in str(record.reason)


async def test_what_is_packed_is_not_unpacked_whole(console: Console, bounded: Client) -> None:
    """Of fifty megabytes that come packed into some kilobytes, memory never holds five."""
    packed = gzip.compress(b'{"data": ["' + b"x" * 50_000_000 + b'"]}')
    console.script = [raw(packed, Content_Encoding="gzip")]
    tracemalloc.start()
    with pytest.raises(TooLarge, match="larger than"):
        await bounded.get(PATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("head", ["Content-Length: 1000000000", "Connection: close"], ids=["announced", "endless"])
async def test_reading_ends_at_the_limit(client_for: Callable[..., Any], head: str) -> None:
    """An answer without an end is given up at the limit: the console gets rid of no more than sockets hold."""
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while sent < 1_000_000_000:
                writer.write(b"x" * 65_536)
                await writer.drain()
                sent += 65_536
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        client = await client_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", max_answer=LARGEST)
        with pytest.raises(TooLarge, match="larger than"):
            await client.get(PATH)
    assert sent < 20_000_000


async def test_too_long_an_explanation(console: Console, bounded: Client) -> None:
    """An error whose page is beyond the limit is still the error that its status says."""
    console.script = [error(403, title="x" * LARGEST)]
    with pytest.raises(Exception, match="403 Forbidden"):
        await bounded.get(PATH)
