"""What mapping costs, as a ratio to the floor: record bytes in, document bytes out, against the JSON work alone.

Ours: read the line, identify, map, seal, write the document. Floor: orjson.loads of the same line and orjson.dumps of
the same document. Both in turn, round after round, so that the machine's moods fall on both.
"""

import gc
import statistics
from collections.abc import Iterator
from time import perf_counter

import orjson

from bench.figures import Figure
from bench.records import lines
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.mapper import original
from s1ecs.records import dumps, record_from_line
from s1ecs.streams import STREAMS, Stream

ROUNDS = 40
RECORDS = 1000
FETCHED = "2026-01-01T00:00:00.000Z"
# The stream that most installations collect most of; the others are printed beside it.
TARGET_STREAM = "alert"
TARGET = 4.0


def run() -> Iterator[Figure]:
    """Measure every stream."""
    for stream in STREAMS.values():
        ratios, microseconds = _measured(stream)
        target = f"at most {TARGET:.0f}; " if stream.name == TARGET_STREAM else ""
        ratio = statistics.median(ratios)
        yield Figure(
            f"mapping {stream.name}",
            ratio,
            "times",
            f"{stream.name}: {ratio:.2f} times the floor ({target}median of {ROUNDS} rounds, "
            f"{min(ratios):.2f} to {max(ratios):.2f}), {statistics.median(microseconds):.1f} us a record",
        )


def _measured(stream: Stream) -> tuple[list[float], list[float]]:
    """For each round the ratio to the floor, and the microseconds of a record."""
    records = list(lines(stream.name, RECORDS))
    mapper = stream.mapper()
    collector = Collector("0", "00000000-0000-0000-0000-000000000000", "bench")
    envelope = stream.envelope(collector=collector)

    def ours() -> None:
        for line in records:
            record = record_from_line(line)
            mapper.identify(record)
            mapped = mapper.map(record)
            envelope.seal(mapped, lambda: original(record), fetched=FETCHED, now=FETCHED)  # noqa: B023
            dumps(mapped.document)

    documents = []
    for line in records:
        mapped = mapper.map(record_from_line(line))
        envelope.seal(mapped, str, fetched=FETCHED, now=FETCHED)
        documents.append((line, mapped.document))

    def floor() -> None:
        for line, document in documents:
            orjson.loads(line)
            orjson.dumps(document)

    ratios, microseconds = [], []
    gc.disable()
    for _ in range(ROUNDS):
        start = perf_counter()
        floor()
        middle = perf_counter()
        ours()
        end = perf_counter()
        ratios.append((end - middle) / (middle - start))
        microseconds.append((end - middle) / RECORDS * 1e6)
        gc.collect()
    gc.enable()
    return ratios, microseconds
