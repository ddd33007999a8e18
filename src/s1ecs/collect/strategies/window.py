"""A window of time, walked once a phase: by when things came to be, then by when they changed.

The position of a window in hand holds its ends, phase and cursor, so that a walk that was cut off goes on with the same
window.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from s1ecs.collect.period import Period
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.positions.window_position import WindowPosition
from s1ecs.collect.seen_ids import SeenIdPolicy
from s1ecs.collect.strategies.clocked import finish, marked, newest_of, stand, stepped
from s1ecs.collect.strategies.description import BASE, OVERLAP, Description
from s1ecs.collect.strategies.record_paths import time_at, value_at
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.strategy import LiveContext
from s1ecs.collect.strategies.walk import Walk
from s1ecs.errors import Refused
from s1ecs.records import Record
from s1ecs.sentinelone import access
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.counts import connection_total
from s1ecs.sentinelone.graphql import between, connection_pages
from s1ecs.streams.collection_modes import Window, endpoint_of
from s1ecs.timestamps import earlier, later, moment_of, time_text

# The start of a window does not belong to it, and the API knows no shorter time.
_JUST_BEFORE = timedelta(milliseconds=1)
# The window that is probed.
_PROBED = timedelta(hours=1)


@dataclass(frozen=True)
class WindowStrategy:
    """Asks for windows of time."""

    ask: Window
    filters_by_time = Window.filters_by_time

    def live(self, context: LiveContext, source: RequestContext, saved: SavedPosition) -> Walk:
        """Make the walk through the window that was cut off, else through one from where pages by time would begin.

        So it is records' own times that say where a window begins, and a clock that was wrong for a while opens no gap.
        It ends at the latest time that either clock shows, or that the console's showed lately: records may be stamped
        so.
        """
        before, stands = stand(context, source, saved)
        source = replace(source, ahead=stands.taken.ahead)
        clocks = source.client.clocks()
        bounds = stands.bounds(context.pace.overlap)
        cut_off = stands.taken.position.window
        end = max(time_text(clocks.later), later(time_text(clocks.ours), timedelta(seconds=stands.reach)))
        window = cut_off or WindowPosition(bounds.since, end)
        return Walk(
            context.name,
            stands.write(),
            marked(self._following(source, window, bounds), stands),
            partial(finish, context, source, stands, clocks, whole=cut_off is None),
            newest=newest_of,
            catches_up=cut_off is not None,
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
        """Walk the window from `start` to `end`."""
        window = WindowPosition.read(saved) if saved else _window(start, end or source.present())
        return walk_window(source, self.ask, window)

    async def total(
        self,
        client: Client,
        scope: Mapping[str, str],
        start: str,
        end: str | None,
    ) -> int | None:
        """Ask the console how many records the first phase of the window has."""
        window = _window(start, end or time_text(client.now()))
        variables = between(self.ask.phases[0], moment_of(window.start), moment_of(window.end))
        return await connection_total(client, self.ask, variables)

    async def probe(self, client: Client, scope: Mapping[str, str]) -> None:
        """Ask for one record of the last hour."""
        now = client.now()
        await access.may_ask(client, self.ask, between(self.ask.phases[0], now - _PROBED, now))

    def slices(self, period: Period) -> list[Period]:
        """Leave the period whole, because a record may be found by several of its times."""
        return [period]

    def changed(self, record: Record) -> str | None:
        """Give None: the times by which a window finds the record are those of its identity."""
        return None

    def is_settled(self, item: Record, now: datetime, overlap: timedelta) -> bool:
        """Nothing comes late where there are no items."""
        return True

    def describe(self) -> Description:
        """Describe the query and its phases."""
        ask = self.ask
        phases = ", then those by ".join(f"`{phase}`" for phase in ask.phases)
        facts = (
            ("request", f"POST `{BASE}{ask.path}`, a GraphQL query of `{ask.root}`, with the token as `Bearer`"),
            ("bounds", f"a time window: all records in it by {phases}"),
            ("sort", "time of the phase, ascending"),
        )
        return Description(endpoint_of(ask), facts, OVERLAP)

    async def _following(
        self, source: RequestContext, window: WindowPosition, bounds: Bounds
    ) -> AsyncGenerator[Step, None]:
        """Walk the window, with the position of pages by time beside that of the window."""
        async with aclosing(_phases(source, self.ask, window)) as steps:
            async for step, behind in steps:
                # What changed since the window's end tells nothing of what else came to be behind that end.
                until = min(source.present(), window.end)
                bounds = bounds.past([_latest(record, self.ask) for record in step.records], until)
                yield replace(step, position=replace(bounds.position, window=behind).write())


async def walk_window(source: RequestContext, ask: Window, window: WindowPosition) -> AsyncGenerator[Step, None]:
    """Walk the window phase by phase, from where it stands."""
    async with aclosing(_phases(source, ask, window)) as steps:
        async for step, _ in steps:
            yield step


def _window(start: str, end: str) -> WindowPosition:
    return WindowPosition(earlier(start, _JUST_BEFORE), end)


async def _phases(
    source: RequestContext, ask: Window, window: WindowPosition
) -> AsyncGenerator[tuple[Step, WindowPosition], None]:
    while window.phase < len(ask.phases):
        resumed = window.after is not None
        try:
            async for step, behind in _phase(source, ask, window):
                resumed, window = False, behind
                yield step, behind
        except Refused:
            # GraphQL has no error of its own for a cursor that the console forgot since the last poll.
            if not resumed:
                raise
            window = replace(window, after=None)


async def _phase(
    source: RequestContext, ask: Window, window: WindowPosition
) -> AsyncGenerator[tuple[Step, WindowPosition], None]:
    variables = between(ask.phases[window.phase], moment_of(window.start), moment_of(window.end))
    async for answer in connection_pages(
        source.client,
        ask,
        variables,
        first=source.limit(ask.page_size),
        after=window.after,
        skim=ask.skim,
        set_aside=source.unread,
    ):
        if answer.dead_end:
            # What lies behind was not read: the phase has no end yet.
            pass
        elif answer.next_cursor is None:
            window = replace(window, phase=window.phase + 1, after=None)
        else:
            window = replace(window, after=answer.next_cursor)
        now = source.present()
        records = [record for record in answer.records() if source.has_site(value_at(record, ask.site))]
        times = [_latest(record, ask) or now for record in records]
        # The total is that of one phase, so it says nothing of the walk.
        yield Step(records, times, window.write(), answer.received, notes=answer.notes), window


def _latest(record: Record, ask: Window) -> str | None:
    """The last of the times by which a window may find the record."""
    return max((time for phase in ask.phases if (time := time_at(record, phase)) is not None), default=None)
