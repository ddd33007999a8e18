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


class Rows:
    """Rows whose steps go as told: a number of documents, or trouble."""

    def __init__(self, steps: Sequence[int | StateError], stop: asyncio.Event) -> None:
        self.steps = list(steps)
        self.stop = stop

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


async def texts(steps: Sequence[int | StateError]) -> list[str]:
    """What is logged while rows are filled in."""
    stop = asyncio.Event()
    with capture_logs() as logged:
        await fill_rows(Rows(steps, stop), stop, structlog.get_logger())
    return [entry["event"] for entry in logged]


async def test_nothing_to_fill_in_is_not_told() -> None:
    """A store whose documents all have rows is no news."""
    assert await texts([]) == []


async def test_first_and_last_line() -> None:
    """The number of documents is told before, the end afterwards."""
    first, last = await texts([20, 22])
    assert first.startswith("preparing 42 older documents for fast queries")
    assert last == "all older documents are prepared for fast queries"


async def test_trouble_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails ends nothing: it is told with its reason, and filling goes on a while later."""
    monkeypatch.setattr(row_filling, "_AGAIN_SECONDS", 0.0)
    told = await texts([20, StateError("the disk is full"), 22])
    assert told[1:3] == [
        "older documents wait for their rows: the disk is full",
        "preparing 22 older documents for fast queries, the newest first; queries are slower until then",
    ]
    assert told[-1] == "all older documents are prepared for fast queries"
