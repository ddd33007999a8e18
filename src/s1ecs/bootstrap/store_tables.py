"""From streams to the tables of the store."""

from collections.abc import Mapping
from functools import cache

from s1ecs.outputs.store.stream_table import StoreColumn, StreamTable, StreamTables
from s1ecs.streams import STREAMS, response_action
from s1ecs.streams.column_fields import column_fields
from s1ecs.streams.response_action import OwnStream
from s1ecs.streams.stream import Column, Stream


@cache
def store_tables() -> StreamTables:
    """Return the tables of the store by stream; the stream of response actions, which no console has, is one."""
    streams: list[Stream | OwnStream] = [*STREAMS.values(), response_action.STREAM]
    return {stream.name: table_of(stream) for stream in streams}


@cache
def latest_days() -> Mapping[str, int]:
    """Return by stream for how many days a search server keeps a latest state that nothing renews."""
    return {name: stream.state_key.days for name, stream in STREAMS.items() if stream.state_key is not None}


def table_of(stream: Stream | OwnStream) -> StreamTable:
    """Return the table of a stream."""
    return StreamTable(
        stream.name,
        view=_columns(stream, stream.view),
        more=_columns(stream, stream.stored.panels),
        gathered=_columns(stream, stream.stored.gathered),
        counted=stream.stored.counted,
        indexed=stream.stored.indexed,
        covered=stream.stored.covered,
        timed=stream.stored.timed,
        latest_indexed=stream.stored.latest_indexed,
        latest_grouped=stream.stored.latest_grouped,
        searched={
            name: [path for field in fields for path in column_fields(stream, field)]
            for name, fields in stream.stored.searched.items()
        },
        latest_view=stream.latest_view if isinstance(stream, Stream) else "",
    )


def _columns(stream: Stream | OwnStream, columns: tuple[Column, ...]) -> tuple[StoreColumn, ...]:
    return tuple((column.name, column_fields(stream, column.field)) for column in columns)
