"""From streams to the tables of the store."""

from functools import cache

from s1ecs.outputs.store.stream_table import StreamTable, StreamTables
from s1ecs.streams import STREAMS, response_action
from s1ecs.streams.response_action import OwnStream
from s1ecs.streams.stream import Column, Stream


@cache
def store_tables() -> StreamTables:
    """Return the tables of the store by stream; the stream of response actions, which no console has, is one."""
    streams: list[Stream | OwnStream] = [*STREAMS.values(), response_action.STREAM]
    return {stream.name: table_of(stream) for stream in streams}


def table_of(stream: Stream | OwnStream) -> StreamTable:
    """Return the table of a stream."""
    return StreamTable(
        stream.name,
        view=_columns(stream.view),
        more=_columns(stream.stored.panels),
        counted=stream.stored.counted,
        indexed=stream.stored.indexed,
        latest_indexed=stream.stored.latest_indexed,
        searched=stream.stored.searched,
        latest_view=stream.latest_view if isinstance(stream, Stream) else "",
    )


def _columns(columns: tuple[Column, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.field) for column in columns)
