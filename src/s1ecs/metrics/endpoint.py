"""The HTTP endpoint of a running collector: /metrics for Prometheus, /healthz and /readyz for orchestrators."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple

import uvicorn
from prometheus_client import make_asgi_app
from prometheus_client.registry import Collector

from s1ecs.errors import SettingsError
from s1ecs.open_files import at_limit

METRICS_PATH = "/metrics"
HEALTH_PATHS = ("/healthz", "/readyz")

# The state may be locked for a while by another process; who asks for health wants an answer first.
_SECONDS_FOR_HEALTH = 5.0
_SECONDS_FOR_LAST_RESPONSES = 1
_MOST_CONNECTIONS = 100


class HealthReport(NamedTuple):
    """Health of the collector: whether it may stay as it is, and the reason in one line."""

    good: bool
    text: str


ReadHealth = Callable[[], Awaitable[HealthReport]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def endpoint(host: str, port: int, metrics: Collector, health: ReadHealth) -> AsyncIterator[str]:
    """Serve metrics and health while the context lasts; yield the address of the metrics.

    Raises SettingsError if the address can't be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = at_limit(error) or error.strerror or str(error)
        raise SettingsError(
            f"metrics can't be served at {host} port {port} ({reason}): change 'metrics_port' or 'metrics_host'"
        ) from None
    with listener:
        server = _Server(_config(metrics, health))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listener]))
            try:
                yield f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{METRICS_PATH}"
            finally:
                server.should_exit = True


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command."""
        yield


def _config(metrics: Collector, health: ReadHealth) -> uvicorn.Config:
    return uvicorn.Config(
        _application(metrics, health),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_RESPONSES,
    )


def _application(metrics: Collector, health: ReadHealth) -> Callable[..., Awaitable[None]]:
    show_metrics = make_asgi_app(metrics)

    async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["path"] not in (METRICS_PATH, *HEALTH_PATHS):
            await _respond(send, HTTPStatus.NOT_FOUND, f"paths: {', '.join((METRICS_PATH, *HEALTH_PATHS))}")
        elif scope["method"] not in ("GET", "HEAD"):
            await _respond(send, HTTPStatus.METHOD_NOT_ALLOWED, "GET or HEAD")
        elif scope["path"] == METRICS_PATH:
            await show_metrics(scope, receive, send)
        else:
            report = await _in_time(health)
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
