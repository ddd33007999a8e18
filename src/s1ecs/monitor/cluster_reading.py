"""Reading of what workers on a shared state do at the moment, beside them."""

from typing import TYPE_CHECKING

from s1ecs.bootstrap.console_rows import ConsoleSource, KeptConsoles, open_database, rows_in
from s1ecs.errors import UsageError
from s1ecs.monitor.cluster_status import ClusterReading
from s1ecs.settings import Settings

if TYPE_CHECKING:
    from s1ecs.state.postgresql.database import PostgresDatabase


async def read_cluster(settings: Settings) -> ClusterReading:
    """Read workers, leases, work and consoles; raise UsageError without a shared state, StateError if it is away."""
    if settings.state is None:
        raise UsageError(
            "cluster status: workers share a state in PostgreSQL (setting 'state', see docs/scaling.md); "
            "on one machine, use s1ecs status"
        )
    async with open_database(settings) as database:
        return await cluster_in(database, await ConsoleSource(settings, rows_in(database)).read())


async def cluster_in(database: "PostgresDatabase", kept: KeptConsoles) -> ClusterReading:
    """Read workers, leases and work of an open state; its consoles are `kept`."""
    # Only now it is certain that the client of PostgreSQL is installed.
    from s1ecs.state.postgresql.lease_rows import held_leases
    from s1ecs.state.postgresql.work import PostgresWork
    from s1ecs.state.postgresql.workers import PostgresWorkers

    return ClusterReading(
        await PostgresWorkers(database).rows(),
        await held_leases(database),
        await PostgresWork(database).rows(),
        kept.paused,
        kept.invalid,
    )
