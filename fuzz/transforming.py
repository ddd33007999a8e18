"""Mutated records through `transform`: one document each, that every JSON reader takes, in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from time import thread_time

import orjson

from bench.records import lines
from fuzz.mutations import mutated
from s1ecs.commands.transform import transform
from s1ecs.ecs.redaction import Redaction
from s1ecs.streams import STREAMS

_RECORDS_OF_A_STREAM = 300
_WITH_ORIGINAL = 0.1
_REDACTED = {"agent": ("host.name",), "alert": ("process.command_line",), "threat": ("user.name",)}


@dataclass
class Seen:
    """What came of so many records; `slowest` took so many seconds of CPU time, and begins like `slow`."""

    records: int = 0
    failed: int = 0
    slowest: float = 0.0
    slow: bytes = b""


def fuzzed(stream: str, random: Random) -> Iterator[bytes]:
    """Mutated records of a stream, without end."""
    pool = [orjson.loads(line) for line in lines(stream, _RECORDS_OF_A_STREAM)]
    while True:
        # A line holds one record, so what separates lines is no part of it.
        yield mutated(random.choice(pool), random).replace(b"\n", b" ").replace(b"\r", b" ")


def through_transform(stream: str, count: int, random: Random) -> Seen:
    """Transform so many mutated records of a stream; raise AssertionError for one that does not become a document."""
    described = STREAMS[stream]
    mapper = described.mapper(keep_duplicates=True)
    redaction = Redaction(described.table, _REDACTED.get(stream, ()))
    seen = Seen()
    for line, _ in zip(fuzzed(stream, random), range(count), strict=False):
        written: list[bytes] = []
        envelope = described.envelope(preserve_original=random.random() < _WITH_ORIGINAL)
        began = thread_time()
        counted = transform([line], written.append, mapper, envelope, redaction, with_id=True)
        took = thread_time() - began
        assert counted.documents == len(written) == _records(line), line[:1000]
        for document in map(orjson.loads, written):
            assert document["ecs"], line[:1000]
            assert document["_id"], line[:1000]
        seen.records += 1
        seen.failed += counted.failed
        if took > seen.slowest:
            seen.slowest, seen.slow = took, line[:200]
    return seen


def _records(line: bytes) -> int:
    """Count the records on a line: a mutation may make it a list of objects, or a page of the API without its rest."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return 1
    if isinstance(value, dict) and value.keys() <= {"data", "pagination", "errors"}:
        value = value.get("data")
        return len(value) if isinstance(value, list) else 1
    return len(value) if isinstance(value, list) and all(isinstance(each, dict) for each in value) else 1
