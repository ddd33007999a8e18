"""Cost of `s1ecs transform` as a ratio to the floor, both as whole processes, in turns.

The floor parses each line with orjson and writes a ready document of it. Processor time is compared, because a loaded
machine makes both wait. Each process reads the same records so often that its start is a small part of the time.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped] # it has no types

from bench.figures import Figure
from bench.processes import S1ECS, cost
from bench.records import lines
from s1ecs.streams import STREAMS

ROUNDS = 3
DISTINCT = 1000
# So much is read by each process.
BYTES = 400_000_000
# The most that a stream may cost, in times of the floor.
LIMITS = {
    **dict.fromkeys(("alert", "threat_event", "group"), 2.5),
    **dict.fromkeys(("activity", "threat", "application", "application_risk"), 3.5),
    **dict.fromkeys(("agent", "unified_alert"), 4.5),
}
_LIMIT_OF_OTHERS = 4.5
# Public addresses of the stand-in console's hosts, and a place for them.
_NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
_PLACE = {
    "city": {"names": {"en": "London"}},
    "continent": {"names": {"en": "Europe"}},
    "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}},
    "location": {"latitude": 51.5142, "longitude": -0.0931},
    "subdivisions": [{"iso_code": "ENG", "names": {"en": "England"}}],
}

# Arguments: the file of ready documents, then the files of records.
_FLOOR = """
import sys
import orjson

with open(sys.argv[1], "rb") as file:
    ready = [orjson.loads(line) for line in file]
with open(1, "wb", buffering=1 << 16, closefd=False) as out:
    for name in sys.argv[2:]:
        with open(name, "rb") as file:
            for line, document in zip(file, ready):
                orjson.loads(line)
                out.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
"""


class _Variant(NamedTuple):
    """A way of calling the command; only the plain one has limits."""

    name: str
    options: tuple[str, ...]


def run(streams: Sequence[str] = (), rounds: int = ROUNDS) -> Iterator[Figure]:
    """Measure every stream plain, with ids and with locations."""
    variants = [_Variant("plain", ()), _Variant("with ids", ("--with-id",))]
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "city.mmdb"
        _make_database(city)
        variants.append(_Variant("with locations", ("--geoip", str(city))))
        for stream in streams or STREAMS:
            yield from _measured(stream, variants, Path(folder), rounds)


def _measured(stream: str, variants: Sequence[_Variant], folder: Path, rounds: int) -> Iterator[Figure]:
    records = folder / "records.ndjson"
    records.write_bytes(b"".join(line + b"\n" for line in lines(stream, DISTINCT)))
    files = [str(records)] * (BYTES // records.stat().st_size)
    costs: dict[str, list[tuple[float, float]]] = {variant.name: [] for variant in variants}
    for _ in range(rounds):
        for variant in variants:
            ready = folder / f"documents {variant.name}"
            if not costs[variant.name]:
                with ready.open("wb") as file:
                    made = [S1ECS, "transform", stream, str(records), *variant.options]
                    cost(made, os.environ, folder, output=file.fileno())
            floor = cost([sys.executable, "-c", _FLOOR, str(ready), *files], os.environ, folder).processor
            ours = cost([S1ECS, "transform", stream, *variant.options, *files], os.environ, folder).processor
            costs[variant.name].append((ours / floor, ours / len(files) / DISTINCT * 1e6))
    for name, measured in costs.items():
        ratios = [ratio for ratio, _ in measured]
        ratio = statistics.median(ratios)
        limit = f"at most {LIMITS.get(stream, _LIMIT_OF_OTHERS)}; " if name == "plain" else ""
        each = statistics.median(microseconds for _, microseconds in measured)
        yield Figure(
            f"transform {stream} {name}",
            ratio,
            "times",
            f"{stream} {name}: {ratio:.2f} times the floor ({limit}median of {rounds}, {min(ratios):.2f} to "
            f"{max(ratios):.2f}), {each:.1f} us a record",
        )


def _make_database(path: Path) -> None:
    writer = MMDBWriter(ip_version=6, database_type="Bench-City", ipv4_compatible=True)
    for network in _NETWORKS:
        writer.insert_network(IPSet([network]), _PLACE)
    writer.to_db_file(str(path))
