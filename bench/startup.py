"""Time of short commands from their start to their end, as whole processes in turns; the state has a few documents."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.prepared_pages import make_pages, serving
from bench.processes import RAISED, S1ECS, cost, environment
from bench.records import lines

ROUNDS = 9
# Milliseconds that a command may take; the others are shown.
LIMITS = {"--help": 200, "dead-letters": 350, "respond history": 350}
COMMANDS = ("--help", "streams", "dead-letters", "respond history", "transform activity record.ndjson")
_STORE = '[{"type":"store"}]'


def run(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Measure each command."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "collector"
        place.mkdir()
        make_pages(Path(folder) / "pages", "activity", 1000)
        (place / "record.ndjson").write_bytes(b"".join(lines("activity", 1)) + b"\n")
        with serving(Path(folder) / "pages") as address:
            environ = environment(address, place, _STORE)
            cost([*RAISED, "collect", "activity"], environ, place)
        taken: dict[str, list[float]] = {command: [] for command in COMMANDS}
        for _ in range(rounds):
            for command, milliseconds in taken.items():
                milliseconds.append(cost([S1ECS, *command.split()], environ, place).wall * 1000)
    for command, milliseconds in taken.items():
        median = statistics.median(milliseconds)
        limit = f"at most {LIMITS[command]}; " if command in LIMITS else ""
        span = f"{min(milliseconds):.0f} to {max(milliseconds):.0f}"
        line = f"{command}: {median:.0f} ms ({limit}median of {rounds}, {span})"
        yield Figure(f"start-up {command}", median, "ms", line)
