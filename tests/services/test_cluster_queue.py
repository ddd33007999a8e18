"""The queue on Procrastinate and the election, with a real PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from s1ecs.cluster.procrastinate_queue import ProcrastinateQueue, procrastinate_queue
from s1ecs.errors import StateError
from s1ecs.state.checkpoints import LIVE, WalkName
from s1ecs.state.postgresql import election as elections
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.election import PostgresElection
from s1ecs.state.postgresql.leases import PostgresLeases
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.work import PostgresWork
from s1ecs.state.status import Key
from s1ecs.state.work import DEAD_AFTER
from servers.postgresql import PostgresCluster

pytestmark = pytest.mark.xdist_group("postgresql")


@pytest.fixture
async def server(database: str) -> PostgresServer:
    """A server with the tables of a state."""
    made = PostgresServer(database)
    await (await PostgresDatabase.open(made)).close()
    return made


@pytest.fixture
async def queues(server: PostgresServer) -> AsyncIterator[tuple[ProcrastinateQueue, ProcrastinateQueue]]:
    """The queue as two workers have it."""
    async with AsyncExitStack() as stack:
        one, two = [
            await stack.enter_async_context(procrastinate_queue(dict(server.options), server.schema)) for _ in range(2)
        ]
        yield one, two


async def take_and_die(queue: ProcrastinateQueue, server: PostgresServer) -> None:
    """Take a job as a worker does that is killed then, and was last heard of a while ago."""
    job = await queue._take()
    assert job is not None
    with server.connect() as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")


async def ran(queue: ProcrastinateQueue, number: int) -> list[str]:
    """Run the queue until so many jobs are done."""
    stop, done = asyncio.Event(), list[str]()

    async def poll(console: str) -> None:
        done.append(console)
        if len(done) == number:
            stop.set()

    async with asyncio.timeout(30):
        await queue.run(poll, 5, stop)
    return done


async def test_what_a_dead_worker_polled_waits_for_its_lease(server: PostgresServer) -> None:
    """Nobody tries to poll what is leased still, so that it stays what is due longest and is polled next."""
    database = await PostgresDatabase.open(server)
    work, leases = PostgresWork(database), PostgresLeases(database, life=1.0)
    key = Key("one", "alert")
    await work.want([key])
    await work.claim(1)
    async with leases.held([WalkName(*key, LIVE)]):
        # It dies here: it renews nothing any more.
        await leases.close()
        await work.begin(key, "dead")
        assert await work.due("one") == []
        assert await work.release([], 0) == []

        await asyncio.sleep(1.1)
        assert await work.due("one") == ["alert"]
        assert await work.release([], 0) == ["one"]
        assert await work.claim(1) == ["one"]
    await database.close()


async def test_a_console_is_queued_once(queues: tuple[ProcrastinateQueue, ProcrastinateQueue]) -> None:
    """Dispatchers that queue the same consoles at the same time queue each once, and what is done is gone."""
    consoles = [f"console-{number}" for number in range(10)]
    await asyncio.gather(*(queue.defer(consoles) for queue in queues for _ in range(2)))

    assert await queues[0].waiting() == set(consoles)
    assert sorted(await ran(queues[1], 10)) == consoles
    assert not await queues[0].waiting()


async def test_a_job_of_a_killed_worker_comes_again(
    queues: tuple[ProcrastinateQueue, ProcrastinateQueue], server: PostgresServer
) -> None:
    """A job whose worker was killed goes back into the queue, and another worker does it at once."""
    dead, queue = queues
    await queue.defer(["one"])
    await take_and_die(dead, server)

    [job] = await queue.stalled(20)
    assert not job.succeeded
    await queue.retry(job)

    assert await ran(queue, 1) == ["one"]
    assert not await queue.stalled(20)


async def test_a_killed_job_with_its_successor_queued_does_not_stand_in_the_way(
    queues: tuple[ProcrastinateQueue, ProcrastinateQueue], server: PostgresServer
) -> None:
    """With the next job of the console in the queue, the killed one is ended; a retry, too, ends in that."""
    dead, queue = queues
    for how in ("fail", "retry"):
        await queue.defer(["one"])
        await take_and_die(dead, server)
        dead._worker = None
        await queue.defer(["one"])

        [job] = await queue.stalled(20)
        assert job.succeeded
        await getattr(queue, how)(job)

        assert not await queue.stalled(20)
        assert await ran(queue, 1) == ["one"]


async def test_a_worker_that_was_taken_for_dead_goes_on(
    queues: tuple[ProcrastinateQueue, ProcrastinateQueue],
) -> None:
    """A worker whose row another one removed while it was paused takes jobs again."""
    queue, _ = queues
    await queue.defer(["one"])
    assert await ran(queue, 1) == ["one"]
    queue._worker = 4711

    await queue.defer(["two"])
    assert await ran(queue, 1) == ["two"]


async def test_the_queue_outlives_a_restart_of_the_server(
    queues: tuple[ProcrastinateQueue, ProcrastinateQueue], postgres: PostgresCluster
) -> None:
    """A server that is stopped is an error of the state; once it is back, jobs are taken as before."""
    queue, _ = queues
    await queue.defer(["one"])
    running = asyncio.create_task(ran(queue, 2))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(postgres.stop)
    with pytest.raises(StateError):
        await queue.waiting()
    await asyncio.to_thread(postgres.restart)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            await queue.defer(["two"])
            break
        except StateError:
            await asyncio.sleep(0.2)

    assert sorted(await running) == ["one", "two"]


async def test_one_worker_is_elected_until_its_session_ends(server: PostgresServer) -> None:
    """The second is elected as soon as the first resigns or is cut off, and a lost connection is a lost election."""
    one, two = PostgresElection(server), PostgresElection(server)
    assert await one.won()
    assert not await two.won()
    assert await one.won()
    assert one._session is not None
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", [one._session.info.backend_pid])
    with pytest.raises(StateError):
        await one.won()
    assert not one.elected
    assert await two.won()
    assert not await one.won()
    await two.resign()
    assert await one.won()
    await one.resign()


async def test_a_paused_dispatcher_is_replaced(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is elected and asks nothing for a while, as a process that was stopped, loses its session to the next."""
    monkeypatch.setattr(elections, "_END_SILENT", elections._END_SILENT.replace(f"secs => {DEAD_AFTER}", "secs => 1"))
    one, two = PostgresElection(server), PostgresElection(server)
    assert await one.won()
    assert not await two.won()
    await asyncio.sleep(1.2)
    assert not await two.won()
    await asyncio.sleep(0.2)
    assert await two.won()
    with pytest.raises(StateError):
        await one.won()
    await two.resign()
