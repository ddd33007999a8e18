"""The page beside a collector: on a thread with an event loop of its own, so that neither waits for the other."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from s1ecs.settings import Settings
from s1ecs.web.serving.page_server import served_page

_SECONDS_TO_END = 3.0
_SECONDS_FOR_METRICS = 5.0


class _Started(NamedTuple):
    link: str
    end: Callable[[], object]


@asynccontextmanager
async def page_beside(settings: Settings, metrics: Sequence[Collector] = ()) -> AsyncIterator[str]:
    """Serve the page while the context lasts; yield its address with the login link. Raise SettingsError.

    `metrics` are read on the event loop of this context, to which they belong.
    """
    loop = asyncio.get_running_loop()
    collectors = [_OfLoop(each, loop) for each in metrics]
    started: Future[_Started] = Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(settings, collectors, started)), name="page", daemon=True
    )
    thread.start()
    running = await asyncio.wrap_future(started)
    try:
        yield running.link
    finally:
        with suppress(RuntimeError):  # its loop is closed: it ended before
            running.end()
        await asyncio.to_thread(thread.join, _SECONDS_TO_END)


async def _serve(settings: Settings, metrics: Sequence[Collector], started: "Future[_Started]") -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        async with served_page(settings, metrics) as link:
            started.set_result(_Started(link, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()
    except Exception as error:  # noqa: BLE001 - raised where the page was to start, or logged
        if not started.done():
            started.set_exception(error)
            return
        # The collector goes on without its page.
        structlog.get_logger().exception("the page ended")


class _OfLoop(Collector):
    """Metrics that are changed on one event loop, read on it, and asked for by threads of another."""

    def __init__(self, metrics: Collector, loop: asyncio.AbstractEventLoop) -> None:
        self._metrics = metrics
        self._loop = loop

    def collect(self) -> Iterable[Metric]:
        """Read all metrics at once."""

        async def read() -> list[Metric]:
            return list(self._metrics.collect())

        return asyncio.run_coroutine_threadsafe(read(), self._loop).result(_SECONDS_FOR_METRICS)
