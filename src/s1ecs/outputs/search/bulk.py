"""Bulk requests: documents as lines, lines in requests that a server takes."""

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from s1ecs.outputs.output import Batch
from s1ecs.outputs.search.names import data_stream
from s1ecs.records import dumps

MAX_BYTES = 5_000_000
MAX_LINES = 1_000
_GZIP_LEVEL = 1


@dataclass(frozen=True)
class Target:
    """Where lines go: the request's path, and what it says beside."""

    path: str
    query: Mapping[str, str]


class Line(NamedTuple):
    """A document on its way: `data` is its action and itself, as the bulk API takes them."""

    id: str
    document: Mapping[str, Any]
    data: bytes


def line(identity: str, action: Mapping[str, Any], document: Mapping[str, Any], sent: Mapping[str, Any]) -> Line:
    """A line that sends `sent` for a document."""
    return Line(identity, document, b"%s\n%s\n" % (dumps(action), dumps(sent)))


def arrived(document: Mapping[str, Any], batch: Batch, now: str) -> dict[str, Any]:
    """The document as it reaches the server: when that was, and the data stream that it goes to. A copy."""
    event = {**document.get("event", {}), "ingested": now}
    place = {"type": "logs", "dataset": f"sentinel_one.{batch.stream}", "namespace": batch.namespace}
    return {**document, "event": event, "data_stream": place}


def creations(batch: Batch, wanted: Iterable[tuple[str, Mapping[str, Any]]], now: str) -> list[Line]:
    """Lines that create documents of a batch where no document of that id is."""
    return [
        line(identity, {"create": {"_id": identity}}, document, arrived(document, batch, now))
        for identity, document in wanted
    ]


def creation_target(batch: Batch, *, require_data_stream: bool) -> Target:
    """The data stream of a batch. The documents are finished: whatever pipeline the templates name must not run."""
    query = {"pipeline": "_none"}
    if require_data_stream:
        query["require_data_stream"] = "true"
    return Target(f"/{data_stream(batch.stream, batch.namespace)}/_bulk", query)


def requests(lines: Sequence[Line], most: int = MAX_BYTES) -> Iterator[list[Line]]:
    """The lines in requests of at most `most` bytes and MAX_LINES; one that is larger by itself goes alone."""
    piece: list[Line] = []
    size = 0
    for each in lines:
        if piece and (size + len(each.data) > most or len(piece) == MAX_LINES):
            yield piece
            piece, size = [], 0
        piece.append(each)
        size += len(each.data)
    if piece:
        yield piece


def body(lines: Sequence[Line]) -> bytes:
    """The body of a request, compressed."""
    return gzip.compress(b"".join(each.data for each in lines), _GZIP_LEVEL, mtime=0)


def size_of(lines: Sequence[Line]) -> int:
    """The bytes of a request, uncompressed."""
    return sum(len(each.data) for each in lines)


def halves(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The first and the second half."""
    middle = len(lines) // 2
    return [*lines[:middle]], [*lines[middle:]]
