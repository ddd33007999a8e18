"""Whether what a worker polled that was killed or paused moved on: a step of it was committed, soon enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chaos.cluster.history import Entry

SECONDS_TO_MOVE = 60.0
_ON_ITS_WAY = 1.0


class Span(NamedTuple):
    """From one moment to another; a server was away."""

    begin: float
    end: float


class Strike(NamedTuple):
    """A worker was killed or paused at that moment."""

    who: str
    time: float


@dataclass(frozen=True)
class Moved:
    """A key of a worker that was struck, and the seconds until a step of it was committed; None: nobody did."""

    strike: Strike
    console: str
    stream: str
    seconds: float | None

    @property
    def is_late(self) -> bool:
        """True if it took too long."""
        return self.seconds is None or self.seconds > SECONDS_TO_MOVE


def moves(strikes: Sequence[Strike], history: Sequence[Entry], away: Sequence[Span], end: float) -> Iterator[Moved]:
    """Yield all keys of all workers that were struck; time in which a server was away does not count.

    A key whose next worker was struck, too, before it got anywhere is told with that one's strike alone. A key of which
    nobody committed a step before `end` is told only if there was time enough to do so.
    """
    for strike in strikes:
        for key in _polled(strike, history):
            told = _told(strike, key, strikes, history)
            if told is None:
                continue
            seconds = _without(away, strike.time, min(told, end))
            if told < float("inf") or seconds > SECONDS_TO_MOVE:
                yield Moved(strike, *key, seconds if told < float("inf") else None)


def _polled(strike: Strike, history: Sequence[Entry]) -> Sequence[tuple[str, str]]:
    """Return what a worker polled as it was struck."""
    begun: dict[tuple[str, str], str] = {}
    for each in history:
        if each.time <= strike.time and each.kind in {"begun", "ended"}:
            begun[each.console, each.stream] = each.who if each.kind == "begun" else ""
    return sorted(key for key, who in begun.items() if who == strike.who)


def _told(strike: Strike, key: tuple[str, str], strikes: Sequence[Strike], history: Sequence[Entry]) -> float | None:
    """Return the time of the first step since; infinity if there is none, None if whoever came next was struck."""
    since = [each for each in history if (each.console, each.stream) == key and each.time > strike.time]
    # A commit may have been on its way when its worker was struck.
    step = next(
        (
            each.time
            for each in since
            if each.kind == "step" and each.time - strike.time > _ON_ITS_WAY * (each.who == strike.who)
        ),
        float("inf"),
    )
    for each in since:
        if each.kind == "begun" and each.time < step:
            ended = next((later.time for later in since if later.time > each.time and later.kind == "ended"), step)
            if any(other.who == each.who and each.time < other.time < min(step, ended) for other in strikes):
                return None
    return step


def _without(away: Sequence[Span], begin: float, end: float) -> float:
    return end - begin - sum(max(0.0, min(end, each.end) - max(begin, each.begin)) for each in away)
