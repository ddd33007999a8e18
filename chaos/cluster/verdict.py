"""How a run with a cluster ended, and what makes it a failure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chaos.cluster.moved import SECONDS_TO_MOVE, Moved
from chaos.difference import Difference, doubled, lost, some


@dataclass(frozen=True)
class Struck:
    """What happened in the storm; `servers` are the blows to servers by name, `wanted` how often each was to be."""

    kills: int = 0
    pauses: int = 0
    servers: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class ClusterVerdict:
    """`records` had to be in each output; `steps` and `requests` are what the oracles had to look at."""

    differences: Sequence[Difference]
    struck: Struck
    moved: Sequence[Moved] = ()
    twice_at_once: Sequence[str] = ()
    without_lease: Sequence[str] = ()
    too_fast: Sequence[str] = ()
    steps: int = 0
    requests: int = 0
    unknown: int = 0
    records: int = 0
    consoles: int = 0
    problems: Sequence[str] = ()

    @property
    def failures(self) -> list[str]:
        """Why the run failed; empty if it did not."""
        found = list(self.problems)
        found += [failure for each in self.differences for failure in each.failures]
        told = {
            "polled by two workers at once": self.twice_at_once,
            "committed without the lease": self.without_lease,
            "over the limit": self.too_fast,
            f"not moved within {SECONDS_TO_MOVE:.0f} s of a kill or pause": [
                f"{each.console} {each.stream} of {each.strike.who}" for each in self.moved if each.is_late
            ],
        }
        found += [f"{word}: {len(those)} times, such as {some(those)}" for word, those in told.items() if those]
        if missing := self.struck.wanted - self.struck.servers:
            found.append(f"servers that were not struck: {', '.join(sorted(missing))}")
        if not self.struck.kills or not self.struck.pauses:
            found.append(f"only {self.struck.kills} kills and {self.struck.pauses} pauses in the time there was")
        return found

    def lines(self) -> list[str]:
        """The run for people: documents, trouble, oracles, and the sum as the last line."""
        told = [each.line for each in self.differences]
        told += [f"trouble {name:17} {times:6} times" for name, times in sorted(self.struck.servers.items())]
        told.append(f"steps {self.steps}, of them without the lease {len(self.without_lease)}")
        told.append(
            f"requests {self.requests}, of them amid another's poll {len(self.twice_at_once)}, over a limit "
            f"{len(self.too_fast)}, of unknown processes {self.unknown}"
        )
        slowest = max((each.seconds for each in self.moved if each.seconds is not None), default=0.0)
        told.append(
            f"polls that a kill or pause cut off: {len(self.moved)}, the slowest moved on after {slowest:.1f} s"
        )
        told += list(_late_strikes(self.moved))
        told += [f"FAILED: {failure}" for failure in self.failures]
        told.append(
            f"lost {lost(self.differences)}, doubled {doubled(self.differences)}, polled twice at once "
            f"{len(self.twice_at_once) + len(self.without_lease)}, kills {self.struck.kills}, "
            f"pauses {self.struck.pauses}, servers restarted {self.struck.servers.total()}, "
            f"consoles {self.consoles}, records {self.records}"
        )
        return told


def _late_strikes(moved: Sequence[Moved]) -> Iterator[str]:
    """Yield a line for each strike of which something moved on too late."""
    for strike in dict.fromkeys(each.strike for each in moved if each.is_late):
        cut_off = [each for each in moved if each.strike == strike]
        when = datetime.fromtimestamp(strike.time, UTC)
        late = sum(each.is_late for each in cut_off)
        yield f"strike of {strike.who} at {when:%H:%M:%S}: {late} of {len(cut_off)} polls moved on too late"
