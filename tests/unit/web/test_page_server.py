"""The page as a server: parts that live as long, the thread beside a collector, and the end of both."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from s1ecs.errors import SettingsError
from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS
from s1ecs.web.context import WebContext
from s1ecs.web.serving.page_server import served_page
from s1ecs.web.serving.page_thread import page_beside


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a state folder that is empty, a free port, and a token of services."""
    environment = {
        "S1ECS_STATE_DIR": str(tmp_path),
        "S1ECS_WEB_PORT": "0",
        "S1ECS_WEB_TOKEN": "0123456789abcdef",
    }
    return load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=tmp_path)


class Streaming:
    """A part with a stream that goes on until it is told to stop."""

    def __init__(self, context: WebContext) -> None:
        self.ended = asyncio.Event()
        self.told: list[str] = []
        self.app: FastAPI | None = None
        self.context = context

    @property
    def routers(self) -> Sequence[APIRouter]:
        """The route of the stream."""
        router = APIRouter()

        async def pieces() -> AsyncIterator[str]:
            yield "first "
            await self.ended.wait()
            yield "last"
            self.told.append("streamed")

        @router.get("/api/v1/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(pieces())

        return [router]

    def install(self, app: FastAPI) -> None:
        """Keep the application."""
        self.app = app

    def stop(self) -> None:
        """End the stream."""
        self.told.append("stop")
        self.ended.set()

    async def close(self) -> None:
        """Note it."""
        self.told.append("close")


async def test_parts_are_stopped_before_the_server_and_closed_after_it(settings: Settings) -> None:
    """An open stream ends by the part's own word, whole, and only then the part is closed."""
    made: list[Streaming] = []

    def make(context: WebContext) -> Streaming:
        made.append(Streaming(context))
        return made[0]

    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": "Bearer 0123456789abcdef"}) as client:
        async with served_page(settings, makers=[make]) as link:
            address = link.partition("/login")[0]
            request = client.build_request("GET", f"{address}/api/v1/stream")
            response = await client.send(request, stream=True)
            pieces = response.aiter_text()
            assert await anext(pieces) == "first "
            assert made[0].app is not None
        assert "".join([piece async for piece in pieces]) == "last"
        await response.aclose()
    assert made[0].told == ["stop", "streamed", "close"]


class LoopBound(Collector):
    """Metrics that may only be read on the event loop they belong to."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Fail elsewhere."""
        assert asyncio.get_running_loop() is self.loop
        yield GaugeMetricFamily("s1ecs_of_the_loop", "A metric.", value=7)


async def test_page_beside_a_collector(settings: Settings) -> None:
    """The page on its thread answers while the loop here is at work, and shows metrics that belong to this loop."""
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": "Bearer 0123456789abcdef"}) as client:
        async with page_beside(settings, [LoopBound()]) as link:
            address = link.partition("/login")[0]
            assert "s1ecs_of_the_loop 7.0" in (await client.get(f"{address}/metrics")).text
            # The loop is blocked meanwhile.
            assert httpx2.get(f"{address}/healthz", trust_env=False).text == "ok\n"
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"{address}/healthz")


async def test_a_page_that_cannot_be_served(settings: Settings) -> None:
    """What keeps the page from being served is raised where it was to be."""
    async with page_beside(settings) as link:
        port = int(link.partition("/login")[0].rpartition(":")[2])
        with pytest.raises(SettingsError, match=f"port {port} .*in use.*change web_port"):
            async with page_beside(settings.model_copy(update={"web_port": port})):
                pass
