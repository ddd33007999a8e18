"""Which commits wait for the disk: those behind which an output holds something; so many consoles share one disk."""

from pathlib import Path

import pytest

from s1ecs.state.checkpoints import Commit, DeliveryCounts, SeenIds, WalkName
from s1ecs.state.sqlite.checkpoints import SqliteCheckpoints
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.state.status import PollNote
from s1ecs.state.transaction import Transaction

WALK = WalkName("one", "alert", "live")
NOW = "2026-01-31T12:00:00Z"


def nothing(_: Transaction) -> None:
    """Write nothing."""


async def waits_for_the_disk(folder: Path, advance: Commit | None) -> bool:
    """Whether the commit of an advance, or of a poll's note without one, is synced before it counts as done."""
    database = await Database.open(folder)
    statements: list[str] = []
    try:
        checkpoints = SqliteCheckpoints(database)
        await database.run(lambda connection: connection.set_trace_callback(statements.append))
        if advance is None:
            await SqliteState(database).status.note(WALK, PollNote(NOW, "ok", "", None))
        else:
            await checkpoints.commit(WALK, advance)
        assert statements.count("COMMIT") == 2
        return [each for each in statements if "synchronous" in each][-1].endswith("FULL")
    finally:
        await database.close()


@pytest.mark.parametrize(
    "advance",
    [
        Commit({"since": NOW}, counts=DeliveryCounts(1, now=NOW)),
        Commit({"since": NOW}, counts=DeliveryCounts(1, 1, NOW)),
        Commit({"since": NOW}, writes=[nothing]),
    ],
)
async def test_what_an_output_took_is_durable(tmp_path: Path, advance: Commit) -> None:
    """Documents that were delivered, refused or written must not come again because of a power cut."""
    assert await waits_for_the_disk(tmp_path, advance)


@pytest.mark.parametrize("advance", [Commit({"since": NOW}), Commit({}, seen=SeenIds(forget_before=NOW)), None])
async def test_a_poll_that_brings_nothing_waits_for_no_disk(tmp_path: Path, advance: Commit | None) -> None:
    """A position that moved over nothing new, or the end of a poll, costs no sync: lost, the same is read once more."""
    assert not await waits_for_the_disk(tmp_path, advance)
