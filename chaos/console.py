"""The stand-in console as a process of its own, and what only it can tell: what it holds, struck and is asked."""

import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from servers.started_command import S1ECS

Rule = dict[str, Any]

_SECONDS = 30
_SEEDS = 50


class Console:
    """A stand-in console that runs; `address` is where."""

    def __init__(self, address: str) -> None:
        self.address = address

    def fault(self, rules: Sequence[Rule]) -> None:
        """Put these rules of faults in the place of those there are."""
        self._ask("faults", rules)

    def struck(self) -> dict[str, int]:
        """How often each kind of fault struck since the console began."""
        told: dict[str, int] = self._ask("faults")["struck"]
        return told

    def grow(self, per_minute: float) -> None:
        """Make so many changes a minute from now on."""
        self._ask("growth", {"per_minute": per_minute})

    def requests(self) -> dict[str, Any]:
        """Which requests are under way or were answered just now; see `s1ecs.standin.traffic`."""
        told: dict[str, Any] = self._ask("requests")
        return told

    def has_everything(self) -> bool:
        """Whether there is at least one record of each stream."""
        return all(self._ask("counts").values())

    def held(self, stream: str) -> list[bytes]:
        """A line for each state that a record of the stream has or had; see `s1ecs.standin.growth.held`."""
        return self._bytes(f"held?stream={stream}").splitlines()

    def _ask(self, path: str, body: object = None) -> Any:
        return orjson.loads(self._bytes(path, None if body is None else orjson.dumps(body)))

    def _bytes(self, path: str, body: bytes | None = None) -> bytes:
        url = f"{self.address}/_standin/{path}"
        with urllib.request.urlopen(url, body, timeout=_SECONDS) as answer:  # noqa: S310 - our own server on loopback
            read: bytes = answer.read()
            return read


@contextmanager
def peopled_console(*, agents: int, seed: int, growth: float) -> Iterator[Console]:
    """Start the first console from this seed on that has records of every stream; a small one may have no threat."""
    for number in range(seed, seed + _SEEDS):
        with console(agents=agents, seed=number, growth=growth) as found:
            if found.has_everything():
                yield found
                return
    raise RuntimeError(f"no console of {agents} agents has records of every stream: take more agents")


@contextmanager
def console(*, agents: int, seed: int, growth: float) -> Iterator[Console]:
    """Start a stand-in console on a free port of this machine, and end it."""
    command = [S1ECS, "standin", "--port", "0", "--agents", agents, "--seed", seed, "--growth", growth]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert process.stdout is not None
    with process.stdout as output:
        try:
            yield Console(output.readline().strip())
        finally:
            process.terminate()
            process.wait(_SECONDS)
