"""Several nodes of one server: turns, fail-over, rest after failures, and the way back."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from s1ecs.errors import ServerSilent
from s1ecs.outputs.search.client import node
from s1ecs.outputs.search.client.http_server import HttpServer
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.node import Node

from .authority import answering

REFUSING = "http://127.0.0.1:1"


def failing(status: int) -> bytes:
    """A response with this status."""
    return f"HTTP/1.1 {status} told\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}".encode()


class Cluster:
    """A server by these addresses, with a clock that stands still until it is set."""

    def __init__(self, *addresses: str) -> None:
        self.now = 0.0
        settings = SearchSettings("opensearch", "search", addresses)
        context = ssl.create_default_context()
        self._server = HttpServer(settings, [Node(each, settings, context, lambda: self.now) for each in addresses])

    async def asked(self, times: int) -> list[tuple[str, int]]:
        """Send so many requests; return which node responded with what."""
        found = [await self._server.request("POST", "/_bulk", b"{}") for _ in range(times)]
        return [(each.node, each.status) for each in found]

    async def close(self) -> None:
        """Close all connections."""
        await self._server.close()


@asynccontextmanager
async def cluster(*addresses: str) -> AsyncIterator[Cluster]:
    """A cluster that is closed in the end."""
    made = Cluster(*addresses)
    try:
        yield made
    finally:
        await made.close()


async def test_nodes_take_turns() -> None:
    """Requests go to one node after another, also those that are under way together."""
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(answering()) for _ in range(3)]
        made = await stack.enter_async_context(cluster(*[address for address, _ in nodes]))
        await asyncio.gather(*[made.asked(2) for _ in range(3)])
        assert [len(heads) for _, heads in nodes] == [2, 2, 2]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_failed_node_rests_and_returns(status: int) -> None:
    """A node that can't serve rests for a second, for two after the next failure; the others do its work meanwhile."""
    async with (
        answering(answer=failing(status)) as (bad, _),
        answering() as (good, _),
        cluster(bad, good) as made,
    ):
        assert await made.asked(4) == [(bad, status), (good, 200), (good, 200), (good, 200)]
        made.now = 1.0
        assert (bad, status) in await made.asked(2)
        made.now = 2.9
        assert await made.asked(2) == [(good, 200)] * 2
        made.now = 3.0
        assert (bad, status) in await made.asked(2)


async def test_other_errors_are_no_reason_to_rest() -> None:
    """A node that refuses a request, or is busy (429), keeps its turns."""
    async with answering(answer=failing(429)) as (busy, _), answering() as (good, _), cluster(busy, good) as made:
        assert [each for each, _ in await made.asked(4)] == [busy, good, busy, good]


async def test_recovered_node_gets_its_turns() -> None:
    """A node that refused connections serves again once it listens and its rest is over."""
    async with answering() as (address, _):
        port = int(address.rpartition(":")[2])
    async with answering() as (good, _), cluster(address, good) as made:
        assert await made.asked(3) == [(good, 200)] * 3
        async with answering(port=port):
            assert await made.asked(2) == [(good, 200)] * 2
            made.now = 1.0
            assert sorted(await made.asked(2)) == sorted([(good, 200), (address, 200)])


async def test_all_nodes_at_rest_are_tried() -> None:
    """Where no node works each is tried once, and named once."""
    async with cluster(REFUSING, "http://search.invalid:9200") as made:
        for _ in range(2):
            with pytest.raises(ServerSilent, match=r"127.0.0.1:1 refused.*; host name not found: search.invalid"):
                await made.asked(1)


async def test_what_may_have_arrived_goes_to_no_other_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that a node may have received, broken off or without a response in time, is not sent to the next."""
    arrived: list[bytes] = []
    answer = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.readuntil(b"{}"))
        if len(arrived) > 1:
            await answer.wait()
        writer.close()

    async with (
        await asyncio.start_server(serve, "127.0.0.1", 0) as listening,
        answering() as (other, heads),
    ):
        address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with cluster(address, other) as made:
            with pytest.raises(ServerSilent, match="broke before the response was complete"):
                await made.asked(1)
        monkeypatch.setattr(node, "_RESPONSE_SECONDS", 1.0)
        async with cluster(address, other) as made:
            with pytest.raises(ServerSilent, match="did not respond in time"):
                await made.asked(1)
        answer.set()
    assert arrived
    assert heads == []


async def test_handshake_without_end_counts_as_unconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that accepts and says nothing is given up in time, and the next node is tried: nothing was sent."""
    monkeypatch.setattr(node, "CONNECT_SECONDS", 0.5)
    end = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await end.wait()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        address = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with cluster(address, REFUSING) as made:
            with pytest.raises(
                ServerSilent, match=r"connecting to 127.0.0.1:\d+ timed out: .*; connection to .* refused"
            ):
                await made.asked(1)
        end.set()
