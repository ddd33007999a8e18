"""HTTP server inside of a command: listens first, serves an ASGI application, leaves signals to the command."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from s1ecs.errors import SettingsError
from s1ecs.open_files import at_limit
from s1ecs.tasks import task_group

AsgiApplication = Callable[..., Awaitable[None]]

_SECONDS_FOR_LAST_RESPONSES = 1


@dataclass(frozen=True)
class ServedWith:
    """Limits and certificate of a server."""

    most_connections: int = 100
    certificate: Path | None = None
    key: Path | None = None


def listen(host: str, port: int, *, what: str, cure: str) -> socket.socket:
    """Open a listening socket; raise SettingsError with the cure if the address can't be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = at_limit(error) or error.strerror or str(error)
        raise SettingsError(f"{what} can't be served at {host} port {port} ({reason}): {cure}") from None


@asynccontextmanager
async def embedded_server(
    application: AsgiApplication, listener: socket.socket, options: ServedWith = ServedWith()
) -> AsyncIterator[None]:
    """Serve an application at a listening socket, which is closed in the end, while the context lasts."""
    with listener:
        server = _Server(_config(application, options))
        async with task_group() as tasks:
            tasks.create_task(server.serve(sockets=[listener]))
            try:
                yield
            finally:
                server.should_exit = True


def address_of(listener: socket.socket, host: str, *, scheme: str = "http") -> str:
    """Return the address of a listening socket, by the name of its host, without a path."""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command."""
        yield


def _config(application: Any, options: ServedWith) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=options.most_connections,
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_RESPONSES,
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
    )
