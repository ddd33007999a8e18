"""Consoles as rows, kept by each state that many machines can share."""

import asyncio
from collections.abc import Callable

import pytest

from s1ecs.state.console_rows import ConsoleRow, ConsoleRows, RowsAtRevision, RowsByName

EUROPE = ConsoleRow("europe", {"url": "europe.example", "streams": {"alert": {"interval": "1m"}}}, frozenset({"acme"}))
ASIA = ConsoleRow("asia", {"url": "asia.example", "token_file": "/run/secrets/äsia"}, paused=True)

# Opens the rows as another process does.
OpenRows = Callable[[], ConsoleRows]


def with_row(row: ConsoleRow) -> Callable[[RowsByName], RowsByName]:
    """Add or replace a row."""
    return lambda rows: {**rows, row.name: row}


async def test_rows_come_back(open_rows: OpenRows) -> None:
    """What one process saved another one reads, by name; before the first change there is nothing."""
    rows = open_rows()
    assert (await rows.revision(), await rows.read()) == (0, RowsAtRevision(0, {}))
    saved = await rows.change(lambda _: {"europe": EUROPE, "asia": ASIA})
    assert saved == await open_rows().read()
    assert [*saved.rows] == ["asia", "europe"]
    for row, before in zip(saved.rows.values(), (ASIA, EUROPE), strict=True):
        assert (row.name, row.values, row.tags, row.paused) == (before.name, before.values, before.tags, before.paused)
        assert row.revision == saved.revision == await open_rows().revision() == 1


async def test_every_change_has_a_revision_of_its_own(open_rows: OpenRows) -> None:
    """A changed row has the revision of its change, the others keep theirs; a removal counts, no change does not."""
    rows = open_rows()
    await rows.change(with_row(EUROPE))
    second = await rows.change(with_row(ASIA))
    assert {name: row.revision for name, row in second.rows.items()} == {"europe": 1, "asia": 2}
    assert await rows.change(lambda found: found) == second
    assert await rows.change(with_row(ASIA)) == second
    third = await rows.change(with_row(ConsoleRow("europe", EUROPE.values, EUROPE.tags, paused=True)))
    assert {name: row.revision for name, row in third.rows.items()} == {"europe": 3, "asia": 2}
    assert await rows.change(lambda found: {"asia": found["asia"]}) == RowsAtRevision(4, {"asia": third.rows["asia"]})
    assert await open_rows().read() == RowsAtRevision(4, {"asia": third.rows["asia"]})


async def test_a_change_that_raises_saves_nothing(open_rows: OpenRows) -> None:
    """The rows and their revision stay as they were, and the next change goes on from them."""
    rows = open_rows()
    before = await rows.change(with_row(EUROPE))

    def refuse(found: RowsByName) -> RowsByName:
        raise ValueError(*found)

    with pytest.raises(ValueError, match="europe"):
        await rows.change(refuse)
    assert await rows.read() == before
    assert (await rows.change(with_row(ASIA))).revision == before.revision + 1


async def test_changes_at_once_are_all_kept(open_rows: OpenRows) -> None:
    """Processes that change the rows at the same moment follow one another, so that no change undoes another."""
    names = [f"console-{number}" for number in range(8)]
    await asyncio.gather(*(open_rows().change(with_row(ConsoleRow(name, {}))) for name in names))
    saved = await open_rows().read()
    assert [*saved.rows] == names
    assert sorted(row.revision for row in saved.rows.values()) == [*range(1, 9)]
