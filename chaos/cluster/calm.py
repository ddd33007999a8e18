"""The calm after the storm: no trouble, no growth, and every stream of every console walked once more."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from chaos.calm import Unfinished
from chaos.cluster.fleet import Fleet
from chaos.cluster.history import History

_LOOK_EVERY = 1.0
# The first walk to end in the calm may have begun before; the second one did not.
_WALKS = 2
_SHOWN = 5


def settle(history: History, fleet: Fleet, streams_of: Mapping[str, Sequence[str]], *, seconds: float) -> None:
    """Wait until each walk came to its end twice and no item's call is to be made again; then drain the workers.

    Raises Unfinished after so many seconds, and EndedByItself.
    """
    wanted = {(console, stream, "live") for console, streams in streams_of.items() for stream in streams}
    wanted |= {(console, stream, "reread") for console, stream, _ in wanted if stream == "alert"}
    since, end = history.now(), time.monotonic() + seconds
    while True:
        ends = Counter((each.console, each.stream, each.walk) for each in history.read(since) if each.moved)
        behind = sorted(walk for walk in wanted if ends[walk] < _WALKS)
        failed = history.failed_items()
        if not behind and not failed:
            fleet.drain()
            return
        if time.monotonic() > end:
            names = ", ".join(" ".join(walk) for walk in behind[:_SHOWN])
            more = f" and {len(behind) - _SHOWN} more" if len(behind) > _SHOWN else ""
            raise Unfinished(f"not walked through within {seconds:.0f} s of calm: {names}{more}; {failed} failed items")
        fleet.still_run()
        time.sleep(_LOOK_EVERY)
