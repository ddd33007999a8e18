"""Reading of what workers on a shared state do at the moment, beside them."""

from s1ecs.bootstrap.console_rows import ConsoleSource, KeptConsoles
from s1ecs.bootstrap.shared_state import SharedState, open_shared_state
from s1ecs.errors import UsageError
from s1ecs.monitor.cluster_status import ClusterReading
from s1ecs.settings import Settings


async def read_cluster(settings: Settings) -> ClusterReading:
    """Read workers, leases, work and consoles; raise UsageError without a shared state, StateError if it is away."""
    if settings.state is None:
        raise UsageError(
            "cluster status: workers share a state in PostgreSQL (setting 'state', see docs/scaling.md); "
            "on one machine, use s1ecs status"
        )
    async with open_shared_state(settings) as shared:
        return await cluster_in(shared, await ConsoleSource(settings).read(shared.consoles))


async def cluster_in(shared: SharedState, kept: KeptConsoles) -> ClusterReading:
    """Read workers, leases and work of an open state; its consoles are `kept`."""
    return ClusterReading(
        await shared.workers.rows(),
        await shared.held_leases(),
        await shared.work.rows(),
        kept.paused,
        kept.settings.console_faults,
    )
