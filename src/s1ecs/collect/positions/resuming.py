"""Resuming under the clocks as they are now.

When the console's clock jumped ahead of what the newest position was taken under, that position is kept as an anchor.
When it stepped back behind that, reading resumes from the last anchor whose clock was not ahead of the present one;
where there is none, from the earlier of the position and our time at it, told by the present clock. It makes no
difference whether the console's clock passed the position meanwhile, because our clock went on further.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from s1ecs.collect.positions.clocked_position import SLACK, Standing, Taken
from s1ecs.collect.positions.time_position import TimePosition
from s1ecs.sentinelone.server_clock import Clocks
from s1ecs.timestamps import earlier, later, time_text

# So that a clock that steps about keeps no more than this; to resume from an earlier anchor is right, too.
_MOST_ANCHORS = 8


def resumed(saved: Standing, clocks: Clocks, overlap: timedelta, first: str) -> Standing:
    """Resume from what is saved; `first` is where a first poll would begin."""
    standing = _stepped(_by_our_clock(saved, clocks), clocks, overlap)
    taken, now = standing.taken, time_text(clocks.console)
    if clocks.least is None:
        now = _later(time_text(clocks.ours), taken.ahead)
    taken = replace(taken, position=_capped(taken.position, now, overlap, first))
    reach = max(standing.reach, taken.ahead, clocks.most or 0.0)
    return _doubted(replace(standing, reach=reach), taken, overlap)


def _by_our_clock(saved: Standing, clocks: Clocks) -> Standing:
    """The same by our clock as it goes now, whoever set it meanwhile."""
    ours = time_text(clocks.ours)
    forward = clocks.base - saved.base if saved.since and saved.since == clocks.since else 0.0

    def moved(taken: Taken) -> Taken:
        return replace(taken, ahead=taken.ahead - forward, at=min(_later(taken.at, forward), ours))

    return replace(
        saved,
        taken=moved(saved.taken),
        anchors=tuple(map(moved, saved.anchors)),
        stepped=min(_later(saved.stepped, forward), ours),
        reach=saved.reach - forward,
        base=clocks.base,
        since=clocks.since,
    )


def _stepped(standing: Standing, clocks: Clocks, overlap: timedelta) -> Standing:
    if clocks.least is None or clocks.most is None:
        return standing
    ours = time_text(clocks.ours)
    if clocks.most < standing.taken.ahead - SLACK:
        standing = replace(_back(standing, clocks.least, clocks.most, overlap), stepped=ours)
    taken = standing.taken
    if clocks.least > taken.ahead + SLACK:
        anchors = _few((*standing.anchors, taken))
        taken = replace(taken, ahead=(clocks.least + clocks.most) / 2)
        return replace(standing, taken=taken, anchors=anchors, stepped=ours)
    return replace(standing, taken=replace(taken, ahead=min(taken.ahead, clocks.most)))


def _back(standing: Standing, least: float, most: float, overlap: timedelta) -> Standing:
    """Resume when the clock is behind what the position was taken under."""
    forgotten = _forgotten(standing)
    good = [anchor for anchor in standing.anchors if anchor.ahead <= most + SLACK]
    if good:
        return replace(standing, taken=good[-1], anchors=tuple(good[:-1]), doubted=forgotten)
    dropped = (*standing.anchors, standing.taken)
    since = min(min(each.since(overlap), earlier(_later(each.at, least), overlap)) for each in dropped)
    read = any(each.position.greatest for each in dropped)
    position = TimePosition(min(since, standing.taken.position.first), greatest=later(since, overlap) if read else None)
    taken = Taken(position, (least + most) / 2, min(each.at for each in dropped))
    return replace(standing, taken=taken, anchors=(), doubted=forgotten)


def _forgotten(standing: Standing) -> str:
    """Before this ids may have been forgotten."""
    return max(standing.doubted, *(each.position.forgotten for each in (standing.taken, *standing.anchors)))


def _doubted(standing: Standing, taken: Taken, overlap: timedelta) -> Standing:
    """Standing at `taken`, with the ids in doubt that a walk from there would come by."""
    forgotten, since = _forgotten(standing), taken.since(overlap)
    if not forgotten or (taken == standing.taken and not standing.doubted):
        # Where the overlap alone was made larger the walk stays behind what is remembered.
        return replace(standing, taken=taken)
    position = replace(taken.position, forgotten=min(forgotten, since))
    doubted = forgotten if forgotten > since else ""
    return replace(standing, taken=replace(taken, position=position), doubted=doubted)


def _capped(position: TimePosition, now: str, overlap: timedelta, first: str) -> TimePosition:
    """The position without what lies behind the console's present; it may be of another clock, or of none."""
    latest = earlier(now, overlap)
    late_window = position.window is not None and position.window.start > latest
    return replace(
        position,
        first=min(position.first, first) if position.first > latest else position.first,
        greatest=None if position.greatest is None else min(position.greatest, now),
        seen=None if position.seen is None else min(position.seen, now),
        window=None if late_window else position.window,
    )


def _few(anchors: Sequence[Taken]) -> tuple[Taken, ...]:
    """No more anchors than are kept; without one of them reading resumes from the one before it."""
    if len(anchors) <= _MOST_ANCHORS:
        return tuple(anchors)
    nearest = min(range(1, len(anchors)), key=lambda each: anchors[each].ahead - anchors[each - 1].ahead)
    return (*anchors[:nearest], *anchors[nearest + 1 :])


def _later(text: str, seconds: float) -> str:
    return later(text, timedelta(seconds=seconds))
