"""Rows of the journal for a command; nothing is delivered by reading them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from s1ecs.bootstrap.state import open_state
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.audit.state_journal import StateJournal, Told
from s1ecs.respond.run.intent import cancellable, of_batch
from s1ecs.settings import Settings
from s1ecs.state.state import State


async def loaded(settings: Settings, action: str) -> Entry | None:
    """The row of an action, None where there is none; nothing is delivered by it. Raises StateError."""
    async with open_state(settings) as state:
        return await _rows(state).load(action)


async def batch_of(settings: Settings, identity: str) -> Sequence[Entry]:
    """The rows of a batch, or the one of an action; none where there is nothing of this id. Raises StateError."""
    async with open_state(settings) as state:
        entry = await _rows(state).load(identity)
        return [entry] if entry is not None else of_batch(await _rows(state).history(), identity)


async def cancellable_of(settings: Settings, identity: str) -> Sequence[Entry]:
    """The scheduled action of this id, or what can be cancelled of a batch. Raises StateError."""
    async with open_state(settings) as state:
        entry = await _rows(state).load(identity)
        if entry is None:
            return cancellable(await _rows(state).history(), identity)
        return [entry] if entry.status == "scheduled" else []


def _rows(state: State) -> StateJournal:
    return StateJournal(state.journal, Told((), None, lambda: datetime.now(UTC)))
