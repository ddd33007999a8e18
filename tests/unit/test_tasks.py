"""Tasks that end with their context, with the first error or with a stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from s1ecs.tasks import meanwhile, side_by_side, unless_stopped


class Works:
    """Works that wait, fail and fail at their end; which of them have ended."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended: list[str] = []

    async def waits(self) -> None:
        """Wait for ever."""
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.append("waits")

    async def fails(self, error: BaseException) -> None:
        """Fail once the other has begun."""
        await self.begun.wait()
        raise error

    async def fails_at_its_end(self, error: BaseException) -> None:
        """Fail when it is cancelled."""
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.ended.append("fails at its end")
            raise error from None


def cancellations() -> int:
    """How often the test itself is marked as cancelled."""
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()


async def failing(works: Works, error: Exception) -> None:
    """Side by side: one waits, one fails."""
    await side_by_side([works.waits(), works.fails(error)])


async def failing_beside(works: Works, error: Exception) -> None:
    """Something waits inside while one beside it fails."""
    async with meanwhile([works.waits(), works.fails(error)]):
        await asyncio.Event().wait()


async def failing_inside(works: Works, error: Exception) -> None:
    """What is inside fails while one beside it waits."""
    async with meanwhile([works.waits()]):
        await works.fails(error)


async def failing_before_the_stop(works: Works, error: Exception) -> None:
    """A work fails before it is stopped."""
    async with meanwhile([works.waits()]):
        await unless_stopped(asyncio.Event(), works.fails(error))


@pytest.mark.parametrize("way", [failing, failing_beside, failing_inside, failing_before_the_stop])
async def test_the_first_error_ends_all_and_is_raised_itself(
    way: Callable[[Works, Exception], Awaitable[None]],
) -> None:
    """The very error, with its cause, in no group; everything has ended, and the caller is not taken for cancelled."""
    works, error = Works(), ValueError("first")
    error.__cause__ = cause = OSError("cause")
    with pytest.raises(ValueError, match="first") as raised:
        await way(works, error)
    assert raised.value is error
    assert (error.__cause__, error.__context__) == (cause, None)
    assert works.ended == ["waits"]
    assert cancellations() == 0


async def test_an_error_at_the_end_hides_no_first_one() -> None:
    """Errors of tasks that are cancelled for it come behind the error of the body, and of another task."""
    for beside in ([], ["fails"]):
        works, first = Works(), ValueError("first")
        others = [works.fails(first) for _ in beside]
        with pytest.raises(ValueError, match="first"):
            async with meanwhile([works.fails_at_its_end(OSError("second")), *others]):
                await (asyncio.Event().wait() if beside else works.fails(first))
        assert works.ended == ["fails at its end"]


async def test_an_error_that_follows_from_another_hides_it_neither() -> None:
    """What is inside may fail because a task beside it failed: that task's error is raised."""
    works, first = Works(), ValueError("first")
    with pytest.raises(ValueError, match="first"):
        async with meanwhile([works.fails(first)]):
            await works.fails_at_its_end(OSError("second"))


async def test_no_error_is_swallowed() -> None:
    """What fails when it is told to end, behind a body that went well, is raised."""
    works = Works()
    with pytest.raises(OSError, match="at its end"):
        async with meanwhile([works.fails_at_its_end(OSError("at its end"))]):
            await works.begun.wait()
    stop, works = asyncio.Event(), Works()
    stop.set()
    with pytest.raises(OSError, match="at its end"):
        await unless_stopped(stop, works.fails_at_its_end(OSError("at its end")))
    assert cancellations() == 0


async def test_a_timeout_behind_an_error_is_still_one() -> None:
    """An error that was caught leaves nothing behind that a timeout would take for a cancellation from outside."""

    async def caught() -> None:
        async with asyncio.timeout(None) as limit:
            with pytest.raises(ValueError, match="first"):
                await failing(Works(), ValueError("first"))
            limit.reschedule(0)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await caught()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_raised_itself(kind: type[BaseException]) -> None:
    """KeyboardInterrupt and SystemExit leave as they are."""
    works: list[Works] = []

    async def interrupted() -> None:
        works.append(Works())
        await side_by_side([works[0].waits(), works[0].fails(kind())])

    with pytest.raises(kind):
        asyncio.run(interrupted())
    assert works[0].ended == ["waits"]


@asynccontextmanager
async def running(work: Awaitable[object]) -> AsyncIterator["asyncio.Future[object]"]:
    """The work as a task that the test cancels."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        await asyncio.wait({task})


async def test_who_is_cancelled_cancels_all() -> None:
    """A cancelled caller has ended all of its tasks when its CancelledError comes."""
    works = Works()

    async def inside() -> None:
        async with meanwhile([works.waits()]):
            await asyncio.Event().wait()

    for work in (side_by_side([works.waits()]), inside(), unless_stopped(asyncio.Event(), works.waits())):
        works.begun.clear()
        works.ended.clear()
        async with running(work) as task:
            await works.begun.wait()
            task.cancel()
        assert task.cancelled()
        assert works.ended == ["waits"]


async def test_results_come_in_order() -> None:
    """Each work's result stands in its place, whichever ended first; nothing at all is well, too."""

    async def result(number: int) -> int:
        for _ in range(3 - number):
            await asyncio.sleep(0)
        return number

    assert await side_by_side(map(result, range(3))) == [0, 1, 2]
    assert await side_by_side([]) == []


async def test_a_stop_ends_the_work() -> None:
    """The work's result; None, and its end, where the stop comes first."""
    works, stop = Works(), asyncio.Event()
    assert await unless_stopped(stop, asyncio.sleep(0, "result")) == "result"
    stop.set()
    stopped: object = await unless_stopped(stop, works.waits())
    assert stopped is None
    assert works.ended == ["waits"]
