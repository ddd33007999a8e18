"""Events of a host's agent in the last day beside incidents, and its last full disk scan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from s1ecs.standin import invent, moments

_SCAN_LASTS = timedelta(minutes=90)
_YEAR = timedelta(days=365)

ScanStatus = Literal["none", "started", "aborted", "finished"]


@dataclass(frozen=True)
class Scan:
    """A full disk scan; `ended` is when it finished or was aborted."""

    status: ScanStatus
    ordered: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Story:
    """The moments of an agent; None is what did not happen."""

    registered: datetime
    upgraded: datetime | None
    scan: Scan
    regrouped: datetime | None
    decommissioned: datetime | None


def story(seed: int, host_number: int, *, earlier: datetime, now: datetime) -> Story:
    """Return the story of the host of that number, which registered at `earlier` unless it is a new one."""
    random = invent.source(seed, "story", host_number)
    is_new = random.random() < 0.04  # noqa: PLR2004 - a share
    registered = moments.recent(random, now) if is_new else earlier
    decommissioned = _decommissioned(random, registered, now)
    scan = _scan(random, registered, now, is_alive=decommissioned is None)
    if decommissioned:
        return Story(registered, None, scan, None, decommissioned)
    return Story(
        registered=registered,
        upgraded=moments.recent(random, now, since=registered) if random.random() < 0.1 else None,  # noqa: PLR2004 - a share
        scan=scan,
        regrouped=moments.recent(random, now, since=registered) if random.random() < 0.03 else None,  # noqa: PLR2004 - a share
        decommissioned=None,
    )


def _scan(random: Random, registered: datetime, now: datetime, *, is_alive: bool) -> Scan:
    chance = random.random()
    if chance < 0.05:  # noqa: PLR2004 - a share
        return Scan("none")
    is_recent = is_alive and (chance < 0.2 or registered > moments.start(now))  # noqa: PLR2004 - a share
    ordered = moments.recent(random, now, since=registered) if is_recent else moments.after(random, registered, _YEAR)
    started = moments.after(random, ordered, timedelta(seconds=50))
    ended = moments.after(random, started, _SCAN_LASTS)
    if started > now:
        return Scan("none", ordered=ordered)
    if ended > now:
        return Scan("started", ordered=ordered, started=started)
    return Scan("aborted" if random.random() < 0.1 else "finished", ordered, started, ended)  # noqa: PLR2004 - a share


def _decommissioned(random: Random, registered: datetime, now: datetime) -> datetime | None:
    if random.random() > 0.02 or registered > moments.start(now):  # noqa: PLR2004 - a share
        return None
    return moments.recent(random, now) if random.randrange(2) else now - moments.SPAN * random.randrange(2, 90)
