"""Running the stand-in console as a server of its own."""

import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

import uvicorn

from s1ecs.standin.app import build
from s1ecs.standin.clock import running
from s1ecs.standin.faults.layer import Faulty
from s1ecs.standin.faults.plan import FaultPlan
from s1ecs.standin.faults.rule import FaultRule
from s1ecs.standin.faults.wire import WireProtocol
from s1ecs.standin.organisation import organisation
from s1ecs.standin.traffic import Traffic

_SECONDS_FOR_THE_LAST_ANSWERS = 3
_ALERTS_AN_AGENT = 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    *,
    host: str,
    port: int,
    seed: int,
    now: datetime,
    agents: int = 500,
    alerts: int | None = None,
    rate: float | None = None,
    growth: float = 0.0,
    star: bool = True,
    faults: Sequence[FaultRule] = (),
) -> None:
    """Serve until SIGINT or SIGTERM; print the address once it can be asked. Raises OSError if the port is taken.

    Where `alerts` are not given there are two for each agent. The console's clock shows `now` (a time with a
    zone) at the start and runs on from there.
    """
    clock = running(now)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as listener:
        application = build(
            organisation(seed, now, agents),
            clock=clock,
            alerts=_ALERTS_AN_AGENT * agents if alerts is None else alerts,
            rate=rate,
            growth=growth,
            star=star,
        )
        # No Date of its own: the console's clock writes it. Nothing on standard output but the address.
        config = uvicorn.Config(
            Traffic(Faulty(application, FaultPlan(faults), clock, application.state.growth.burst)),
            http=WireProtocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_SECONDS_FOR_THE_LAST_ANSWERS,
        )
        server = _Server(config)
        with server.ended_by_signals():
            print(_address(host, listener), flush=True)  # noqa: T201 - the address is what the caller reads
            server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends cleanly at a signal, where uvicorn would end the process by that signal afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # ended_by_signals does it, from before the address is printed, so that no signal comes too early.
        yield

    @contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._end) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.should_exit = True


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
