"""A timed end that surely was not carried out, for a reason that may pass, such as a token that is being replaced."""

from contextlib import suppress
from datetime import timedelta

from s1ecs.errors import StateError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.run.intent import DUE, FIRST_DUE, INSTEAD_OF, Intent, due_of, intended
from s1ecs.respond.session import ActionConsole
from s1ecs.timestamps import moment_of, shown_time, time_text

# It waits as long as it is late already, within these bounds; after three days nobody expects it any more.
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(hours=4)
_LATEST = timedelta(days=3)


async def schedule_again(console: ActionConsole, entry: Entry) -> str:
    """Schedule another action in place of a timed one that was not carried out; a text that says so.

    "" for an action that is not timed, for one that is too late, and for a journal that fails.
    """
    due, now = due_of(entry), console.around.now()
    if due is None:
        return ""
    first = moment_of(str(entry.details.get(FIRST_DUE) or time_text(due)))
    if now - first > _LATEST:
        return ""
    again = now + min(max(now - first, _SHORTEST), _LONGEST)
    noted = {
        **entry.details,
        DUE: time_text(again),
        FIRST_DUE: time_text(first),
        INSTEAD_OF: entry.details.get(INSTEAD_OF, entry.id),
    }
    action, identity = ACTIONS[entry.action], console.around.new_id()
    intent = Intent(identity, action.name, entry.targets, {}, entry.comment, action.forceable, noted)
    with suppress(StateError):
        await (await console.journal()).schedule([intended(console, intent)])
        return f"tried again at {shown_time(again)} (action {identity})"
    return ""
