"""Work under a lease that may expire."""

import asyncio
import time

import pytest

from s1ecs.cluster import under_lease
from s1ecs.cluster.under_lease import require, while_held
from s1ecs.errors import LeaseLost


class Lease:
    """A lease that ends in so many seconds, unless it is renewed."""

    is_lost = False

    def __init__(self, seconds: float) -> None:
        self.valid_until = time.monotonic() + seconds


async def test_work_ends_when_its_lease_may_be_anothers() -> None:
    """What is under way then is cancelled, and told by its name; nothing else may be begun."""
    lease, done = Lease(0.2), list[str]()
    require(lease, "upkeep x")

    async def work() -> None:
        async with while_held(lease, "upkeep x"):
            done.append("begun")
            await asyncio.sleep(60)
            done.append("ended")

    with pytest.raises(LeaseLost, match="upkeep x: the lease expired"):
        await work()
    assert done == ["begun"]
    with pytest.raises(LeaseLost, match="upkeep x: the lease expired"):
        require(lease, "upkeep x")


async def test_work_goes_on_under_a_lease_that_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal counts as soon as it was looked at, and an error of the work itself is its own."""
    monkeypatch.setattr(under_lease, "_LOOK_SECONDS", 0.02)
    lease = Lease(0.3)

    async def work() -> None:
        async with while_held(lease, "upkeep x"):
            lease.valid_until += 60
            await asyncio.sleep(0.6)
            raise TimeoutError("of the work")

    with pytest.raises(TimeoutError, match="of the work"):
        await work()
