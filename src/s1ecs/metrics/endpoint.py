"""The HTTP endpoint of a running collector: /metrics for Prometheus, /healthz and /readyz for orchestrators."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NamedTuple

from prometheus_client import make_asgi_app
from prometheus_client.registry import Collector

from s1ecs.embedded_server import address_of, embedded_server, listen

METRICS_PATH = "/metrics"
HEALTHY, READY = HEALTH_PATHS = ("/healthz", "/readyz")

# The state may be locked for a while by another process; who asks for health wants an answer first.
_SECONDS_FOR_HEALTH = 5.0


class HealthReport(NamedTuple):
    """Health of the collector: whether it may stay as it is, and the reason in one line."""

    good: bool
    text: str


ReadHealth = Callable[[], Awaitable[HealthReport]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def endpoint(
    host: str, port: int, metrics: Collector, health: ReadHealth, ready: ReadHealth | None = None
) -> AsyncIterator[str]:
    """Serve metrics and health while the context lasts; yield the address of the metrics.

    `ready` tells whether it is at work, where that is another question than `health`. Raises SettingsError if the
    address can't be used.
    """
    cure = "change 'metrics_port' or 'metrics_host'"
    listener = listen(host, port, what="metrics", cure=cure)
    async with embedded_server(_application(metrics, {HEALTHY: health, READY: ready or health}), listener):
        yield f"{address_of(listener, host)}{METRICS_PATH}"


def _application(metrics: Collector, health: Mapping[str, ReadHealth]) -> Callable[..., Awaitable[None]]:
    show_metrics = make_asgi_app(metrics)

    async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["path"] not in (METRICS_PATH, *HEALTH_PATHS):
            await _respond(send, HTTPStatus.NOT_FOUND, f"paths: {', '.join((METRICS_PATH, *HEALTH_PATHS))}")
        elif scope["method"] not in ("GET", "HEAD"):
            await _respond(send, HTTPStatus.METHOD_NOT_ALLOWED, "GET or HEAD")
        elif scope["path"] == METRICS_PATH:
            await show_metrics(scope, receive, send)
        else:
            report = await _in_time(health[scope["path"]])
            await _respond(send, HTTPStatus.OK if report.good else HTTPStatus.SERVICE_UNAVAILABLE, report.text)

    return application


async def _in_time(health: ReadHealth) -> HealthReport:
    try:
        async with asyncio.timeout(_SECONDS_FOR_HEALTH):
            return await health()
    except TimeoutError:
        return HealthReport(good=False, text=f"the state did not respond within {_SECONDS_FOR_HEALTH:g} s")


async def _respond(send: Send, status: HTTPStatus, text: str) -> None:
    body = f"{text}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
