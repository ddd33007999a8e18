"""What outputs do once a minute, though no documents come."""

import asyncio
from pathlib import Path

import pytest
import structlog

from s1ecs.bootstrap import outputs
from s1ecs.bootstrap.outputs import open_outputs
from s1ecs.errors import OutputError
from s1ecs.outputs.output import Capabilities, Delivered
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState


class Tended:
    """An output whose checks end as told, one after the other, and then well."""

    capabilities = Capabilities()

    def __init__(self, name: str, *ends: Exception) -> None:
        self.name = name
        self.checks = 0
        self._ends = list(ends)

    async def open(self, _mark: Mark) -> None:
        """Nothing to make ready."""

    async def deliver(self, _batch: object) -> Delivered:
        """Take it."""
        return Delivered()

    async def check(self) -> None:
        """End as told."""
        self.checks += 1
        if self._ends:
            raise self._ends.pop(0)

    async def close(self) -> None:
        """Nothing to let go."""


async def test_a_fault_in_one_output_ends_no_tending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a check raises is a warning with the output's name; the others, and the next minute, go on."""
    monkeypatch.setattr(outputs, "_CHECK_SECONDS", 0.01)
    faulty, sound = Tended("faulty", ValueError("odd"), OutputError("faulty: not now")), Tended("sound")
    database = await Database.open(tmp_path)
    try:
        with structlog.testing.capture_logs() as lines:
            async with open_outputs([faulty, sound], SqliteState(database), structlog.get_logger()):
                async with asyncio.timeout(120):
                    while sound.checks < 3:  # noqa: ASYNC110 - the output tells nobody
                        await asyncio.sleep(0.01)
    finally:
        await database.close()
    assert faulty.checks >= 3
    assert [line["log_level"] for line in lines] == ["warning", "warning"]
    assert [line["event"] for line in lines] == [
        "faulty: the check once a minute failed: ValueError('odd'); it is retried",
        "faulty: not now",
    ]
