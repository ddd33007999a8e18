"""A whole inventory: every page of a list, from the first to the last.

The position holds the cursor of the page in hand. A cursor that the console forgot makes the list begin anew.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from s1ecs.collect.period import Period
from s1ecs.collect.positions.inventory_position import InventoryPosition
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.strategies.description import BASE, Description
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.strategy import LiveContext
from s1ecs.collect.strategies.walk import Walk
from s1ecs.errors import ExpiredCursor
from s1ecs.records import Record
from s1ecs.sentinelone import access
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.counts import list_total
from s1ecs.sentinelone.pagination import pages
from s1ecs.state.checkpoints import Commit, ItemResults
from s1ecs.state.seen_marks import ALWAYS
from s1ecs.streams.collection_modes import Inventory, endpoint_of
from s1ecs.timestamps import moment_of, time_text

# A console that forgets its cursors faster than pages can be read leads nowhere.
RESTARTS = 3


@dataclass(frozen=True)
class InventoryStrategy:
    """Asks for a whole list each time."""

    ask: Inventory
    filters_by_time = Inventory.filters_by_time

    def live(self, context: LiveContext, source: RequestContext, saved: SavedPosition) -> Walk:
        """Make the walk through the rest of the list, or through all of it."""
        position, clocks = InventoryPosition.read(saved), source.client.clocks()
        began = position.began or time_text(context.now)
        # By our clock, which nobody else sets; and if it was set back since, what failed lately is not taken for old.
        listed = min(position.listed or began, time_text(clocks.ours))

        def finish(_: SavedPosition) -> Commit:
            # The next walk is due by when this one began, though it may have been cut off since; and by no later clock.
            due = min(moment_of(began), source.client.now()) + context.pace.interval
            return Commit({}, next_due=due, items=ItemResults(listed_since=listed))

        return Walk(
            context.name,
            saved,
            self._steps(source, replace(position, began=began, listed=listed)),
            finish,
            # An inventory is as new as the walk that read it to its end.
            newest_at_end=time_text(context.now),
            completes=True,
            begins=not position.begun,
        )

    def between(
        self,
        source: RequestContext,
        start: str,
        end: str | None,
        saved: SavedPosition | None = None,
        overlap: timedelta = timedelta(0),
    ) -> AsyncGenerator[Step, None]:
        """Walk the whole list, whatever the range."""
        return self._steps(source, InventoryPosition.read(saved or {}))

    async def total(
        self,
        client: Client,
        scope: Mapping[str, str],
        start: str,
        end: str | None,
    ) -> int | None:
        """Ask the console how many records the list has."""
        return await list_total(client, self.ask.path, {**scope})

    async def probe(self, client: Client, scope: Mapping[str, str]) -> None:
        """Ask for one record of the list."""
        await access.may_read(client, self.ask.path, scope)

    def slices(self, period: Period) -> list[Period]:
        """Raise TypeError: the API does not filter the list by time."""
        raise TypeError(f"GET {self.ask.path}: the API does not filter it by time ({period.name})")

    def changed(self, record: Record) -> str | None:
        """Give None: a walk goes by no time of the record."""
        return None

    def is_settled(self, item: Record, now: datetime, overlap: timedelta) -> bool:
        """Nothing comes late: every item is asked for each time."""
        return True

    def describe(self) -> Description:
        """Describe the list."""
        facts = (
            ("request", f"GET `{BASE}{self.ask.path}`"),
            ("bounds", "none: the complete inventory each time; only new and changed records are delivered"),
            ("sort", f"`{self.ask.sort}`, ascending"),
        )
        return Description(endpoint_of(self.ask), facts, "everything, at each poll")

    def _steps(self, source: RequestContext, position: InventoryPosition) -> AsyncGenerator[Step, None]:
        return walk_inventory(source, self.ask, position)


async def walk_inventory(
    source: RequestContext, ask: Inventory, position: InventoryPosition
) -> AsyncGenerator[Step, None]:
    """Walk the list from where `position` stands."""
    cursor = position.page
    parameters = {**source.scope, "sortBy": ask.sort, "sortOrder": "asc"}
    for restarts in range(RESTARTS + 1):
        try:
            async for answer in pages(
                source.client,
                ask.path,
                parameters,
                limit=source.limit(ask.page_size),
                cursor=cursor,
                set_aside=source.unread,
            ):
                records = answer.records()
                cursor = answer.next_cursor
                times = [ALWAYS] * len(records)
                missed = not isinstance(answer.data, list)
                saved = replace(position, page=cursor, begun=True).write()
                yield Step(records, times, saved, answer.received, answer.total, answer.notes, missed=missed)
        except ExpiredCursor:
            if restarts == RESTARTS:
                raise
            cursor = None
        else:
            return
