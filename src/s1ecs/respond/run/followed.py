"""An action of the journal with the state of following it."""

from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.trackers.follow_state import Followed, read_follow


def read_followed(entry: Entry) -> Followed:
    """Read the state of following an action; raise StateTooNew where a newer s1ecs wrote it."""
    action = ACTIONS.get(entry.action)
    return Followed(entry, read_follow(entry.follow, action.follower if action else None))
