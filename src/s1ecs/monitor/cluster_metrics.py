"""Metrics of a cluster: the same for all its workers, so that only one of them shows them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from s1ecs.errors import StateError
from s1ecs.metrics import table
from s1ecs.metrics.table import Metric
from s1ecs.metrics.values import Figures, Labels
from s1ecs.monitor.cluster_status import ClusterStatus, worker_state

# A scrape takes no longer for more consoles; those that are in time need no series of their own.
_MOST_CONSOLES = 100
_PAUSE = 15.0


def cluster_values(status: ClusterStatus | None) -> Mapping[Metric, Mapping[Labels, float]]:
    """Return the values of each metric of a cluster; none where another worker shows them."""
    if status is None:
        return {metric: {} for metric in table.CLUSTER}
    workers = Counter(map(worker_state, status.workers))
    invalid = sum(not each.stream for each in status.stuck)
    latest = sorted(status.lag.items(), key=lambda each: -each[1])[:_MOST_CONSOLES]
    return {
        table.CLUSTER_WORKERS: {(state,): workers[state] for state in ("live", "draining", "dead")},
        table.CLUSTER_CONSOLES: {
            ("collected",): len(status.lag),
            ("paused",): len(status.paused),
            ("invalid",): invalid,
        },
        table.CLUSTER_POLLS: {(): status.queue.polling},
        table.CLUSTER_QUEUE: {(): status.queue.waiting},
        table.CLUSTER_DUE: {(): status.queue.due},
        table.CLUSTER_STUCK: {(): sum(bool(each.stream) for each in status.stuck)},
        table.CLUSTER_LAG: {(): max(status.lag.values(), default=0.0)},
        table.CONSOLE_LAG: {(console,): lag for console, lag in latest if lag > 0},
    }


async def follow_cluster(figures: Figures, read: Callable[[], Awaitable[ClusterStatus | None]]) -> None:
    """Keep the figures up to date for ever; `read` gives None while another worker shows them."""
    while True:
        try:
            status = await read()
        except StateError:  # what the worker itself needs of the state tells of it
            status = None
        for metric, values in cluster_values(status).items():
            figures.replace(metric, values)
        await asyncio.sleep(_PAUSE)
