"""Bulk requests: documents as lines, lines in requests of a size that servers accept."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from s1ecs.outputs.output import Batch
from s1ecs.outputs.search.names import data_stream
from s1ecs.records import dumps
from s1ecs.slices import Slices

# No pipeline at all, neither of a template nor of Elastic's integration.
NO_PIPELINE = "_none"
MAX_BYTES = 5_000_000
MAX_LINES = 1_000
_GZIP_LEVEL = 1
_AS_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class BulkTarget:
    """The target of a bulk request: path and query."""

    path: str
    query: Mapping[str, str]
    # The data stream, whose backing indices have other names; None where documents go to an index of its own name.
    data_stream: str | None = None


class LineKey(NamedTuple):
    """The key by which an item of a bulk response is matched to its line."""

    action: str
    id: str


class BulkLine(NamedTuple):
    """A document on its way: `data` is its action and itself, as the bulk API takes them."""

    id: str
    document: Mapping[str, Any]
    data: bytes
    key: LineKey


def line(
    identity: str, action: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any], sent: Mapping[str, Any]
) -> BulkLine:
    """Return the line that sends `sent` for a document."""
    [(name, about)] = action.items()
    data = b"%s\n%s\n" % (dumps(action), dumps(sent))
    return BulkLine(identity, document, data, LineKey(name, about["_id"]))


def arrived(document: Mapping[str, Any], batch: Batch, now: str) -> dict[str, Any]:
    """Return a copy of the document with its time of arrival and its data stream."""
    event = {**document.get("event", {}), "ingested": now}
    place = {"type": "logs", "dataset": f"sentinel_one.{batch.stream}", "namespace": batch.namespace}
    return {**document, "event": event, "data_stream": place}


async def creations(batch: Batch, wanted: Iterable[tuple[str, Mapping[str, Any]]], now: str) -> list[BulkLine]:
    """Return lines that create the documents of a batch unless their ids exist."""
    lines = []
    slices = Slices()
    for identity, document in wanted:
        lines.append(line(identity, {"create": {"_id": identity}}, document, arrived(document, batch, now)))
        await slices.give_way()
    return lines


def creation_target(batch: Batch, *, require_data_stream: bool, pipeline: str = NO_PIPELINE) -> BulkTarget:
    """Return the data stream of a batch. The documents are finished: no pipeline of a template must run."""
    query = {"pipeline": pipeline}
    if require_data_stream:
        query["require_data_stream"] = "true"
    name = data_stream(batch.stream, batch.namespace)
    return BulkTarget(f"/{name}/_bulk", query, name)


def requests(lines: Sequence[BulkLine], most: int = MAX_BYTES) -> Iterator[list[BulkLine]]:
    """Yield the lines in requests of at most `most` bytes and MAX_LINES; a larger line goes alone."""
    piece: list[BulkLine] = []
    size = 0
    for each in lines:
        if piece and (size + len(each.data) > most or len(piece) == MAX_LINES):
            yield piece
            piece, size = [], 0
        piece.append(each)
        size += len(each.data)
    if piece:
        yield piece


async def body(lines: Sequence[BulkLine]) -> bytes:
    """Return the compressed body of a request."""
    gzip = zlib.compressobj(_GZIP_LEVEL, wbits=_AS_GZIP)
    parts = []
    slices = Slices()
    for each in lines:
        parts.append(gzip.compress(each.data))
        await slices.give_way()
    return b"".join((*parts, gzip.flush()))


def size_of(lines: Sequence[BulkLine]) -> int:
    """Return the size of a request, uncompressed, in bytes."""
    return sum(len(each.data) for each in lines)


def halves(lines: Sequence[BulkLine]) -> tuple[list[BulkLine], list[BulkLine]]:
    """Return the first and the second half."""
    middle = len(lines) // 2
    return [*lines[:middle]], [*lines[middle:]]
