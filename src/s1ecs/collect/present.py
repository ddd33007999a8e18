"""What the console holds of a stream now: its total, and the walk through all of it, whatever was read before."""

from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta

from s1ecs.api.graphql import between
from s1ecs.api.totals import connection_total, list_total
from s1ecs.collect.backfill import Period
from s1ecs.collect.feed import Feed
from s1ecs.collect.walks.bounds import Bounds
from s1ecs.collect.walks.by_time import walk_by_time
from s1ecs.collect.walks.inventory import walk_inventory, walk_inventory_items
from s1ecs.collect.walks.items_by_time import walk_items_by_time
from s1ecs.collect.walks.source import Source
from s1ecs.collect.walks.step import Step
from s1ecs.collect.walks.window import Span, walk_window
from s1ecs.streams.asking import ByTime, Inventory, Window
from s1ecs.times import bound, earlier, moment_of, time_text

# The start of a window does not belong to it, and the API knows no shorter time.
_JUST_BEFORE = timedelta(milliseconds=1)


def pieces(feed: Feed, period: Period) -> list[Period | None]:
    """The period by days; None, the whole inventory, where the API does not filter the stream by time."""
    return [None] if isinstance(feed.ask, Inventory) else [*period.slices()]


async def total(feed: Feed, piece: Period | None) -> int | None:
    """The console's own count of the records of a piece; None where it has none, as of a call per item.

    Raises ConsoleError types.
    """
    ask = feed.ask
    if isinstance(ask, Window):
        span = _span(_needed(feed, piece))
        return await connection_total(
            feed.client, ask, between(ask.phases[0], moment_of(span.start), moment_of(span.end))
        )
    if ask.per_item is not None:
        return None
    filters = _bounds(_needed(feed, piece)).parameters(ask) if isinstance(ask, ByTime) else {}
    return await list_total(feed.client, ask.path, {**feed.scope, **filters})


def steps_of(feed: Feed, piece: Period | None, source: Source) -> AsyncGenerator[Step, None]:
    """The walk through all records of a piece, in the stream's way of asking."""
    ask = feed.ask
    if isinstance(ask, Window):
        return walk_window(source, ask, _span(_needed(feed, piece)))
    if isinstance(ask, Inventory):
        if ask.per_item is None:
            return walk_inventory(source, ask, {})
        return walk_inventory_items(source, ask, ask.per_item, {})
    bounds = _bounds(_needed(feed, piece))
    if ask.per_item is None:
        return walk_by_time(source, ask, bounds)
    return walk_items_by_time(source, ask, ask.per_item, bounds, position={}, unchanged=_none_of_them)


def _bounds(piece: Period) -> Bounds:
    return Bounds(time_text(piece.start), until=bound(time_text(piece.end)))


def _span(piece: Period) -> Span:
    return Span(earlier(time_text(piece.start), _JUST_BEFORE), time_text(piece.end))


def _needed(feed: Feed, piece: Period | None) -> Period:
    if piece is None:
        raise TypeError(f"{feed}: it is asked by time")
    return piece


async def _none_of_them(_versions: Mapping[str, str]) -> frozenset[str]:
    return frozenset()
