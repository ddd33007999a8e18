"""Trouble of the servers that a cluster needs: PostgreSQL restarted and crashed, Kafka killed, each brought back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import NamedTuple, Protocol

from chaos.cluster.moved import Span

_SHORTEST, _LONGEST = 0.5, 4.0


class Restarting(Protocol):
    """A server that can be brought back."""

    def restart(self) -> None:
        """Start it again; return when it answers."""


class Blow(NamedTuple):
    """One trouble: how the server goes away, and which it is."""

    name: str
    server: Restarting
    goes: Callable[[], None]


@dataclass
class ServerTrouble:
    """One blow after the other, at moments drawn from `random`, spread over `seconds`; in a thread of its own."""

    blows: Sequence[Blow]
    random: Random
    seconds: float
    # By name of the blow, while it lasted; a server counts as away from a little before to when it answers.
    struck: list[tuple[str, Span]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def begin(self) -> None:
        """Let it begin."""
        self._thread = Thread(target=self._strike, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait until the last blow is over; raise what went wrong."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for failure in self.failures:
            raise failure

    @property
    def away(self) -> Sequence[Span]:
        """While a server was away."""
        return [span for _, span in self.struck]

    def _strike(self) -> None:
        each = self.seconds / (len(self.blows) + 1)
        began = time.monotonic()
        try:
            for number, blow in enumerate(self.blows, 1):
                due = began + each * (number + self.random.uniform(-0.3, 0.3))
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                since = time.time()
                blow.goes()
                time.sleep(self.random.uniform(_SHORTEST, _LONGEST))
                blow.server.restart()
                self.struck.append((blow.name, Span(since, time.time())))
        except Exception as failure:  # noqa: BLE001 - it is raised where the run waits for it
            self.failures.append(failure)
