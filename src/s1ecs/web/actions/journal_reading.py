"""Actions of the journal, read beside whoever writes it; a page needs no store of documents for them."""

from collections.abc import Sequence
from functools import partial

from s1ecs.respond.audit.journal import Entry, Status
from s1ecs.respond.audit.state_journal import entry_of
from s1ecs.state.sqlite.actions import action_of, actions_with
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.questions.action_targets import actions_of_batch
from s1ecs.web.questions.reader import StoreReader


async def action_entry(store: StoreReader, identity: str) -> Entry | None:
    """Return the action of this id; raise StateError where the state can't be read."""
    row = await store.ask(partial(action_of, identity=identity))
    return None if row is None else entry_of(row)


async def batch_entries(store: StoreReader, batch: str) -> Sequence[Entry]:
    """Return the actions of a batch in the order in which they were requested; raise StateError."""
    return [entry_of(row) for row in await store.ask(partial(actions_of_batch, batch=batch))]


async def entries_with(store: StoreReader, user: PageUser, *statuses: Status) -> Sequence[Entry]:
    """Return the actions with one of these statuses on consoles that the person sees; raise StateError."""
    rows = await store.ask(partial(actions_with, statuses=statuses))
    return [entry_of(row) for row in rows if user.role_on(row.console) is not None]
