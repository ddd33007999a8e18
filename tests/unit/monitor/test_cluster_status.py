"""Status of a cluster: judged from what its state holds."""

from dataclasses import replace

import pytest

from s1ecs.monitor.cluster_status import ClusterReading, QueueStatus, StuckStream, cluster_status, worker_state
from s1ecs.state.work import WorkRow
from s1ecs.state.workers import WorkerRow

LIVE = WorkerRow("w1", "alpha", 11, "1.0", 20, running=3, dispatcher=True, silent=2.0, age=600.0)
OTHER = WorkerRow("w2", "beta", 12, "1.0", 10, running=1, silent=4.0, age=60.0)
DEAD = WorkerRow("w3", "gamma", 13, "1.0", 20, running=5, silent=75.0, age=900.0)
IDLE = WorkRow("one", "alert", enabled=True, lag=0.0, queued=None, polling=None, worker="", failures=0, reason="")
LATE = replace(IDLE, lag=90.0)


def stuck(row: WorkRow, *workers: WorkerRow) -> str:
    """The reason why a stream is stuck; empty if it is not."""
    found = cluster_status(ClusterReading(workers, (), [row])).stuck
    return "".join(each.reason for each in found)


def test_workers_are_live_draining_or_dead() -> None:
    """A worker that does not report counts as dead, whatever it was told before."""
    states = [worker_state(each) for each in (LIVE, replace(LIVE, draining=True), replace(DEAD, draining=True))]
    assert states == ["live", "draining", "dead"]


def test_lag_of_a_console_is_that_of_its_latest_stream() -> None:
    """Streams that are off do not count; a stream is late until its poll has ended."""
    rows = [
        IDLE,
        replace(IDLE, stream="threat", lag=7.0, worker="w1", polling=3.0, queued=7.0),
        replace(IDLE, stream="agent", lag=5000.0, enabled=False),
        replace(IDLE, console="two"),
    ]
    status = cluster_status(ClusterReading([LIVE], (), rows))
    assert dict(status.lag) == {"one": 7.0, "two": 0.0}


def test_queue_counts_what_nobody_polls() -> None:
    """Consoles wait until a worker polls them; what a dead worker polls is due, and nobody's poll."""
    rows = [
        replace(LATE, queued=40.0),
        replace(LATE, stream="threat", queued=55.0),
        replace(LATE, console="two", queued=5.0, worker="w1", polling=5.0),
        replace(LATE, console="three", queued=5.0, worker="w3", polling=80.0),
        replace(IDLE, console="four"),
    ]
    status = cluster_status(ClusterReading([LIVE, DEAD], (), rows))
    assert status.queue == QueueStatus(waiting=1, oldest=55.0, due=3, polling=1)


def test_what_moves_is_not_stuck() -> None:
    """A stream that is not due, due for some seconds, or polled by a live worker for however long, is fine."""
    for row in (IDLE, replace(IDLE, lag=30.0), replace(IDLE, lag=5000.0, queued=5000.0, worker="w1", polling=4990.0)):
        assert stuck(row, LIVE) == ""
    assert stuck(replace(LATE, enabled=False), LIVE) == ""
    assert stuck(replace(IDLE, failures=1, reason="a reset connection"), LIVE) == ""


@pytest.mark.parametrize(
    ("row", "workers", "reason"),
    [
        (LATE, (), "no worker is running"),
        (LATE, (DEAD,), "no worker is running"),
        (
            replace(LATE, queued=85.0, worker="w3", polling=80.0),
            (LIVE, DEAD),
            "its worker on gamma (process 13) has not reported for 75 s",
        ),
        (LATE, (replace(LIVE, draining=True),), "all workers are ending"),
        (LATE, (OTHER,), "no worker hands out work"),
        (
            replace(LATE, queued=85.0),
            (LIVE, OTHER),
            "waits in the queue: 4 polls are running, with a concurrency of 30; add workers",
        ),
        (LATE, (LIVE,), "due, but not in the queue"),
        (replace(IDLE, failures=4, reason="401 Unauthorized"), (LIVE,), "4 polls failed in a row: 401 Unauthorized"),
    ],
)
def test_what_is_stuck_has_a_reason(row: WorkRow, workers: tuple[WorkerRow, ...], reason: str) -> None:
    """The reason is the one to act on first."""
    assert reason in stuck(row, *workers)


def test_an_unusable_console_is_stuck_as_a_whole() -> None:
    """A row that no worker like this one can use is told with its reason, beside the others."""
    read = ClusterReading([LIVE], (), [LATE], invalid={"zero": "console zero: ca_file: no such file: /x"})
    first, second = cluster_status(read).stuck
    assert first == StuckStream("zero", "", 0.0, "console zero: ca_file: no such file: /x")
    assert (second.console, second.lag) == ("one", 90.0)
