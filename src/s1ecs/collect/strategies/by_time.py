"""Pages by time: everything from a bound on, in ascending order, page by page.

The position holds the greatest time seen; the next walk begins an overlap before it, because records become visible
late and out of order.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from s1ecs.collect.period import Period
from s1ecs.collect.positions.item_position import ItemPosition
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.collect.seen_ids import SeenIdPolicy
from s1ecs.collect.strategies.clocked import finish, marked, newest_of, stand, stepped
from s1ecs.collect.strategies.description import BASE, OVERLAP, Description, reread_text
from s1ecs.collect.strategies.pages_by_time import pages_by_time
from s1ecs.collect.strategies.record_paths import time_at
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.strategy import LiveContext
from s1ecs.collect.strategies.walk import Walk
from s1ecs.records import Record
from s1ecs.sentinelone import access
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.counts import list_total
from s1ecs.streams.collection_modes import ByTime, endpoint_of
from s1ecs.timestamps import bound


@dataclass(frozen=True)
class ByTimeStrategy:
    """Asks for pages by time."""

    ask: ByTime
    filters_by_time = ByTime.filters_by_time

    def live(self, context: LiveContext, source: RequestContext, saved: SavedPosition) -> Walk:
        """Make the walk through what is new behind a saved position."""
        before, stands = stand(context, source, saved)
        source = replace(source, ahead=stands.taken.ahead)
        bounds = stands.bounds(context.pace.overlap)
        return Walk(
            context.name,
            stands.write(),
            marked(self._steps(source, bounds, stands.taken.position.item), stands),
            partial(finish, context, source, stands, source.client.clocks(), whole=True),
            newest=newest_of,
            memory=SeenIdPolicy(doubted=stands.doubted),
            stepped=stepped(before, stands),
        )

    def between(
        self,
        source: RequestContext,
        start: str,
        end: str | None,
        saved: SavedPosition | None = None,
        overlap: timedelta = timedelta(0),
    ) -> AsyncGenerator[Step, None]:
        """Walk all records from `start` to `end`."""
        if saved:
            position = TimePosition.read(saved)
            return self._steps(source, Bounds.of(position, overlap), position.item)
        return self._steps(source, replace(_bounds(start, end), overlap=overlap), None)

    async def total(self, client: Client, scope: Mapping[str, str], start: str, end: str | None) -> int | None:
        """Ask the console how many records there are from `start` to `end`."""
        return await list_total(client, self.ask.path, {**scope, **_bounds(start, end).parameters(self.ask)})

    async def probe(self, client: Client, scope: Mapping[str, str]) -> None:
        """Ask for one record of the list."""
        await access.may_read(client, self.ask.path, {**self.ask.parameters, **scope})

    def slices(self, period: Period) -> list[Period]:
        """Cut a period into days."""
        return period.slices()

    def changed(self, record: Record) -> str | None:
        """Give the record's time."""
        return time_at(record, self.ask.time)

    def is_settled(self, item: Record, now: datetime, overlap: timedelta) -> bool:
        """Nothing comes late where there are no items."""
        return True

    def describe(self) -> Description:
        """Describe the request and its bounds."""
        ask = self.ask
        parameters = "".join(f", with `{name}={value}`" for name, value in ask.parameters.items())
        facts = (
            ("request", f"GET `{BASE}{ask.path}`{parameters}"),
            (
                "bounds",
                f"`{ask.since}` and, for a closed range, `{ask.until}`; both refer to `{ask.time}` of the record",
            ),
            ("sort", f"`{ask.sort}`, ascending"),
        )
        again = OVERLAP if ask.reread is None else f"{OVERLAP}; {reread_text(ask.reread)}"
        return Description(endpoint_of(ask), facts, again)

    def _steps(
        self,
        source: RequestContext,
        bounds: Bounds,
        within: ItemPosition | None,
    ) -> AsyncGenerator[Step, None]:
        return walk_by_time(source, self.ask, bounds)


def _bounds(start: str, end: str | None) -> Bounds:
    return Bounds(start, until=None if end is None else bound(end))


async def walk_by_time(source: RequestContext, ask: ByTime, bounds: Bounds) -> AsyncGenerator[Step, None]:
    """Walk from `bounds.since` to the end, a step a page."""
    async with aclosing(pages_by_time(source, ask, bounds)) as found:
        async for page in found:
            answer = page.answer
            yield Step(
                page.records,
                [time or page.now for time in page.times],
                page.bounds.position.write(),
                answer.received,
                answer.total,
                answer.notes,
                missed=not isinstance(answer.data, list),
            )
