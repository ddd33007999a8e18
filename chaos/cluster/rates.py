"""Whether the requests to each console stayed within its limits, whichever worker made them.

A limit lets a burst through and so many requests a second. Requests that left in time arrive together where the machine
was busy, or the process of the consoles stood still: as many more as fit into five seconds are let through. What goes
over the limit for longer is seen: two workers that each keep to a limit by themselves are, within ten seconds.
"""

import re
from collections.abc import Iterable, Iterator

from chaos.cluster.consoles import Asked
from s1ecs.standin.limits import limit_of

_JITTER_SECONDS = 5.0
_ID = re.compile(r"(?<=/)\d+(?=/|$)")


def too_fast(asked: Iterable[Asked]) -> Iterator[str]:
    """Yield the requests beyond a limit."""
    levels: dict[tuple[str, str], tuple[float, float]] = {}
    for each in sorted(asked):
        limit = limit_of(_ID.sub("{threat_id}", each.path))
        bucket = each.console, limit.prefix or each.path
        most = limit.burst + limit.rate * _JITTER_SECONDS
        left, then = levels.get(bucket, (most, each.time))
        left = min(most, left + (each.time - then) * limit.rate) - 1
        if left < 0:
            yield f"{each.console} {each.path}: more than {limit.rate:g} requests a second, at {each.time:.3f}"
            left = 0.0
        levels[bucket] = left, each.time
