"""`s1ecs cluster status`."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from s1ecs.commands.terminal.tables import print_table, print_text
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.monitor.cluster_reading import read_cluster
from s1ecs.monitor.cluster_status import ClusterStatus, cluster_status, worker_state
from s1ecs.monitor.stream_status import short_duration
from s1ecs.records import readable
from s1ecs.settings import Settings
from s1ecs.state.lease_rows import LeaseRow
from s1ecs.state.workers import WorkerRow

_WORKERS = ("host", "process", "state", "polls", "reported", "running for", "version", "id")
_LEASES = ("console", "stream", "walk", "held by", "expires in")
# Of a thousand consoles, those that one looks for.
_MOST_LATE = 20


def show_cluster_status(settings: Settings, *, json: bool) -> None:
    """Print workers, leases, queue, late consoles and what is stuck; raise UsageError without a shared state."""
    status = cluster_status(asyncio.run(read_cluster(settings)))
    if json:
        OUT.json(f"{readable(_plain(status)).decode()}\n")
        return
    print_text(_summary(status))
    _section("Workers", _WORKERS, map(_worker, status.workers))
    _section("Leases", _LEASES, map(_lease, status.leases))
    late = sorted((each for each in status.lag.items() if each[1] >= 1), key=lambda each: (-each[1], each[0]))
    _section("Late consoles", ("console", "late by"), [(name, _seconds(lag)) for name, lag in late[:_MOST_LATE]])
    if len(late) > _MOST_LATE:
        print_text(f"{len(late) - _MOST_LATE} more consoles are late; --json lists all")
    stuck = [(each.console, each.stream, _seconds(each.lag), each.reason) for each in status.stuck]
    _section("Stuck", ("console", "stream", "late by", "reason"), stuck)


def _summary(status: ClusterStatus) -> str:
    queue = status.queue
    live = sum(worker_state(worker) == "live" for worker in status.workers)
    parts = [
        counted(live, "live worker"),
        f"{counted(queue.polling, 'poll')} running",
        f"{counted(queue.waiting, 'console')} waiting{f' for up to {_seconds(queue.oldest)}' if queue.waiting else ''}",
        f"{counted(queue.due, 'stream')} due",
        f"{len(status.stuck)} stuck",
        *([f"{counted(len(status.paused), 'console')} paused"] if status.paused else []),
    ]
    return ", ".join(parts)


def _section(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = list(rows)
    if lines:
        OUT.write(f"\n{title}\n")
        print_table(columns, lines)


def _worker(worker: WorkerRow) -> Sequence[str]:
    state = worker_state(worker)
    return (
        worker.host,
        str(worker.pid),
        f"{state}, dispatcher" if worker.dispatcher and state != "dead" else state,
        f"{worker.running} of {worker.concurrency}",
        f"{_seconds(worker.silent)} ago",
        _seconds(worker.age),
        worker.version,
        worker.id,
    )


def _lease(lease: LeaseRow) -> Sequence[str]:
    return (
        lease.console,
        lease.stream,
        lease.walk,
        lease.holder,
        "expired" if lease.left < 0 else _seconds(lease.left),
    )


def _seconds(seconds: float) -> str:
    return short_duration(timedelta(seconds=max(seconds, 0)))


def _plain(status: ClusterStatus) -> dict[str, Any]:
    return {
        "workers": [
            {
                "id": each.id,
                "host": each.host,
                "pid": each.pid,
                "version": each.version,
                "state": worker_state(each),
                "dispatcher": each.dispatcher,
                "concurrency": each.concurrency,
                "polls_running": each.running,
                "reported_seconds_ago": round(each.silent, 1),
                "running_seconds": round(each.age, 1),
            }
            for each in status.workers
        ],
        "leases": [
            {
                "console": each.console,
                "stream": each.stream,
                "walk": each.walk,
                "holder": each.holder,
                "epoch": each.epoch,
                "expires_in_seconds": round(each.left, 1),
            }
            for each in status.leases
        ],
        "queue": {
            "waiting": status.queue.waiting,
            "oldest_seconds": round(status.queue.oldest, 1),
            "due": status.queue.due,
            "polling": status.queue.polling,
        },
        "lag_seconds": {console: round(lag, 1) for console, lag in status.lag.items()},
        "stuck": [
            {"console": each.console, "stream": each.stream, "lag_seconds": round(each.lag, 1), "reason": each.reason}
            for each in status.stuck
        ],
        "paused": sorted(status.paused),
    }
