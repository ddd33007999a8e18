"""What workers share, in memory and in PostgreSQL."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple

import pytest

from s1ecs.state.memory.cluster import ClusterTables, MemoryRateBuckets, MemoryWork, MemoryWorkers
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.rate_buckets import PostgresRateBuckets
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.work import PostgresWork
from s1ecs.state.postgresql.workers import PostgresWorkers
from s1ecs.state.rate_buckets import RateBuckets, RateKey
from s1ecs.state.status import Key
from s1ecs.state.work import Begun, Ended, Work
from s1ecs.state.workers import WorkerRow, Workers

if TYPE_CHECKING:
    from servers.postgresql import PostgresCluster

ALERTS, THREATS, OTHER = Key("one", "alert"), Key("one", "threat"), Key("two", "alert")
ME, IT = WorkerRow("me", "host", 1, "1", 5), WorkerRow("it", "host", 2, "1", 7)


class Shared(NamedTuple):
    """What workers share."""

    work: Work
    workers: Workers
    rates: RateBuckets


@pytest.fixture(params=["memory", "postgresql"])
async def shared(request: pytest.FixtureRequest) -> AsyncIterator[Shared]:
    """An empty state, with two live workers."""
    if request.param == "memory":
        tables = ClusterTables(time.monotonic)
        made = Shared(MemoryWork(tables), MemoryWorkers(tables), MemoryRateBuckets(tables))
        await made.workers.beat(ME)
        await made.workers.beat(IT)
        yield made
        return
    server: PostgresCluster = request.getfixturevalue("postgres")
    url = server.create_database(f"test_{uuid.uuid4().hex}")
    database = await PostgresDatabase.open(PostgresServer(url))
    made = Shared(PostgresWork(database), PostgresWorkers(database), PostgresRateBuckets(database))
    await made.workers.beat(ME)
    await made.workers.beat(IT)
    yield made
    await database.close()


async def test_what_is_due_is_claimed_once(shared: Shared) -> None:
    """Two dispatchers that claim at the same time share the consoles that are due; the longest due come first."""
    await shared.work.want([OTHER])
    await shared.work.begin(OTHER, "me")
    await shared.work.end(OTHER, "me", Ended(0))
    await shared.work.want([OTHER, ALERTS, THREATS])
    assert await shared.work.claim(1) == ["two"]
    claims = await asyncio.gather(*(shared.work.claim(5) for _ in range(3)))
    assert [console for claim in claims for console in claim] == ["one"]


async def test_what_is_polled_is_not_due(shared: Shared) -> None:
    """A stream that a live worker polls can't be begun by another one, until it has ended and is due again."""
    await shared.work.want([ALERTS])
    assert await shared.work.begin(ALERTS, "me") == Begun(first=True)
    assert await shared.work.begin(ALERTS, "it") is None
    assert await shared.work.due("one") == []
    await shared.work.end(ALERTS, "me", Ended(3600))
    assert await shared.work.begin(ALERTS, "it") is None
    assert await shared.work.claim(5) == []


async def test_failures_are_counted(shared: Shared) -> None:
    """Failures in a row are counted with the reason of the last one; a poll that went well ends them."""
    await shared.work.want([ALERTS])
    for failures in range(3):
        begun = await shared.work.begin(ALERTS, "me")
        assert begun is not None
        assert begun.failures == failures
        await shared.work.end(ALERTS, "me", Ended(0, f"failure {failures}"))
    [row] = await shared.work.rows()
    assert (row.failures, row.reason) == (3, "failure 2")
    await shared.work.begin(ALERTS, "me")
    await shared.work.end(ALERTS, "me", Ended(0))
    [row] = await shared.work.rows()
    assert (row.failures, row.reason, row.worker, row.queued, row.polling) == (0, "", "", None, None)


async def test_workers_whose_polls_did_not_end_well_are_remembered(shared: Shared) -> None:
    """Workers whose polls never ended are told to the next ones, and that others ended badly, until one settles all."""
    await shared.work.want([ALERTS])
    await shared.work.begin(ALERTS, "me")
    await shared.work.end(ALERTS, "me", Ended(0, "bad", settled=False))
    begun = await shared.work.begin(ALERTS, "it")
    assert begun is not None
    assert begun.unsettled == ("",)
    await shared.workers.leave("it")
    begun = await shared.work.begin(ALERTS, "me")
    assert begun is not None
    assert set(begun.unsettled) == {"", "it"}
    await shared.work.end(ALERTS, "me", Ended(0))
    assert await shared.work.begin(ALERTS, "me") == Begun()


async def test_a_worker_that_was_paused_disowns_its_polls(shared: Shared) -> None:
    """Polls of a live worker that were given up while it was paused count as ended badly once it says that they did."""
    await shared.work.want([ALERTS, THREATS])
    for key in (ALERTS, THREATS):
        await shared.work.begin(key, "it")
    await shared.workers.leave("it")
    begun = await shared.work.begin(ALERTS, "me")
    assert begun is not None
    assert begun.unsettled == ("it",)
    await shared.workers.beat(IT)
    await shared.work.disown("it", [ALERTS, OTHER])
    await shared.workers.leave("me")
    begun = await shared.work.begin(ALERTS, "it")
    assert begun is not None
    assert set(begun.unsettled) == {"me", ""}
    await shared.workers.leave("it")
    begun = await shared.work.begin(THREATS, "me")
    assert begun is not None
    assert begun.unsettled == ("it",)


async def test_an_old_worker_can_not_end_the_poll_of_another(shared: Shared) -> None:
    """The end of a poll that another worker took over meanwhile changes nothing."""
    await shared.work.want([ALERTS])
    await shared.work.begin(ALERTS, "it")
    await shared.workers.leave("it")
    await shared.work.begin(ALERTS, "me")
    assert not await shared.work.end(ALERTS, "it", Ended(3600))
    [row] = await shared.work.rows()
    assert row.worker == "me"
    assert await shared.work.end(ALERTS, "me", Ended(3600))


async def test_streams_that_are_not_wanted_wait(shared: Shared) -> None:
    """A stream that is switched off is not polled, and keeps what is known of it until it is wanted again."""
    await shared.work.want([ALERTS])
    await shared.work.begin(ALERTS, "me")
    await shared.work.end(ALERTS, "me", Ended(0, "bad", settled=False))
    await shared.work.want([THREATS])
    assert await shared.work.due("one") == ["threat"]
    await shared.work.want([ALERTS, THREATS])
    begun = await shared.work.begin(ALERTS, "it")
    assert begun == Begun(1, ("",))


async def test_what_dead_workers_left_is_released(shared: Shared) -> None:
    """A stream of a worker that is gone is released at once; one that only waits after a while, unless it is queued."""
    await shared.work.want([ALERTS, OTHER])
    assert set(await shared.work.claim(5)) == {"one", "two"}
    await shared.work.begin(ALERTS, "it")
    assert await shared.work.release([], 3600) == []
    await shared.workers.leave("it")
    assert await shared.work.release([], 3600) == ["one"]
    assert await shared.work.release(["two"], 0) == []
    assert await shared.work.release([], 0) == ["two"]
    assert set(await shared.work.claim(5)) == {"one", "two"}


async def test_what_could_not_be_begun_is_put_off(shared: Shared) -> None:
    """A stream whose lease is taken is tried again later, and one that is polled stays as it is."""
    await shared.work.want([ALERTS, THREATS])
    await shared.work.claim(5)
    await shared.work.begin(THREATS, "me")
    await shared.work.put_off(ALERTS, 3600)
    await shared.work.put_off(THREATS, 3600)
    rows = {row.stream: row for row in await shared.work.rows()}
    assert (rows["alert"].queued, rows["alert"].lag) == (None, 0)
    assert rows["threat"].worker == "me"


async def test_workers_are_asked_to_end(shared: Shared) -> None:
    """A worker learns at its next report that it is asked to end; it counts for the dispatcher no more."""
    assert await shared.workers.concurrency() == 12
    assert await shared.workers.drain("me") == 1
    assert await shared.workers.concurrency() == 7
    assert await shared.workers.beat(ME)
    assert not await shared.workers.beat(IT)
    assert await shared.workers.drain() == 2
    assert await shared.workers.beat(IT)
    await shared.workers.leave("me")
    assert [row.id for row in await shared.workers.rows()] == ["it"]


async def test_requests_are_reserved_one_behind_the_other(shared: Shared) -> None:
    """Of a burst of two, two may be made at once, and each further one a tenth of a second later."""
    key = RateKey("token", "/threats")
    waits = [await shared.rates.reserve(key, 1, per_second=10, burst=2) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, True, True]
    assert 0.05 < waits[3] <= 0.2
    assert await shared.rates.reserve(RateKey("other", "/threats"), 1, per_second=10, burst=1) <= 0
    await shared.rates.pause(key, 5)
    assert 4 < await shared.rates.reserve(key, 1, per_second=10, burst=2) <= 5
