"""The steps in which the store of a state fills in the rows of older documents."""

from collections.abc import Callable
from dataclasses import dataclass, field

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.outputs.store.row_filling import FilledRows, RowFilling, remaining
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.state import State

# Of keep_size; what is collected meanwhile needs the rest.
_SHARE_TO_FILL = 0.9


@dataclass(frozen=True)
class StoreRows:
    """Rows of the store of a state; `clock` in seconds, from any beginning, `keep_size` the bytes that it may have."""

    state: State
    clock: Callable[[], float]
    keep_size: int | None = None
    filling: RowFilling = field(default_factory=lambda: RowFilling.of(store_tables()))

    async def remaining(self) -> int:
        """Return the number of documents that have no row yet."""
        return await self.state.run(
            lambda transaction: remaining(connection_of(transaction), store_tables()), durable=False
        )

    async def has_room(self) -> bool:
        """Tell whether the store may grow without losing documents to its retention."""
        return self.keep_size is None or await self.state.retention.used_bytes() < self.keep_size * _SHARE_TO_FILL

    async def step(self) -> FilledRows:
        """Fill in some rows in a transaction of its own, which a power cut may undo."""
        return await self.state.run(
            lambda transaction: self.filling.step(connection_of(transaction), self.clock), durable=False
        )
