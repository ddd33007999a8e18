"""Many small stand-in consoles in one process, a port each; it keeps when each was asked for what, and by whom.

`python -m chaos.cluster.many_consoles NUMBER --agents A --seed S --growth G` prints a line of JSON, the ports of the
consoles and last of all the port of the list of who asked, and serves until SIGTERM.
"""

import argparse
import asyncio
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from chaos.cluster.askers import Askers
from s1ecs.standin.app import build
from s1ecs.standin.clock import running
from s1ecs.standin.organisation import organisation

_API = "/web/api/v2.1"
_ALERTS_AN_AGENT = 2
# Ids are made of moments: those of two consoles must not be the same, however they grow.
_APART = timedelta(milliseconds=137)


class Consoles:
    """The consoles by their ports, and the requests so far as lines of JSON: time, port, path, process, status."""

    def __init__(self, consoles: Mapping[int, ASGIApp], askers: Askers) -> None:
        self._consoles = consoles
        self._askers = askers
        self.connected = askers.connected
        self._asked: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the console of that port does; any other port has the list of requests."""
        port = scope["server"][1]
        if port not in self._consoles:
            await Response(b"".join(self._asked), media_type="application/x-ndjson")(scope, receive, send)
            return
        if not scope["path"].startswith(_API):
            await self._consoles[port](scope, receive, send)
            return
        came, process, statuses = time.time(), self._askers.process_of(scope["client"][1], port), [0]

        async def seen(message: Message) -> None:
            statuses.append(message.get("status", statuses[-1]))
            await send(message)

        try:
            await self._consoles[port](scope, receive, seen)
        finally:
            path = scope["path"].removeprefix(_API)
            self._asked.append(orjson.dumps([came, port, path, process, statuses[-1]]) + b"\n")


class _Connection(H11Protocol):
    """A connection, of which the consoles hear as it is made."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its base has it
        super().connection_made(transport)
        if self.client is not None and self.server is not None and self.server[1] is not None:
            self.config.app.connected(self.client[1], self.server[1])  # type: ignore[union-attr]


def _console(seed: int, now: datetime, agents: int, growth: float) -> ASGIApp:
    organised = organisation(seed, now, agents)
    # Limits are held against the times of all requests at the end. Here, requests that arrive together because the
    # machine is busy would be refused for ever.
    alerts = _ALERTS_AN_AGENT * agents
    return build(organised, clock=running(now), alerts=alerts, growth=growth, monotonic=lambda: 1000 * time.monotonic())


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int)
    parser.add_argument("--agents", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--growth", type=float, default=0.0)
    given = parser.parse_args(arguments)
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(given.number + 1)]
    ports = [listener.getsockname()[1] for listener in listeners]
    now = datetime.now(UTC)
    consoles = {
        port: _console(given.seed + place, now - place * _APART, given.agents, given.growth)
        for place, port in enumerate(ports[:-1])
    }
    application = Consoles(consoles, Askers())
    config = uvicorn.Config(
        application,
        http=_Connection,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, lambda *_: setattr(server, "should_exit", True))
    sys.stdout.write(orjson.dumps(ports).decode() + "\n")
    sys.stdout.flush()
    server.run(sockets=listeners)


if __name__ == "__main__":
    main()
