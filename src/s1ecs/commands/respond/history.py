"""`s1ecs respond history`: the response actions of a state, read without a right to change it."""

from s1ecs.bootstrap.state import open_readonly, require_state
from s1ecs.commands.respond.printing import print_history
from s1ecs.respond.audit.history_filter import HistoryFilter
from s1ecs.respond.audit.state_journal import entry_of
from s1ecs.settings import Settings


def list_history(settings: Settings, chosen: HistoryFilter, *, json: bool) -> None:
    """Print the actions that meet the conditions, the newest first; raise StateError where there is no state."""
    require_state(settings)
    entries = map(entry_of, open_readonly(settings).actions())
    print_history(chosen.chosen(entries), json=json)
