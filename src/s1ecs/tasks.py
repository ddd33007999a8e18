"""Tasks that end with their context, with the first error or with a stop; all built on asyncio.TaskGroup."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Open a TaskGroup that raises its first error itself, not in an ExceptionGroup; all its tasks have ended then."""
    inside = asyncio.current_task()
    assert inside is not None
    first: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            try:
                yield group
            except Exception as error:
                # The group lists it behind errors of tasks that it then cancels; one that is being cancelled, because
                # a task failed, only follows from that task's error.
                first = None if inside.cancelling() else error
                raise
    except BaseExceptionGroup as errors:
        first = first or errors.exceptions[0]
    if first is not None:
        context = first.__context__
        try:
            raise first
        finally:
            # Else its context would be the cancellation of this group.
            first.__context__ = context


async def side_by_side(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all works side by side: their results in order. The first error ends the others and is raised."""
    async with task_group() as group:
        tasks = [group.create_task(work) for work in works]
        await _ended(tasks)
    return [task.result() for task in tasks]


@asynccontextmanager
async def meanwhile(works: Iterable[Coroutine[Any, Any, object]]) -> AsyncIterator[None]:
    """Run all of `works` beside what is inside; behind it they have ended. An error of one ends all and is raised."""
    async with task_group() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()
        await _ended(tasks)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Run the work until `stop`: its result, or None if `stop` came first and ended it. Raises what the work raises."""
    async with task_group() as group:
        task, stopped = group.create_task(work), group.create_task(stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        done = task.done()
        task.cancel()
        stopped.cancel()
        await _ended([task, stopped])
    return task.result() if done else None


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Wait inside of the group: Python 3.11 leaves its parent marked as cancelled if a task fails while it is left."""
    if waiting := {task for task in tasks if not task.done()}:
        await asyncio.wait(waiting)
