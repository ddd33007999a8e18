"""Strategies: the Protocol of a way of asking.

Everything that differs between streams because of how they are asked is a method here; no other code tells the ways
apart.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from s1ecs.collect.pace import Pace
from s1ecs.collect.period import Period
from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.strategies.description import Description
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.step import Step
from s1ecs.collect.strategies.walk import Walk
from s1ecs.records import Record
from s1ecs.sentinelone.client import Client
from s1ecs.state.checkpoints import WalkName


@dataclass(frozen=True)
class LiveContext:
    """The surroundings of a live walk: its name, its pace, and `now` by the console's clock.

    `rereads`: what was walked is walked again now and then, so that ids are remembered for that.
    """

    name: WalkName
    pace: Pace
    rereads: bool
    now: datetime


class Strategy(Protocol):
    """A way of asking for the records of one stream. Only it understands the positions of its walks."""

    @property
    def filters_by_time(self) -> bool:
        """True if the API filters the stream by time; else all of it is walked each time."""

    def live(self, context: LiveContext, source: RequestContext, saved: SavedPosition) -> Walk:
        """Make the walk through what is new behind a saved position."""

    def between(
        self,
        source: RequestContext,
        start: str,
        end: str | None,
        saved: SavedPosition | None = None,
        overlap: timedelta = timedelta(0),
    ) -> AsyncGenerator[Step, None]:
        """Walk all records from `start` to `end`, both in it; all there are where the API does not filter by time.

        Resume from the saved position of such a walk, an `overlap` before it. Without an end the walk goes up to now.
        """

    async def total(self, client: Client, scope: Mapping[str, str], start: str, end: str | None) -> int | None:
        """Ask the console how many records `between` would bring; None where it has no such count.

        Raises ConsoleError types.
        """

    async def probe(self, client: Client, scope: Mapping[str, str]) -> None:
        """Ask as a poll would, for one record; raise the ConsoleError that says why it can't be read."""

    def slices(self, period: Period) -> list[Period]:
        """Cut a period into the pieces in which it is backfilled."""

    def changed(self, record: Record) -> str | None:
        """Give the time by which a poll would find the record; None where it goes by no time of the record."""

    def is_settled(self, item: Record, now: datetime, overlap: timedelta) -> bool:
        """True if all that belongs to the last change of a list's item is visible by now."""

    def describe(self) -> Description:
        """Describe the way of asking, for the documentation and `s1ecs streams`."""
