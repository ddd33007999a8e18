"""Status of the workers that share a state: who works, how far each console is behind, what is stuck and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from s1ecs.counted import counted
from s1ecs.state.lease_rows import LeaseRow
from s1ecs.state.work import DEAD_AFTER, WorkRow
from s1ecs.state.workers import WorkerRow

# A dead worker's streams are polled by another one within a minute.
STUCK_AFTER = 60.0
# One poll may fail, for reasons that pass.
_FAILURES = 2


@dataclass(frozen=True)
class ClusterReading:
    """Contents of a state that workers share; `invalid` are the consoles that can't be collected, with the reason."""

    workers: Sequence[WorkerRow]
    leases: Sequence[LeaseRow]
    work: Sequence[WorkRow]
    paused: frozenset[str] = field(default=frozenset())
    invalid: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QueueStatus:
    """Consoles in the queue: `waiting` were taken by no worker yet, the oldest of them queued `oldest` seconds ago.

    `due` are the enabled streams that are due and polled by no live worker, `polling` those that one polls.
    """

    waiting: int
    oldest: float
    due: int
    polling: int


@dataclass(frozen=True)
class StuckStream:
    """A stream that does not move, and the reason; without a stream the whole console does not."""

    console: str
    stream: str
    lag: float
    reason: str


@dataclass(frozen=True)
class ClusterStatus:
    """The workers and their work at one moment; `lag` are the seconds since a console's oldest due stream became due.

    A stream stays due until a poll of it has ended.
    """

    workers: Sequence[WorkerRow]
    leases: Sequence[LeaseRow]
    queue: QueueStatus
    lag: Mapping[str, float]
    stuck: Sequence[StuckStream]
    paused: frozenset[str] = field(default=frozenset())


def cluster_status(read: ClusterReading) -> ClusterStatus:
    """Judge the contents of a state."""
    alive = {worker.id: worker for worker in read.workers if is_live(worker)}
    enabled = [row for row in read.work if row.enabled]
    lag: dict[str, float] = {}
    waiting: dict[str, float] = {}
    for row in enabled:
        lag[row.console] = max(lag.get(row.console, 0.0), row.lag)
        if row.queued is not None and not row.worker:
            waiting[row.console] = max(waiting.get(row.console, 0.0), row.queued)
    queue = QueueStatus(
        waiting=len(waiting),
        oldest=max(waiting.values(), default=0.0),
        due=sum(row.lag > 0 and row.worker not in alive for row in enabled),
        polling=sum(row.worker in alive for row in enabled),
    )
    unusable = [StuckStream(name, "", 0.0, reason) for name, reason in sorted(read.invalid.items())]
    stuck = [*unusable, *_stuck(enabled, alive, {worker.id: worker for worker in read.workers})]
    return ClusterStatus(read.workers, read.leases, queue, dict(sorted(lag.items())), stuck, read.paused)


def is_live(worker: WorkerRow) -> bool:
    """Tell whether a worker reported lately."""
    return worker.silent <= DEAD_AFTER


def worker_state(worker: WorkerRow) -> str:
    """Return live, draining or dead."""
    return "dead" if not is_live(worker) else "draining" if worker.draining else "live"


def _stuck(
    enabled: Sequence[WorkRow], alive: Mapping[str, WorkerRow], known: Mapping[str, WorkerRow]
) -> Iterator[StuckStream]:
    for row in enabled:
        if row.failures >= _FAILURES:
            text = f"{counted(row.failures, 'poll')} failed in a row: {row.reason}"
            yield StuckStream(row.console, row.stream, row.lag, text)
        elif row.lag > STUCK_AFTER and row.worker not in alive:
            yield StuckStream(row.console, row.stream, row.lag, _reason(row, alive, known))


def _reason(row: WorkRow, alive: Mapping[str, WorkerRow], known: Mapping[str, WorkerRow]) -> str:
    """Explain why a due stream is polled by no live worker: the first of these is the one to act on."""
    if not alive:
        return "no worker is running; start one: s1ecs worker"
    if row.worker in known:
        dead = known[row.worker]
        return (
            f"its worker on {dead.host} (process {dead.pid}) has not reported for {dead.silent:.0f} s; taken over soon"
        )
    working = [worker for worker in alive.values() if not worker.draining]
    if not working:
        return "all workers are ending (drained); start one: s1ecs worker"
    if not any(worker.dispatcher for worker in working):
        return "no worker hands out work at the moment; another one takes over soon"
    if row.queued is not None:
        running, most = sum(each.running for each in working), sum(each.concurrency for each in working)
        return f"it waits in the queue: {running} polls are running, with a concurrency of {most}; add workers"
    return "it is due, but not in the queue; it is queued soon"
