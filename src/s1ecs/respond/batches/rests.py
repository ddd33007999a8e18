"""Rests between two looks at a scheduled action: a minute at first, each time twice as long."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from s1ecs.respond.audit.journal import Status

_FIRST = timedelta(minutes=1)
# What is not sent yet matters more than what only has not been seen to end.
_MOST = timedelta(hours=1)
_MOST_UNSENT = timedelta(minutes=8)


class Rests:
    """The rest of each action in its status; one whose status changed begins anew."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, Status], tuple[datetime, timedelta]] = {}

    def is_over(self, action: str, status: Status, now: datetime) -> bool:
        """Return True if the action may be looked at again."""
        until, _ = self._until.get((action, status), (now, _FIRST))
        return until <= now

    def begin(self, action: str, status: Status, now: datetime) -> None:
        """Start a rest of the action, twice as long as its last one."""
        most = _MOST_UNSENT if status == "scheduled" else _MOST
        _, before = self._until.get((action, status), (now, _FIRST / 2))
        length = min(before * 2, most)
        self._until[action, status] = now + length, length

    def keep(self, actions: Iterable[str]) -> None:
        """Forget all but these actions."""
        known = set(actions)
        self._until = {key: rest for key, rest in self._until.items() if key[0] in known}
