import asyncio
import time

from s1ecs.cluster.shared_rates import SharedBucket
from s1ecs.sentinelone.rate_limits import SHARE, Rate
from s1ecs.state.memory.cluster import ClusterTables, MemoryRateBuckets

RATE = Rate("/threats", 50, 5)


class Counted(MemoryRateBuckets):
    """Buckets that count how often they were asked."""

    asked = 0

    async def reserve(self, *values: object, **more: object) -> float:
        """Reserve, and count it."""
        self.asked += 1
        return await super().reserve(*values, **more)  # type: ignore[arg-type]


def buckets() -> Counted:
    """Return buckets that workers share."""
    return Counted(ClusterTables(time.monotonic))


async def spend(bucket: SharedBucket, until: float, made: list[float]) -> None:
    """Make requests as fast as they may be made."""
    while time.monotonic() < until:
        await bucket.acquire()
        made.append(time.monotonic())


async def test_two_workers_together_stay_within_the_limit() -> None:
    """However many workers draw, no more requests are made in any second than the burst and the rate allow."""
    shared = buckets()
    made: list[float] = []
    until = time.monotonic() + 1.5
    workers = [SharedBucket(RATE, shared, lambda: "token") for _ in range(2)]

    await asyncio.gather(*(spend(worker, until, made) for worker in workers for _ in range(4)))

    made.sort()
    for first, time_of_first in enumerate(made):
        later = [each for each in made[first:] if each < time_of_first + 0.5]
        assert len(later) <= RATE.burst + RATE.per_second * 0.5 + 1
    assert len(made) > 0.7 * 1.5 * RATE.per_second * SHARE


async def test_requests_are_reserved_a_few_at_a_time() -> None:
    """A busy worker asks the state once for several requests."""
    shared = buckets()
    made: list[float] = []
    bucket = SharedBucket(RATE, shared, lambda: "token")

    await asyncio.gather(*(spend(bucket, time.monotonic() + 1, made) for _ in range(4)))

    assert shared.asked < len(made) / 2


async def test_tokens_have_limits_of_their_own() -> None:
    """What one token may do does not depend on what another does."""
    shared = buckets()
    slow = Rate("/threats", 0.001, 1)
    await SharedBucket(slow, shared, lambda: "one").acquire()

    await asyncio.wait_for(SharedBucket(slow, shared, lambda: "two").acquire(), 1)


async def test_a_pause_holds_for_other_workers() -> None:
    """A console that asked one worker to wait is left alone by the others."""
    shared = buckets()
    one, two = (SharedBucket(RATE, shared, lambda: "token") for _ in range(2))
    await one.acquire()
    began = time.monotonic()

    one.pause(0.3)
    await asyncio.sleep(0)
    await two.acquire()

    assert time.monotonic() - began >= 0.3


async def test_what_was_not_used_in_time_is_not_made_up_for() -> None:
    """Reserved requests that were not made when their turn came are not made later, on top of others."""
    shared = buckets()
    rate = Rate("/threats", 20, 1)
    bucket = SharedBucket(rate, shared, lambda: "token")
    made: list[float] = []
    await asyncio.gather(*(spend(bucket, time.monotonic() + 0.6, made) for _ in range(4)))
    await asyncio.sleep(1.2)
    began = time.monotonic()

    await asyncio.gather(*(bucket.acquire() for _ in range(4)))

    assert time.monotonic() - began >= 3 / rate.per_second - 0.01
