"""The steps in which the store of a state fills in the rows of older documents."""

from collections.abc import Callable
from dataclasses import dataclass, field

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.row_filling import FilledRows, RowFilling, remaining
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.state import State


@dataclass(frozen=True)
class StoreRows:
    """Rows of the store of a state; `clock` in seconds, from any beginning."""

    state: State
    clock: Callable[[], float]
    filling: RowFilling = field(default_factory=lambda: RowFilling.of(store_tables()))

    async def remaining(self) -> int:
        """Return about how many documents have no row yet."""
        return await self.state.run(lambda transaction: remaining(connection_of(transaction)), durable=False)

    async def step(self) -> FilledRows:
        """Fill in some rows in a transaction of its own, which a power cut may undo."""
        return await self.state.run(
            lambda transaction: self.filling.step(connection_of(transaction), self.clock), durable=False
        )
