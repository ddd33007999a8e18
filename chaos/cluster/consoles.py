"""The process of the consoles, started and asked."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from chaos.console import Console

_SECONDS = 30


class Asked(NamedTuple):
    """One request: when it came (Unix time), to which console, for what, from which process, answered how."""

    time: float
    console: str
    path: str
    process: int
    status: int


@dataclass(frozen=True)
class ManyConsoles:
    """Consoles by name; `list_port` tells what they were asked for."""

    consoles: Mapping[str, Console]
    list_port: int

    def asked(self) -> Sequence[Asked]:
        """Return all requests to the API so far, in the order of their answers."""
        names = {int(each.address.rpartition(":")[2]): name for name, each in self.consoles.items()}
        with urllib.request.urlopen(f"http://127.0.0.1:{self.list_port}/", timeout=_SECONDS) as answer:
            lines = answer.read().splitlines()
        rows = map(orjson.loads, lines)
        return [Asked(time, names[port], path, process, status) for time, port, path, process, status in rows]

    def grow(self, per_minute: float) -> None:
        """Make so many changes a minute in each of them."""
        for console in self.consoles.values():
            console.grow(per_minute)


@contextmanager
def many_consoles(number: int, *, agents: int, seed: int, growth: float) -> Iterator[ManyConsoles]:
    """Start so many consoles in one process, and end it."""
    options = {"--agents": agents, "--seed": seed, "--growth": growth}
    flags = [str(each) for pair in options.items() for each in pair]
    command = [sys.executable, "-m", "chaos.cluster.many_consoles", str(number), *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - ours
    assert process.stdout is not None
    with process.stdout as output:
        try:
            *ports, list_port = orjson.loads(output.readline())
            named = {f"console-{place:03}": Console(f"http://127.0.0.1:{port}") for place, port in enumerate(ports)}
            yield ManyConsoles(named, list_port)
        finally:
            process.terminate()
            process.wait(_SECONDS)
