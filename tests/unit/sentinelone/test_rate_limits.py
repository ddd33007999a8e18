import asyncio

import pytest

from s1ecs.sentinelone.rate_limits import Bucket, Rate, RateLimits


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/threats", "/threats"),
        ("/threats/225494730938493804", "/threats"),
        ("/threats/225494730938493804/explore/events", "/threats/{id}/..."),
        ("/threats/mitigate/kill", "/threats"),
        ("/user", "/user"),
        ("/users", "/users"),
        ("/users/login", "/users/login"),
        ("/users/api-token-details", "/users"),
        ("/agents/actions/disconnect", "/agents"),
        ("/application-management/inventory/endpoints", "/application-management/inventory"),
        ("/application-management/risks", ""),
        ("/cloud-detection/alerts", ""),
        ("/cloud-detection/rules", "/cloud-detection/rules"),
        ("/system/status/db", "/system/status"),
    ],
)
def test_longest_prefix(path: str, prefix: str) -> None:
    """The limit of the longest prefix counts, by whole segments."""
    assert RateLimits().rate(path).prefix == prefix


def own(limits: RateLimits, path: str) -> Bucket:
    """Return a bucket of one process."""
    bucket = limits.bucket(path)
    assert isinstance(bucket, Bucket)
    return bucket


async def test_buckets() -> None:
    """Paths below one prefix share its burst, and others have their own."""
    limits = RateLimits()
    bucket = limits.bucket("/agents/count")
    await bucket.acquire()
    assert not own(limits, "/agents").limiter.has_capacity()
    assert own(limits, "/threats").limiter.has_capacity(50)


async def test_a_tenth_is_left_to_the_way() -> None:
    """What leaves evenly arrives unevenly: the rate stays a tenth below what is published."""
    limits = RateLimits()
    assert own(limits, "/agents").limiter.time_period == pytest.approx(1 / 25 / 0.9)
    assert own(limits, "/tag-manager").limiter.time_period == pytest.approx(50 / 0.9)


async def test_a_pause_holds_for_all_paths_of_the_limit() -> None:
    """Once the console asked one request to wait, none of its limit goes out before; other limits are free."""
    limits = RateLimits((Rate("/a", 1000, 10), Rate("/b", 1000, 10), Rate("/c", 1000, 10)))
    limits.pause("/c", 60)
    asked = asyncio.create_task(limits.bucket("/c").acquire())
    await limits.bucket("/b").acquire()
    assert not asked.done()
    asked.cancel()
    limits.pause("/a/x", 0.2)
    limits.pause("/a/y", 0.1)
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(limits.bucket("/a").acquire() for _ in range(3)))
    assert asyncio.get_running_loop().time() - began >= 0.2
