"""Mappers of the streams, each compiled once for all tests of a process: that takes longer than most of them."""

from functools import cache

from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import Layout
from s1ecs.streams import stream_in


@cache
def mapper_of(name: str, *, keep_duplicates: bool = False, layout: Layout = 1) -> Mapper:
    """The mapper of a stream by name; it knows no places."""
    return stream_in(name, layout).mapper(keep_duplicates=keep_duplicates)
