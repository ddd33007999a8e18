"""The time that a console of the tests tells."""

from dataclasses import dataclass
from datetime import UTC, datetime

from s1ecs.sentinelone.server_clock import Clocks

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class ToldTime:
    """Tells the console's `clock`, and `ours`, which is the same unless a test says otherwise."""

    clock: datetime = NOW
    ours: datetime | None = None

    def now(self) -> datetime:
        """Tell the console's time."""
        return self.clock

    def clocks(self) -> Clocks:
        """Tell the console's time and ours."""
        ours = self.now() if self.ours is None else self.ours
        ahead = (self.now() - ours).total_seconds()
        return Clocks(self.now(), ours, ahead, ahead)

    @property
    def clock_difference(self) -> float | None:
        """Tell how far the console's clock is ahead."""
        return self.clocks().least

    async def learn_time(self) -> None:
        """Know the time already."""
