"""The end of an action that the console took, and of which it shows none."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from s1ecs.respond.plan.ages import length
from s1ecs.respond.trackers import Poll
from s1ecs.respond.trackers.presence import HostPresence


@dataclass(frozen=True)
class GiveUpTimes:
    """Age of an action, when its end is usually shown, and from when none is expected."""

    age: timedelta
    usual: timedelta
    longest: timedelta


def why_unknown(turn: Poll[Any] | None, presence: HostPresence, patience: GiveUpTimes, note: str) -> str:
    """Explain why the end of an accepted action stays unknown; "" while it may still be shown.

    `turn` is the last that the console showed of it, None where it could not be asked.
    """
    if presence.gone:
        return f"{presence.gone}; its outcome cannot be determined"
    if patience.age > patience.longest:
        return f"its outcome was not reported within {length(patience.longest)}: {note}"
    if turn is None or turn.seen or presence.offline or patience.age <= patience.usual:
        return ""
    return f"the console accepted it {length(patience.age)} ago, but shows no sign of it: {note}"
