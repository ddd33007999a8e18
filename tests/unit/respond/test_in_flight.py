"""Works of which some are sending while another fails."""

import asyncio

import pytest

from s1ecs.respond.batches.in_flight import InFlight


async def test_an_error_cancels_nothing_that_is_being_sent() -> None:
    """What is in flight comes to its end before the error is raised; what waits or follows does not."""
    together = InFlight[str](2)
    in_flight, failed = asyncio.Event(), asyncio.Event()
    done, seen = [], []

    async def sends() -> str:
        async with together.sending():
            in_flight.set()
            await failed.wait()
        done.append("sends")
        seen.append(together.failed)
        return "sent"

    async def fails() -> str:
        async with together.sending():
            await in_flight.wait()
        asyncio.get_running_loop().call_soon(failed.set)
        raise BrokenPipeError

    async def follows() -> str:
        await asyncio.Event().wait()
        done.append("follows")
        return ""

    async def never_begins() -> str:
        await in_flight.wait()
        await asyncio.Event().wait()
        async with together.sending():
            done.append("begins")
        return ""

    works = [sends(), fails(), follows(), never_begins()]
    with pytest.raises(BrokenPipeError):
        await together.results(works)
    assert (done, seen) == (["sends"], [True])


async def test_results_are_in_order() -> None:
    """Without an error each work has its result at its place, however long it takes."""
    together, first = InFlight[int](1), asyncio.Event()

    async def later() -> int:
        await first.wait()
        return 1

    async def sooner() -> int:
        async with together.sending():
            first.set()
        return 2

    assert await together.results([later(), sooner()]) == [1, 2]
    assert await InFlight[int](1).results([]) == []
