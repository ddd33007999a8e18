"""The journal of actions: rows that stay, changed in one commit."""

from dataclasses import replace

import pytest

from s1ecs.errors import ActionTaken, StateError
from s1ecs.state.journal import ActionDocument, ActionRow
from s1ecs.state.state import State

from .kinds import Kind, opened

ROW = ActionRow("a1", "one", "isolate", "2026-01-31T12:00:00.000Z", "pending", "", None, "{}", '{"at": 1}')


def document(state: str) -> ActionDocument:
    """A document of the action."""
    return ActionDocument("a1", "one", "default", f"a1 {state}", "{}")


async def test_an_action_outlives_its_process(kind: Kind) -> None:
    """A row comes back as it was written, and an unknown id is None."""
    async with opened(kind) as state:
        await state.journal.add(ROW, document("requested"), ["store"])
    async with opened(kind) as state:
        assert await state.journal.load("a1") == ROW
        assert await state.journal.load("a2") is None


async def test_no_action_is_overwritten(state: State) -> None:
    """A second action of the same id is an error, and the first stays."""
    await state.journal.add(ROW, document("requested"), ["store"])
    with pytest.raises(StateError):
        await state.journal.add(replace(ROW, reason="another"), document("other"), ["store"])
    assert await state.journal.load("a1") == ROW


async def test_a_change_replaces_the_row(state: State) -> None:
    """The change sees the row as it is, and what it returns is kept."""
    await state.journal.add(ROW, document("requested"), ["store"])
    seen = []

    def finish(row: ActionRow) -> tuple[ActionRow, ActionDocument]:
        seen.append(row)
        return replace(row, status="done", finished="2026-01-31T12:01:00.000Z", follow="{}"), document("finished")

    await state.journal.change("a1", finish, ["store"])
    await state.journal.change("a1", lambda row: (replace(row, reason="as wanted"), None), ["store"])
    assert seen == [ROW]
    done = replace(ROW, status="done", finished="2026-01-31T12:01:00.000Z", follow="{}", reason="as wanted")
    assert await state.journal.load("a1") == done


async def test_a_change_that_raises_changes_nothing(state: State) -> None:
    """The row stays as it was."""
    await state.journal.add(ROW, document("requested"), ["store"])

    def fail(_: ActionRow) -> tuple[ActionRow, None]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await state.journal.change("a1", fail, ["store"])
    assert await state.journal.load("a1") == ROW


async def test_an_action_that_is_not_there_cannot_be_changed(state: State) -> None:
    """The error names the action and the likely causes."""
    with pytest.raises(StateError, match="no action a1 in this state; the state was restored from a backup"):
        await state.journal.change("a1", lambda row: (row, None), [])


async def test_a_scheduled_action_is_started_once(state: State) -> None:
    """Scheduled rows have no document; the first who starts one replaces it, every other is told so."""
    scheduled = [replace(ROW, id=name, status="scheduled") for name in ("a1", "a2")]
    await state.journal.schedule(scheduled)
    assert await state.journal.with_status(["scheduled"]) == scheduled
    await state.journal.add(ROW, document("requested"), ["store"])
    assert [row.id for row in await state.journal.with_status(["scheduled", "done"])] == ["a2"]
    with pytest.raises(ActionTaken):
        await state.journal.add(ROW, document("requested"), ["store"])
    with pytest.raises(StateError):
        await state.journal.schedule([replace(ROW, id="a3", status="scheduled"), scheduled[0]])
    assert await state.journal.load("a3") is None


async def test_what_an_action_schedules_comes_with_it(state: State) -> None:
    """Both are saved or neither: not where another process was faster, nor where the second exists already."""
    end, other = (replace(ROW, id=name, status="scheduled") for name in ("end", "other"))
    await state.journal.add(ROW, document("requested"), ["store"], [end])
    assert await state.journal.with_status(["scheduled"]) == [end]
    with pytest.raises(ActionTaken):
        await state.journal.add(ROW, document("requested"), ["store"], [other])
    with pytest.raises(StateError):
        await state.journal.add(replace(ROW, id="a2"), document("second"), ["store"], [end])
    assert [await state.journal.load(name) for name in ("other", "a2")] == [None, None]


async def test_history_begins_with_the_newest(kind: Kind, state: State) -> None:
    """All actions, by the time they were requested; of one time by id. Who may only read sees the same."""
    rows = [
        replace(ROW, id="old", requested="2026-01-30T12:00:00.000Z"),
        replace(ROW, id="b"),
        replace(ROW, id="a"),
        replace(ROW, id="new", requested="2026-02-01T12:00:00.000Z"),
    ]
    for row in rows:
        await state.journal.add(row, document("requested")._replace(action=row.id, id=row.id), [])
    found = await state.journal.history()
    assert [row.id for row in found] == ["new", "a", "b", "old"]
    assert kind.readable().actions() == found
