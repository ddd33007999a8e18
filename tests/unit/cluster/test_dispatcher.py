import asyncio
from collections.abc import Collection

import structlog

from s1ecs.cluster.dispatcher import Dispatcher
from s1ecs.cluster.memory_queue import MemoryQueue, QueuedJobs
from s1ecs.state.memory.cluster import ClusterTables, MemoryWork, MemoryWorkers
from s1ecs.state.status import Key
from s1ecs.state.work import DEAD_AFTER, Ended
from s1ecs.state.workers import WorkerRow


class Clock:
    """The clock of the state."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Elected:
    """An election that is won, as two workers may believe for a moment."""

    elected = True

    async def won(self) -> bool:
        """Tell that it is."""
        return True

    async def resign(self) -> None:
        """Do nothing."""


class Cluster:
    """A state, a queue and a dispatcher on them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tables = ClusterTables(self.clock)
        self.jobs = QueuedJobs()
        self.work = MemoryWork(self.tables)
        self.workers = MemoryWorkers(self.tables)

    def dispatcher(self, queue: MemoryQueue | None = None) -> Dispatcher:
        """Return another dispatcher."""

        async def wanted() -> Collection[Key]:
            return set(self.tables.work)

        log = structlog.get_logger()
        return Dispatcher(self.work, self.workers, queue or MemoryQueue(self.jobs), Elected(), wanted, log)

    async def start(self, consoles: int, concurrency: int = 20) -> None:
        """Have so many consoles due, and one worker."""
        await self.work.want(
            [Key(f"console-{each}", stream) for each in range(consoles) for stream in ("alert", "threat")]
        )
        await self.workers.beat(WorkerRow("w", "host", 1, "1", concurrency))


async def test_the_queue_is_never_deep() -> None:
    """Of 10,000 consoles that are due at once as many are queued as workers poll at a time, and all get polled."""
    cluster = Cluster()
    await cluster.start(10_000)
    dispatcher, queue = cluster.dispatcher(), MemoryQueue(cluster.jobs)
    polled: set[str] = set()

    while len(polled) < 10_000:
        await dispatcher.dispatch()
        assert 0 < len(await queue.waiting()) <= 20
        while (job := queue.take()) is not None:
            polled.add(job[1])
            for stream in await cluster.work.due(job[1]):
                await cluster.work.begin(Key(job[1], stream), "w")
                await cluster.work.end(Key(job[1], stream), "w", Ended(60))

    assert not await cluster.work.claim(1)


async def test_two_dispatchers_queue_a_console_once() -> None:
    """A dispatcher that has not noticed yet that another was elected queues nothing twice."""
    cluster = Cluster()
    await cluster.start(10)

    await asyncio.gather(*(cluster.dispatcher().dispatch() for _ in range(2)))

    assert cluster.jobs.last == 10


async def test_what_is_queued_or_being_polled_is_not_queued_again() -> None:
    """A console whose job was taken is queued again when it is due again, not before."""
    cluster = Cluster()
    await cluster.start(1)
    dispatcher, queue = cluster.dispatcher(), MemoryQueue(cluster.jobs)
    await dispatcher.dispatch()
    queue.take()
    await cluster.work.begin(Key("console-0", "alert"), "w")
    await cluster.work.begin(Key("console-0", "threat"), "w")

    await dispatcher.dispatch()
    assert not await queue.waiting()

    await cluster.work.end(Key("console-0", "alert"), "w", Ended(60))
    cluster.clock.now += 61
    await cluster.workers.beat(WorkerRow("w", "host", 1, "1", 20))
    await dispatcher.dispatch()
    assert await queue.waiting() == {"console-0"}


async def test_a_killed_worker_leaves_nothing_behind() -> None:
    """The streams that a killed worker polled are queued again once it has not reported for a while."""
    cluster = Cluster()
    await cluster.start(1)
    dead, queue = MemoryQueue(cluster.jobs), MemoryQueue(cluster.jobs)
    dispatcher = cluster.dispatcher(queue)
    await dispatcher.dispatch()
    dead.take()
    await cluster.work.begin(Key("console-0", "alert"), "w")
    dead.dead = True
    cluster.clock.now += DEAD_AFTER + 1
    await cluster.workers.beat(WorkerRow("other", "host", 2, "1", 20))

    await dispatcher.reap()
    await dispatcher.dispatch()

    assert await queue.waiting() == {"console-0"}
    assert set(await cluster.work.due("console-0")) == {"alert", "threat"}
    begun = await cluster.work.begin(Key("console-0", "alert"), "other")
    assert begun is not None
    assert begun.unsettled == ("w",)


async def test_a_stalled_job_does_not_stand_in_the_way_of_its_successor() -> None:
    """A job of a killed worker whose console has another one in the queue is ended, not put back."""
    cluster = Cluster()
    await cluster.start(1)
    dead, queue = MemoryQueue(cluster.jobs), MemoryQueue(cluster.jobs)
    await queue.defer(["console-0"])
    dead.take()
    await queue.defer(["console-0"])
    dead.dead = True

    await cluster.dispatcher(queue).reap()

    assert cluster.jobs.taken == {}
    assert await queue.waiting() == {"console-0"}


async def test_a_job_that_was_lost_is_made_again() -> None:
    """What was claimed and came into no queue is queued again after a while."""
    cluster = Cluster()
    await cluster.start(1)
    queue = MemoryQueue(cluster.jobs)
    await cluster.work.claim(1)
    dispatcher = cluster.dispatcher(queue)
    await dispatcher.reap()
    await dispatcher.dispatch()
    assert not await queue.waiting()

    cluster.clock.now += 31
    await cluster.workers.beat(WorkerRow("w", "host", 1, "1", 20))
    await dispatcher.reap()
    await dispatcher.dispatch()

    assert await queue.waiting() == {"console-0"}


async def test_the_end_of_an_old_poll_changes_nothing() -> None:
    """A worker that was paused, and whose stream another one polls meanwhile, can't end that poll."""
    cluster = Cluster()
    await cluster.start(1)
    key = Key("console-0", "alert")
    await cluster.work.begin(key, "w")
    cluster.clock.now += DEAD_AFTER + 1
    await cluster.workers.beat(WorkerRow("other", "host", 2, "1", 20))
    await cluster.work.begin(key, "other")

    await cluster.work.end(key, "w", Ended(3600))

    [row] = [row for row in await cluster.work.rows() if row.stream == "alert"]
    assert row.worker == "other"


async def test_a_worker_gives_up_what_it_polls_no_longer() -> None:
    """A poll whose end could not be saved is due again, although its worker lives."""
    cluster = Cluster()
    await cluster.start(1)
    key = Key("console-0", "alert")
    await cluster.work.begin(key, "w")
    assert "alert" not in await cluster.work.due("console-0")

    await cluster.work.keep("w", [])

    assert "alert" in await cluster.work.due("console-0")
