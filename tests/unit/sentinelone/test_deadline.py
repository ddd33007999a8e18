"""The deadline of a whole answer: one that comes a byte at a time holds nobody for good."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from s1ecs.errors import OutcomeUnknown, TooSlow, Unreachable
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.downloads import ConsoleFile, opened
from s1ecs.sentinelone.pagination import SetAside, pages
from s1ecs.sentinelone.rate_limits import Rate, RateLimits
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.sentinelone.transport import Connection

from .conftest import TOKEN, holding
from .console import Console, page

PATH = "/threats"
OK = b"HTTP/1.1 200 OK\r\n"
# How an answer begins, and what then comes again and again, sooner than any time-out between two bytes.
TRICKLES = {
    "status line": (b"HTTP/1.1 200 ", b"a"),
    "headers": (OK + b"X-Slow: ", b"a"),
    "many headers": (OK, b"X-Slow: a\r\n"),
    "1xx": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "body": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": (OK + b'Transfer-Encoding: chunked\r\n\r\nc\r\n{"data": []}\r\n0\r\n', b"X-Slow: a\r\n"),
}
QUICK: dict[str, Any] = {"connect_timeout": 0.5, "read_timeout": 1, "answer_timeout": 1.5}


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    """The address of a server; what still answers at the end is ended."""
    answering: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(served(reader, writer))
        answering.add(task)
        task.add_done_callback(lambda _: writer.close())

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        # The connections close at the loop's next turns.
        await a_moment()


@asynccontextmanager
async def trickling(beginning: bytes, again: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The address of a server whose answers never end, and the first line of each request."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(beginning)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()
            await a_moment()

    async with serving(serve) as address:
        yield address, seen


async def a_moment(seconds: float = 0.05) -> None:
    """Wait, though nobody else here does: the waits of the client are only written down."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


def whole_list(client: Client) -> Awaitable[object]:
    """A walk through a list."""

    async def walk() -> list[ConsoleResponse]:
        return [each async for each in pages(client, PATH, {}, limit=8)]

    return walk()


WAYS: Mapping[str, Callable[[Client], Awaitable[object]]] = {
    "get": lambda client: client.get(PATH),
    "post": lambda client: client.post(PATH, {}, repeatable=True),
    "graphql": lambda client: client.graphql(PATH, "query {}", {}),
    "pages": whole_list,
}


async def test_an_answer_that_trickles_is_given_up(client_for: Callable[..., Any]) -> None:
    """Any part may trickle, of any kind of request: it is given up once, with the time in the text, and not retried."""

    async def given_up(client: Client, way: str) -> None:
        with pytest.raises(TooSlow, match=r"default: .* the response was not complete within 1\.5 s: check the"):
            await WAYS[way](client)

    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(trickling(*each)) for each in TRICKLES.values()]
        clients = [await client_for(address, **QUICK) for address, _ in servers]
        await asyncio.gather(*(given_up(client, way) for client in clients for way in WAYS))
        assert [len(seen) for _, seen in servers] == [len(WAYS)] * len(TRICKLES)


@pytest.mark.parametrize("part", ["headers", "body"])
async def test_an_action_whose_answer_trickles_may_have_been_carried_out(
    client_for: Callable[..., Any], part: str
) -> None:
    """A request that acts is sent once, and its outcome is unknown."""
    async with trickling(*TRICKLES[part]) as (address, seen):
        client: Client = await client_for(address, **QUICK)
        with pytest.raises(OutcomeUnknown, match="may have been carried out"):
            await client.act("POST", "/agents/actions/disconnect", {})
        assert len(seen) == 1


async def test_the_time_of_a_console_is_not_waited_for(client_for: Callable[..., Any]) -> None:
    """The small answer that tells the time has no longer than it may take to begin, whatever a page may take."""
    async with trickling(*TRICKLES["headers"]) as (address, seen):
        client: Client = await client_for(address, connect_timeout=0.5, read_timeout=1, answer_timeout=3600)
        await asyncio.wait_for(client.learn_time(), 120)
        assert len(seen) == 1


async def test_a_status_that_came_counts(client_for: Callable[..., Any]) -> None:
    """Of an error whose explanation trickles the status is known, and says more than the time that went by."""
    beginning = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n"
    async with trickling(beginning, b" ") as (address, _):
        client: Client = await client_for(address, **QUICK)
        with pytest.raises(Exception, match="403 Forbidden"):
            await client.get(PATH)


@pytest.mark.parametrize("part", ["headers", "1xx"])
async def test_a_file_whose_headers_trickle_is_given_up(part: str) -> None:
    """A download has the same time until its body begins; how slow that may come is a matter of its own."""
    async with trickling(*TRICKLES[part]) as (address, _):
        connection = Connection("default", address, holding(TOKEN), **QUICK)
        with pytest.raises(TooSlow, match=r"was not complete within 1\.5 s"):
            async with opened(connection, ConsoleFile("/agents/1/uploads/2")):
                pass


async def test_a_proxy_that_trickles_is_given_up(client_for: Callable[..., Any]) -> None:
    """The answer of a proxy to CONNECT is part of the same time."""
    async with trickling(b"HTTP/1.1 200 ", b"a") as (address, seen):
        client: Client = await client_for("https://console.invalid", proxy=address, **QUICK)
        with pytest.raises(TooSlow):
            await client.get(PATH)
        assert seen[0].startswith(b"CONNECT console.invalid:443")


async def test_a_tls_handshake_that_trickles_is_given_up(client_for: Callable[..., Any]) -> None:
    """The handshake is part of the time for a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x16\x03\x03\x40\x00")
        while not writer.is_closing():
            writer.write(b"\x02")
            await writer.drain()
            await a_moment()

    async with serving(serve) as address:
        client: Client = await client_for(address.replace("http:", "https:"), attempts=1, **QUICK)
        with pytest.raises(Unreachable, match=r"no connection to 127\.0\.0\.1 within 0\.5 s"):
            await client.get(PATH)


async def test_the_deadline_leaves_an_answer_the_time_to_begin(
    console: Console, client_for: Callable[..., Any]
) -> None:
    """A greater `read_timeout` alone is enough for a console that is slow to begin."""
    client: Client = await client_for(console.url, connect_timeout=10, read_timeout=30, answer_timeout=0.001)
    console.script = [page({"id": "1"})]
    assert len((await client.get(PATH)).records()) == 1


async def test_waiting_for_our_own_turn_is_no_time_of_the_answer(console: Console) -> None:
    """Neither the rate limit nor a busy connection takes from the time for an answer."""
    connection = Connection("default", console.url, holding(TOKEN), **QUICK)
    # Each waits its turn of a fifth of a second, eight of them far longer than an answer may take.
    rates = RateLimits((), Rate("", 5, 1))
    console.script = [page()] * 8
    async with Client(connection, rates=rates, connections=1) as client:
        answers = await asyncio.gather(*(client.get(PATH) for _ in range(8)))
    assert len(answers) == 8


async def test_a_busy_connection_is_no_time_of_the_answer(client_for: Callable[..., Any]) -> None:
    """Requests that wait for the one connection are answered, though each takes half of the time that one may take."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await a_moment(0.5)
            writer.write(page())

    async with serving(serve) as address:
        client: Client = await client_for(address, connections=1, connect_timeout=10, read_timeout=2, answer_timeout=2)
        answers = await asyncio.gather(*(client.get(PATH) for _ in range(6)))
    assert len(answers) == 6


async def test_a_slow_line_gets_smaller_pages(client_for: Callable[..., Any]) -> None:
    """A page that comes steadily but not in time is requested in halves; a single record is never left out for that."""
    sizes: list[int] = []
    record = 16_000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        sizes.append(int(line.partition("limit=")[2].partition("&")[0]))
        body = json.dumps({"data": ["x" * record] * sizes[-1]}).encode()
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 2000):
            writer.write(body[start : start + 2000])
            await writer.drain()
            await a_moment()

    async with serving(serve) as address:
        client: Client = await client_for(address, connect_timeout=0.5, read_timeout=0.5, answer_timeout=1)
        read = [answer async for answer in pages(client, PATH, {}, limit=4)]
        assert sizes[0] == 4
        assert sizes == sorted(sizes, reverse=True)
        assert len(read[0].records()) == sizes[-1] < 4
        unread: list[SetAside] = []
        record = 100_000
        client = await client_for(address, connect_timeout=0.5, read_timeout=0.5, answer_timeout=1)
        with pytest.raises(TooSlow, match="slow"):
            _ = [each async for each in pages(client, PATH, {}, limit=2, set_aside=unread.append)]
        assert not unread
