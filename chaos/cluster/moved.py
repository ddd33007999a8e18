"""Whether what a killed worker was polling moved on: another worker committed a step of it, soon enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chaos.cluster.history import Entry

SECONDS_TO_MOVE = 60.0


class Span(NamedTuple):
    """From one moment to another; a server was away."""

    begin: float
    end: float


class Killed(NamedTuple):
    """A worker was killed at that moment."""

    who: str
    time: float


@dataclass(frozen=True)
class Moved:
    """A key of a killed worker, and the seconds until somebody else committed a step of it; None: nobody did."""

    killed: Killed
    console: str
    stream: str
    seconds: float | None

    @property
    def is_late(self) -> bool:
        """True if it took too long."""
        return self.seconds is None or self.seconds > SECONDS_TO_MOVE


def moves(kills: Sequence[Killed], history: Sequence[Entry], away: Sequence[Span], end: float) -> Iterator[Moved]:
    """Yield all keys of all killed workers; time in which a server was away does not count.

    A key of which nobody committed a step before `end` is told only if there was time enough to do so.
    """
    for killed in kills:
        begun: dict[tuple[str, str], str] = {}
        first: dict[tuple[str, str], float] = {}
        for each in history:
            key = each.console, each.stream
            if each.time <= killed.time:
                if each.kind in {"begun", "ended"}:
                    begun[key] = each.who if each.kind == "begun" else ""
            elif each.kind == "step" and each.who != killed.who:
                first.setdefault(key, each.time)
        for key in sorted(key for key, who in begun.items() if who == killed.who):
            seconds = _without(away, killed.time, first.get(key, end))
            if key in first or seconds > SECONDS_TO_MOVE:
                yield Moved(killed, *key, seconds if key in first else None)


def _without(away: Sequence[Span], begin: float, end: float) -> float:
    return end - begin - sum(max(0.0, min(end, each.end) - max(begin, each.begin)) for each in away)
