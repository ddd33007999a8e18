"""Selection of actions from the journal: by host or other target, action, status and time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from s1ecs.respond.audit.journal import Entry, Target


@dataclass(frozen=True)
class HistoryFilter:
    """Conditions that all must hold; "" and None are none. `target` is a host's name in any case, or an id."""

    target: str = ""
    action: str = ""
    status: str = ""
    since: datetime | None = None

    def chosen(self, entries: Iterable[Entry]) -> list[Entry]:
        """The actions that meet the conditions, in their order."""
        return [entry for entry in entries if self._holds(entry)]

    def _holds(self, entry: Entry) -> bool:
        return (
            (not self.target or any(_is_named(target, self.target) for target in entry.targets))
            and self.action in {"", entry.action}
            and self.status in {"", entry.status}
            and (self.since is None or (entry.finished or entry.requested) >= self.since)
        )


def _is_named(target: Target, text: str) -> bool:
    names = {target.id, target.agent, target.uuid, target.host.casefold(), target.name.casefold()}
    return text in names or text.casefold() in names
