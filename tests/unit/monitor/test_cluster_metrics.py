"""Metrics of a cluster."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from s1ecs.errors import StateError
from s1ecs.metrics import table
from s1ecs.metrics.values import Figures
from s1ecs.monitor.cluster_metrics import cluster_values, follow_cluster
from s1ecs.monitor.cluster_status import ClusterReading, ClusterStatus, cluster_status
from s1ecs.state.work import WorkRow
from s1ecs.state.workers import WorkerRow

LIVE = WorkerRow("w1", "alpha", 11, "1.0", 20, dispatcher=True)
ROW = WorkRow("one", "alert", enabled=True, lag=0.0, queued=None, polling=None, worker="", failures=0, reason="")


def status(*rows: WorkRow) -> ClusterStatus:
    """The status of one worker with these streams, a paused console and an invalid one."""
    return cluster_status(ClusterReading([LIVE], (), rows, frozenset({"p"}), {"x": "console x: no such file"}))


def late(number: int) -> WorkRow:
    """The stream of a console that is late by so many seconds."""
    return WorkRow(f"console-{number}", "alert", True, float(number), None, None, "", 0, "")


def test_values_are_those_of_the_status() -> None:
    """Workers and consoles are counted by state; a console that can't be used is no stuck stream."""
    values = cluster_values(status(ROW, late(90)))
    assert values[table.CLUSTER_WORKERS] == {("live",): 1, ("draining",): 0, ("dead",): 0}
    assert values[table.CLUSTER_CONSOLES] == {("collected",): 2, ("paused",): 1, ("invalid",): 1}
    assert (values[table.CLUSTER_STUCK], values[table.CLUSTER_LAG]) == ({(): 1}, {(): 90.0})
    assert values[table.CONSOLE_LAG] == {("console-90",): 90.0}
    assert set(values) == set(table.CLUSTER)


def test_lag_is_shown_of_the_latest_consoles_only() -> None:
    """However many consoles are late, the series are those of the hundred that are latest."""
    values = cluster_values(status(*map(late, range(1, 251))))[table.CONSOLE_LAG]
    assert values == {(f"console-{number}",): number for number in range(151, 251)}


async def test_only_one_worker_shows_the_cluster() -> None:
    """Values vanish once another worker shows them, and while the state is away."""
    figures = Figures(lambda: datetime.now(UTC))
    answers: list[ClusterStatus | Exception | None] = [status(ROW), None, status(ROW), StateError("away")]

    async def read() -> ClusterStatus | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    for is_shown in (True, False, True, False):
        with suppress(TimeoutError):
            await asyncio.wait_for(follow_cluster(figures, read), 0.01)
        assert [bool(values) for metric, values in figures.read() if metric is table.CLUSTER_WORKERS] == [is_shown]
