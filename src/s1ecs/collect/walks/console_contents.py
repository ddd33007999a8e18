"""The records that the console holds of a stream now: their number, and the walk through all of them."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from s1ecs.collect.feed import Feed
from s1ecs.collect.period import Period
from s1ecs.collect.strategies.items import none_unchanged
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.timestamps import BEGINNING, time_text


def pieces(feed: Feed, period: Period) -> list[Period | None]:
    """Cut the period into days; None, the whole inventory, where the API does not filter the stream by time."""
    return [*period.slices()] if feed.strategy.filters_by_time else [None]


async def total(feed: Feed, piece: Period | None) -> int | None:
    """Ask for the console's own count of the records of a piece; None where it has none, as of a call per item.

    Raises ConsoleError types.
    """
    return await feed.strategy.total(feed.client, feed.scope, *_ends(piece))


def steps_of(feed: Feed, piece: Period | None, source: RequestContext) -> AsyncGenerator[Step, None]:
    """Walk through all records of a piece, whatever was read before."""
    everything = replace(source, unchanged=none_unchanged, overlap=timedelta(0))
    return feed.strategy.between(everything, *_ends(piece))


def _ends(piece: Period | None) -> tuple[str, str | None]:
    return (BEGINNING, None) if piece is None else (time_text(piece.start), time_text(piece.end))
