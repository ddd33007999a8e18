"""From settings to the state that workers share, with what only a cluster keeps there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from s1ecs.bootstrap.registry import Fence
from s1ecs.bootstrap.state import postgres_server
from s1ecs.errors import SettingsError
from s1ecs.settings import Settings
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.state.console_rows import ConsoleRows
from s1ecs.state.lease_rows import LeaseRow
from s1ecs.state.rate_buckets import RateBuckets
from s1ecs.state.state import State
from s1ecs.state.transaction import Transaction
from s1ecs.state.work import Work
from s1ecs.state.workers import Workers

if TYPE_CHECKING:
    from s1ecs.state.postgresql.election import PostgresElection


@dataclass(frozen=True)
class SharedState:
    """An open state with what workers share there; `options` and `schema` are for a queue in the same database."""

    state: State
    work: Work
    workers: Workers
    rates: RateBuckets
    election: "PostgresElection"
    consoles: ConsoleRows
    held_leases: Callable[[], Awaitable[Sequence[LeaseRow]]]
    fence: Fence
    options: Mapping[str, str | int]
    schema: str


@asynccontextmanager
async def open_shared_state(settings: Settings) -> AsyncIterator[SharedState]:
    """Open the state in PostgreSQL; raise SettingsError where the settings have none, StateError with what to do."""
    require_shared_state(settings)
    server = postgres_server(settings)
    from s1ecs.state.postgresql.console_rows import PostgresConsoleRows
    from s1ecs.state.postgresql.election import PostgresElection
    from s1ecs.state.postgresql.lease_rows import held_leases
    from s1ecs.state.postgresql.rate_buckets import PostgresRateBuckets
    from s1ecs.state.postgresql.state import PostgresState
    from s1ecs.state.postgresql.transaction import connection_of
    from s1ecs.state.postgresql.work import PostgresWork
    from s1ecs.state.postgresql.workers import PostgresWorkers

    state = await PostgresState.open(server)

    def fence(transaction: Transaction, key: str) -> None:
        console, _, stream = key.split("/")
        walk = WalkName(console, stream, LIVE)
        state.leases.check(connection_of(transaction), walk, state.leases.epoch_of(walk))

    try:
        yield SharedState(
            state,
            PostgresWork(state.database),
            PostgresWorkers(state.database),
            PostgresRateBuckets(state.database),
            PostgresElection(server),
            PostgresConsoleRows(state.database),
            partial(held_leases, state.database),
            fence,
            server.options,
            server.schema,
        )
    finally:
        await state.close()


def require_shared_state(settings: Settings) -> None:
    """Raise SettingsError where the state of the settings is one of this machine alone."""
    if settings.state is None:
        raise SettingsError(
            "workers share a state in PostgreSQL, but the setting 'state' is not set; set it to "
            "postgresql://USER@HOST/DATABASE (S1ECS_STATE), or use s1ecs run on a single machine"
        )
