"""Filling in rows beside collecting: it goes on after trouble, and ends with the stop."""

import asyncio
from collections.abc import Sequence

import pytest
import structlog
from structlog.testing import capture_logs

from s1ecs.collect.upkeep import row_filling
from s1ecs.collect.upkeep.row_filling import fill_rows
from s1ecs.errors import StateError
from s1ecs.outputs.store.row_filling import FilledRows


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again without waiting."""
    monkeypatch.setattr(row_filling, "_LOOK_AGAIN_SECONDS", 0.0)


class Rows:
    """Rows whose steps go as told: a number of documents, or trouble."""

    def __init__(self, steps: Sequence[int | StateError], stop: asyncio.Event, *, room: bool = True) -> None:
        self.steps = list(steps)
        self.stop = stop
        self.room = room

    async def has_room(self) -> bool:
        """Tell what the test says."""
        if not self.room:
            self.stop.set()
        return self.room

    async def remaining(self) -> int:
        """Return the documents of the steps to come."""
        return sum(step for step in self.steps if isinstance(step, int))

    async def step(self) -> FilledRows:
        """Take a step; raise if it is trouble. Without a next one the stop comes."""
        if not self.steps:
            self.stop.set()
            return FilledRows(0, more=True)
        step = self.steps.pop(0)
        if isinstance(step, StateError):
            raise step
        return FilledRows(step, more=bool(self.steps))


async def texts(steps: Sequence[int | StateError], *, room: bool = True) -> list[str]:
    """What is logged while rows are filled in, until nothing is left."""
    stop = asyncio.Event()
    with capture_logs() as logged:
        await fill_rows(Rows(steps, stop, room=room), stop, structlog.get_logger())
    return [entry["event"] for entry in logged]


async def test_nothing_to_fill_in_is_not_told() -> None:
    """A store whose documents all have rows is no news."""
    assert await texts([]) == []


async def test_first_and_last_line() -> None:
    """The number of documents is told before, the end afterwards."""
    first, last = await texts([20, 22])
    assert first.startswith("preparing 42 older documents for fast queries")
    assert last == "all older documents are prepared for fast queries"


async def test_trouble_is_told_and_tried_again() -> None:
    """A step that fails ends nothing: it is told with its reason, and filling goes on a while later."""
    told = await texts([20, StateError("the disk is full"), 22])
    assert told[1:3] == [
        "preparing older documents for fast queries failed, retrying in a minute: the disk is full",
        "preparing 22 older documents for fast queries, the newest first; queries are slower until then",
    ]
    assert told[-1] == "all older documents are prepared for fast queries"


async def test_a_store_near_its_size_is_not_filled() -> None:
    """Rows that retention would remove documents for are not filled in, which is told once, with what to do."""
    [told] = await texts([20], room=False)
    assert told.startswith("20 older documents are not prepared for fast queries: the store is near keep_size")
    assert told.endswith("to prepare them, increase keep_size")
