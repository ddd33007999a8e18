"""The position of a live walk by time, with the clock under which it was taken.

A position says that the records up to a time were read, which holds as long as the console's clock is the one that it
was by then. So it is kept with how far that clock was ahead of ours, and with anchors: the positions from before the
console's clock jumped ahead. Anchors are dropped once the clocks agree and the console's did not step for a while. A
position of which nobody knows the clock counts as taken under ours.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from s1ecs.collect.positions.saved import SavedPosition
from s1ecs.collect.positions.time_bounds import Bounds
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.timestamps import later, moment_of, time_text

# Where a position keeps what is here.
_KEY = "clock"
# A clock that moved by less did not step: nodes of a console differ by that much, and the overlap covers it.
SLACK = 5.0
# Anchors are dropped when the clocks agreed for so long.
_CALM = timedelta(hours=1)


@dataclass(frozen=True)
class Taken:
    """A position, and how many seconds the console's clock was ahead of ours when it was taken.

    All records that there were by `at`, our time, were read, but for what lies before an anchor's time to come.
    """

    position: TimePosition
    ahead: float
    at: str

    def since(self, overlap: timedelta) -> str:
        """The time from which on reading resumes here."""
        since = replace(Bounds.of(self.position, overlap), forgotten="").since
        window = self.position.window
        return since if window is None else min(since, window.start)

    @classmethod
    def read(cls, saved: SavedPosition) -> "Taken":
        """Read a position that was saved as an anchor."""
        return cls(TimePosition.read(saved["position"]), saved["ahead"], saved["at"])

    def write(self) -> dict[str, Any]:
        """Write the position as an anchor; `read` is the reverse."""
        return {"position": self.position.write(), "ahead": self.ahead, "at": self.at}


@dataclass(frozen=True)
class Standing:
    """The position under the present clock, and the anchors, each taken under a clock less far ahead than the next.

    `stepped` is when the console's clock was last seen to step, by ours. `reach` is how many seconds it was ahead of
    ours at most since anchors were last dropped: records may be stamped so. `first` is the lower bound of the first
    poll. Ids of records before `doubted` may have been forgotten. `base` and `since` are those of Clocks.
    """

    taken: Taken
    first: str
    stepped: str
    anchors: tuple[Taken, ...] = ()
    reach: float = 0.0
    doubted: str = ""
    base: float = 0.0
    since: str = ""

    def write(self) -> dict[str, Any]:
        """Write all of it as the walk's position; `standing` is the reverse."""
        return {**self.taken.position.write(), **self.mark()}

    def mark(self) -> dict[str, Any]:
        """Write what goes into every position of the walk, beside its bounds."""
        mark = {
            "ahead": round(self.taken.ahead, 3),
            "at": self.taken.at,
            "first": self.first,
            "stepped": self.stepped,
            "reach": round(self.reach, 3),
            "doubted": self.doubted,
            "base": round(self.base, 3),
            "since": self.since,
            "anchors": [anchor.write() for anchor in self.anchors],
        }
        return {_KEY: {name: value for name, value in mark.items() if value or name == "ahead"}}

    def bounds(self, overlap: timedelta) -> Bounds:
        """Give the bounds that the position stands for."""
        return Bounds.of(self.taken.position, overlap)

    def ended(
        self, position: TimePosition, clocks: Clocks, began: datetime, agreement: float, *, whole: bool
    ) -> "Standing":
        """Give the standing behind a walk that ended at `position` and began at `began`, our time.

        `whole`: it read all there was. `agreement`: clocks that are no more seconds apart agree.
        """
        fell = clocks.most is not None and clocks.most < self.taken.ahead - SLACK
        at = time_text(began) if whole and not fell else self.taken.at
        standing = replace(self, taken=Taken(position, self.taken.ahead, at), doubted="" if whole else self.doubted)
        calm = moment_of(self.stepped) + _CALM <= began
        if not whole or fell or not calm or abs(self.taken.ahead) > agreement:
            return standing
        taken = Taken(replace(position, first=self.first), self.taken.ahead, at)
        return replace(standing, taken=taken, anchors=(), reach=0.0)


def standing(saved: SavedPosition, clocks: Clocks, first: str) -> Standing:
    """Read what a saved position stands for, an empty one for a first poll that begins at `first`."""
    ours = time_text(clocks.ours)
    position = TimePosition.read(saved) if saved else TimePosition(first)
    mark = saved.get(_KEY)
    if mark is None:
        surely = time_text(clocks.earlier)
        known = replace(position, greatest=_at_most(position.greatest, surely), seen=_at_most(position.seen, surely))
        # What lies before the first poll's lower bound was read, or is not wanted.
        apart = clocks.ours - clocks.earlier if not saved else timedelta(0)
        at = min(ours, known.greatest or later(position.first, apart))
        doubted = position.forgotten if known != position else ""
        return Standing(
            Taken(known, 0.0, at), position.first, ours, doubted=doubted, base=clocks.base, since=clocks.since
        )
    return Standing(
        Taken(position, mark["ahead"], mark["at"]),
        mark["first"],
        mark["stepped"],
        tuple(map(Taken.read, mark.get("anchors", ()))),
        mark.get("reach", 0.0),
        mark.get("doubted", ""),
        mark.get("base", 0.0),
        mark.get("since", ""),
    )


def _at_most(time: str | None, latest: str) -> str | None:
    return None if time is None else min(time, latest)
