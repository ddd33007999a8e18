"""Work under a lease: it ends at the moment from which another process may have the lease."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from s1ecs.errors import LeaseLost
from s1ecs.state.leases import Tenure
from s1ecs.tasks import meanwhile

_LOOK_SECONDS = 1.0


def require(lease: Tenure, name: str) -> None:
    """Raise LeaseLost, with the name of what is leased, once another process may have it."""
    if time.monotonic() >= lease.valid_until:
        raise _expired(name)


@asynccontextmanager
async def while_held(lease: Tenure, name: str) -> AsyncIterator[None]:
    """Cancel what is inside, and raise LeaseLost, at the moment from which another process may have the lease.

    A process that was paused finds that moment passed, and ends before it does anything else.
    """
    limit = asyncio.timeout_at(lease.valid_until)
    try:
        async with limit:

            async def renew() -> None:
                clock = asyncio.get_running_loop().time
                while clock() < (limit.when() or 0.0):
                    limit.reschedule(lease.valid_until)
                    await asyncio.sleep(_LOOK_SECONDS)

            async with meanwhile([renew()]):
                yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise _expired(name) from None


def _expired(name: str) -> LeaseLost:
    return LeaseLost(
        f"{name}: the lease expired while it was used, because this process was paused or cut off from the state; "
        "another worker continues"
    )
