"""What the console holds, as the ids of the documents that the mapping makes of it."""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from s1ecs.records import Record, record_from_line
from s1ecs.streams import STREAMS
from s1ecs.streams.collection_modes import CallPerItem

_RECORD = b',"record":'


class Held(NamedTuple):
    """Ids: what must have been delivered, and what may have been."""

    readable: frozenset[str]
    allowed: frozenset[str]


def held_ids(stream: str, lines: Iterable[bytes]) -> Held:
    """The ids of what the console holds of a stream, from the lines of GET /_standin/held.

    A state that was replaced can't be demanded, see `s1ecs.standin.growth.held`.
    """
    readable, allowed = set(), set()
    identify = STREAMS[stream].mapper().identify
    call = STREAMS[stream].ask.per_item
    for line in lines:
        head, _, body = line.removesuffix(b"}").partition(_RECORD)
        marks = orjson.loads(head + b"}")
        record = record_from_line(body)
        identity = identify(_carrying(record, call, marks["item"]) if call and marks["item"] else record)
        if marks["readable"]:
            readable.add(identity)
        if marks["readable"] or marks["shown"]:
            allowed.add(identity)
    return Held(frozenset(readable), frozenset(allowed))


def _carrying(record: Record, call: CallPerItem, item: dict[str, object]) -> Record:
    """The record with what it gets from the item that it was asked for by."""
    given = {key: item[source] for key, source in call.carry.items() if item[source] is not None}
    return Record({**record.value, **given}, lambda: {**record.exact(), **given}, record.flaws)
