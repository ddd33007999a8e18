"""Rate limits of several workers, by the clock of a real PostgreSQL."""

import asyncio
import time

import pytest

from s1ecs.cluster.shared_rates import SharedBucket
from s1ecs.sentinelone.rate_limits import SHARE, Rate
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.rate_buckets import PostgresRateBuckets
from s1ecs.state.postgresql.server import PostgresServer

pytestmark = pytest.mark.xdist_group("postgresql")

RATE = Rate("/threats", 40, 4)
SECONDS = 2.0


async def test_workers_together_stay_within_the_limit(database: str) -> None:
    """Three workers that make requests as fast as they may make no more together than one might."""
    databases = [await PostgresDatabase.open(PostgresServer(database)) for _ in range(3)]
    buckets = [SharedBucket(RATE, PostgresRateBuckets(each), lambda: "token") for each in databases]
    made: list[float] = []
    until = time.monotonic() + SECONDS

    async def spend(bucket: SharedBucket) -> None:
        while time.monotonic() < until:
            await bucket.acquire()
            made.append(time.monotonic())

    await asyncio.gather(*(spend(bucket) for bucket in buckets for _ in range(3)))
    for each in databases:
        await each.close()

    made.sort()
    lasted = made[-1] - made[0]
    assert len(made) <= RATE.burst + RATE.per_second * lasted + 1
    assert len(made) > 0.5 * RATE.per_second * SHARE * SECONDS
