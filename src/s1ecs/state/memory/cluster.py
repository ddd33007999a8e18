"""Work, workers and rate limits of a cluster in memory; several workers may share the same tables."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from s1ecs.state.rate_buckets import RateKey
from s1ecs.state.status import Key
from s1ecs.state.work import DEAD_AFTER, Begun, Ended, WorkRow
from s1ecs.state.workers import WorkerRow


@dataclass(frozen=True)
class _Row:
    due: float
    enabled: bool = True
    queued: float | None = None
    began: float | None = None
    worker: str = ""
    failures: int = 0
    reason: str = ""
    unsettled: tuple[str, ...] = ()
    first: bool = True


@dataclass
class ClusterTables:
    """Everything that workers share; `clock` gives seconds, from any beginning."""

    clock: Callable[[], float]
    work: dict[Key, _Row] = field(default_factory=dict)
    of_console: dict[str, list[Key]] = field(default_factory=dict)
    # Each with the time of its last report and of its first.
    workers: dict[str, tuple[WorkerRow, float, float]] = field(default_factory=dict)
    ready: dict[RateKey, float] = field(default_factory=dict)

    def alive(self, worker: str) -> bool:
        """Tell whether a worker reported lately."""
        return worker in self.workers and self.clock() - self.workers[worker][1] <= DEAD_AFTER


class MemoryWork:
    """The streams of all consoles in memory."""

    def __init__(self, tables: ClusterTables) -> None:
        self._tables = tables

    async def want(self, keys: Collection[Key]) -> None:
        """Have exactly these polled."""
        rows = self._tables.work
        for key in keys:
            if key not in rows:
                self._tables.of_console.setdefault(key.console, []).append(key)
            rows[key] = replace(rows[key], enabled=True) if key in rows else _Row(self._tables.clock())
        for key in rows.keys() - set(keys):
            rows[key] = replace(rows[key], enabled=False)

    async def claim(self, consoles: int) -> Sequence[str]:
        """Mark what is due of so many consoles as queued."""
        now = self._tables.clock()
        due: dict[str, float] = {}
        for key, row in self._tables.work.items():
            if row.enabled and row.queued is None and row.due <= now:
                due[key.console] = min(due.get(key.console, row.due), row.due)
        chosen = sorted(due, key=lambda console: (due[console], console))[:consoles]
        for key in (key for console in chosen for key in self._tables.of_console[console]):
            row = self._tables.work[key]
            if row.enabled and row.queued is None and row.due <= now:
                self._tables.work[key] = replace(row, queued=now)
        return chosen

    async def release(self, queued: Collection[str], seconds: float) -> Sequence[str]:
        """Give up what was claimed so long ago and nobody works on."""
        released = set()
        for key, row in self._tables.work.items():
            if row.queued is None or key.console in queued or (row.worker and self._tables.alive(row.worker)):
                continue
            if row.worker or self._tables.clock() - row.queued > seconds:
                self._tables.work[key] = replace(row, queued=None, began=None, worker="")
                released.add(key.console)
        return sorted(released)

    async def due(self, console: str) -> Sequence[str]:
        """Return the streams of a console that are due and that nobody polls."""
        keys = self._tables.of_console.get(console, ())
        return [key.stream for key in keys if self._is_due(self._tables.work[key])]

    async def begin(self, key: Key, worker: str) -> Begun | None:
        """Begin a poll."""
        row = self._tables.work.get(key)
        if row is None or not self._is_due(row):
            return None
        now = self._tables.clock()
        unsettled = tuple(dict.fromkeys((*row.unsettled, worker)))
        queued = now if row.queued is None else row.queued
        self._tables.work[key] = replace(row, began=now, worker=worker, unsettled=unsettled, queued=queued)
        return Begun(row.failures, row.unsettled, row.first)

    async def end(self, key: Key, worker: str, ended: Ended) -> bool:
        """End the poll of this worker."""
        row = self._tables.work.get(key)
        if row is None or row.worker != worker:
            return False
        self._tables.work[key] = replace(
            row,
            due=self._tables.clock() + ended.seconds,
            queued=None,
            began=None,
            worker="",
            failures=row.failures + 1 if ended.reason else 0,
            reason=ended.reason,
            unsettled=() if ended.settled else _ended_badly(row.unsettled, worker),
            first=False,
        )
        return True

    async def put_off(self, key: Key, seconds: float) -> None:
        """Have a stream that could not be begun tried again."""
        row = self._tables.work[key]
        if self._is_due(row):
            self._tables.work[key] = replace(row, queued=None, due=self._tables.clock() + seconds)

    async def keep(self, worker: str, keys: Collection[Key]) -> None:
        """Give up what a live worker polls no longer."""
        for key, row in self._tables.work.items():
            if row.worker == worker and key not in keys:
                self._tables.work[key] = replace(row, queued=None, began=None, worker="")

    async def disown(self, worker: str, keys: Collection[Key]) -> None:
        """Save that all polls of these by this worker are over."""
        for key in keys:
            row = self._tables.work.get(key)
            if row is not None and worker in row.unsettled:
                self._tables.work[key] = replace(row, unsettled=_ended_badly(row.unsettled, worker))

    async def rows(self) -> Sequence[WorkRow]:
        """Return all rows by console and stream."""
        now = self._tables.clock()
        return [
            WorkRow(
                *key,
                enabled=row.enabled,
                lag=max(0.0, now - row.due) if row.enabled else 0.0,
                queued=None if row.queued is None else now - row.queued,
                polling=None if row.began is None else now - row.began,
                worker=row.worker,
                failures=row.failures,
                reason=row.reason,
            )
            for key, row in sorted(self._tables.work.items())
        ]

    def _is_due(self, row: _Row) -> bool:
        polled = bool(row.worker) and self._tables.alive(row.worker)
        return row.enabled and row.due <= self._tables.clock() and not polled


def _ended_badly(unsettled: Sequence[str], worker: str) -> tuple[str, ...]:
    """Return who is unsettled once a worker's poll ended, but not well."""
    return (*(each for each in unsettled if each not in {worker, ""}), "")


class MemoryWorkers:
    """Workers in memory."""

    def __init__(self, tables: ClusterTables) -> None:
        self._tables = tables

    async def beat(self, worker: WorkerRow) -> bool:
        """Report; return whether the worker is asked to end."""
        now = self._tables.clock()
        known, _, since = self._tables.workers.get(worker.id, (worker, now, now))
        self._tables.workers[worker.id] = (replace(worker, draining=known.draining), now, since)
        return known.draining

    async def leave(self, worker: str) -> None:
        """Remove a worker that ended."""
        self._tables.workers.pop(worker, None)

    async def drain(self, worker: str | None = None) -> int:
        """Ask all live workers, or one, to end."""
        asked = [each for each in self._tables.workers if self._tables.alive(each) and worker in {None, each}]
        for each in asked:
            row, *times = self._tables.workers[each]
            self._tables.workers[each] = (replace(row, draining=True), times[0], times[1])
        return len(asked)

    async def rows(self) -> Sequence[WorkerRow]:
        """Return all workers."""
        now = self._tables.clock()
        rows = [replace(row, silent=now - beat, age=now - since) for row, beat, since in self._tables.workers.values()]
        return sorted(rows, key=lambda row: (row.host, row.pid))

    async def concurrency(self) -> int:
        """Return the polls that all live workers together do at a time."""
        rows = [row for row, *_ in self._tables.workers.values() if self._tables.alive(row.id) and not row.draining]
        return sum(row.concurrency for row in rows)


class MemoryRateBuckets:
    """Rate limits in memory."""

    def __init__(self, tables: ClusterTables) -> None:
        self._tables = tables

    async def reserve(self, key: RateKey, requests: int, *, per_second: float, burst: float) -> float:
        """Reserve the next requests."""
        now = self._tables.clock()
        ready = max(self._tables.ready.get(key, now), now)
        self._tables.ready[key] = ready + requests / per_second
        return ready - now - (burst - 1) / per_second

    async def pause(self, key: RateKey, seconds: float) -> None:
        """Hold back what is reserved from now on."""
        self._tables.ready[key] = max(self._tables.ready.get(key, 0.0), self._tables.clock() + seconds)
