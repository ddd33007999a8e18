"""Whether a stream of a console was ever polled by two workers at once, and whether a step had the lease of its walk.

Two oracles, by the history of the database and by the requests that consoles saw:

- Each committed step must be of the worker that took the lease of its walk last. This sees every commit, and so each
  one of a worker that was paused, whose lease another one took and that woke; it sees nothing of polls without commits.
- No request may be of a worker while another one has the lease of the stream, or of each of the streams that have that
  path in common: threats and their events. This sees requests alone, whoever commits. It does not see a request of a
  process that ended before one could look who it was, nor two polls of one process, which its own list rules out. A
  worker that wakes sends what it was about to send when it was stopped, before any of its code runs: so requests of
  its first moment do not count. Where no worker has the lease, a request is no conflict.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chaos.cluster.consoles import Asked
from chaos.cluster.history import Entry
from s1ecs.streams import STREAMS

# Streams by the paths that they are read from; below them as well.
STREAMS_OF: Mapping[str, tuple[str, ...]] = {
    path: tuple(name for name, stream in STREAMS.items() if stream.ask.path == path)
    for path in {stream.ask.path for stream in STREAMS.values()}
}
_LIVE = "live"
# A request is seen a little after it was sent, and a worker that was woken is not awake at once.
_LATE = 1.0
_WAKING = 2.0


class Tenure(NamedTuple):
    """A worker had the lease of a stream from one moment to another."""

    begin: float
    end: float
    who: str


class Woken(NamedTuple):
    """A worker was continued at that moment."""

    who: str
    time: float


def tenures(history: Iterable[Entry]) -> Mapping[tuple[str, str], Sequence[Tenure]]:
    """Return who had the lease of each console's stream, in the order of time; who was killed, until the next one."""
    found: dict[tuple[str, str], list[Tenure]] = defaultdict(list)
    for each in history:
        if each.walk != _LIVE or each.kind not in {"taken", "released"}:
            continue
        of = found[each.console, each.stream]
        if of and of[-1].end == float("inf"):
            of[-1] = of[-1]._replace(end=each.time)
        if each.kind == "taken":
            of.append(Tenure(each.time, float("inf"), each.who))
    return found


def polled_twice(
    asked: Iterable[Asked], history: Sequence[Entry], names: Mapping[int, str], woken: Sequence[Woken]
) -> Iterator[str]:
    """Yield the requests of one worker amid the poll of another; `names` are the workers by process."""
    held = tenures(history)
    for each in asked:
        who = names.get(each.process)
        path = next((path for path in STREAMS_OF if f"{each.path}/".startswith(f"{path}/")), None)
        if who is None or path is None or _is_waking(who, each.time, woken):
            continue
        keys = [(each.console, stream) for stream in STREAMS_OF[path]]
        others = [_holder(held.get(key, ()), each.time) for key in keys]
        if None in others or any(_had(held.get(key, ()), who, each.time) for key in keys):
            continue
        yield (
            f"{each.console} {' or '.join(STREAMS_OF[path])}: {who} asked for {each.path} while {others[0]} had the "
            f"lease, at {each.time:.3f}"
        )


def without_lease(history: Iterable[Entry]) -> Iterator[str]:
    """Yield the steps that were committed by anybody but the worker that took the lease of the walk last."""
    taken: dict[tuple[str, str, str], Entry] = {}
    for each in history:
        walk = each.console, each.stream, each.walk
        if each.kind == "taken":
            taken[walk] = each
        if each.kind == "step":
            last = taken.get(walk)
            if last is None or (last.who, last.epoch) != (each.who, each.epoch):
                holder = "nobody" if last is None else f"{last.who} with epoch {last.epoch}"
                yield f"{' '.join(walk)}: {each.who} committed a step, epoch {each.epoch}; the lease was of {holder}"


def _is_waking(who: str, time: float, woken: Iterable[Woken]) -> bool:
    return any(each.who == who and -_LATE <= time - each.time <= _WAKING for each in woken)


def _holder(of: Sequence[Tenure], time: float) -> str | None:
    place = bisect_right(of, time, key=lambda each: each.begin) - 1
    return of[place].who if place >= 0 and time < of[place].end else None


def _had(of: Sequence[Tenure], who: str, time: float) -> bool:
    return any(each.who == who and each.begin - _LATE <= time <= each.end + _LATE for each in of)
