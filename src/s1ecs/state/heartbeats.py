"""Signs of life, so that a dead collector is told from a quiet one. All times are this machine's, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from s1ecs.state.status import Key

# How often a `run` reports.
BEAT = timedelta(seconds=10)


@dataclass(frozen=True)
class Run:
    """The `run` that reported last; `ended` None: it was not told to stop, so it is at work or dead.

    `process` tells its process from a later one with the same id; empty where the system, or an earlier version, did
    not say.
    """

    host: str
    pid: int
    started: datetime
    beat: datetime
    ended: datetime | None = None
    process: str = ""


@dataclass(frozen=True)
class StreamProgress:
    """The end of a stream's last poll without trouble, and the time of its last saved step; None: never."""

    good: datetime | None = None
    moved: datetime | None = None


@dataclass(frozen=True)
class TokenExpiry:
    """The expiry of a console's token, None if the console does not tell, and when it was requested."""

    expires: datetime | None
    learned: datetime


@dataclass(frozen=True)
class ConsoleClock:
    """The seconds by which a console's clock was ahead of ours, and when that was."""

    ahead: float
    learned: datetime


@dataclass(frozen=True)
class Life:
    """All signs of life in a state."""

    run: Run | None = None
    progress: Mapping[Key, StreamProgress] = field(default_factory=dict)
    tokens: Mapping[str, TokenExpiry] = field(default_factory=dict)
    clocks: Mapping[str, ConsoleClock] = field(default_factory=dict)


class Heartbeats(Protocol):
    """The signs of life that collecting saves; steps and polls save their own."""

    async def save_run(self, run: Run) -> None:
        """Save that a `run` is at work, or that it was told to stop."""

    async def tokens(self) -> Mapping[str, TokenExpiry]:
        """Return each console's token as last learned."""

    async def save_token(self, console: str, token: TokenExpiry) -> None:
        """Save when a console's token expires."""

    async def save_clock(self, console: str, clock: ConsoleClock) -> None:
        """Save how far a console's clock is ahead of ours."""
