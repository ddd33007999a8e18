"""Dead letters of a state: files beside SQLite, rows in PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s1ecs.errors import StateError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.state.dead_letters import DeadLetters, Letter
from s1ecs.state.postgresql.dead_letters import PostgresDeadLetters
from s1ecs.state.state import State

from .kinds import Kind, SqliteKind, opened
from .postgres_kind import PostgresKind

if TYPE_CHECKING:
    from servers.postgresql import PostgresCluster

LETTER = Letter(
    "2026-01-31T12:00:00.000Z",
    "out",
    "one",
    "default",
    "alert",
    "a",
    "no",
    {"n": 1.5, "text": "\0ü"},
    {"thing": "t"},
)


@dataclass
class Place:
    """A state with its dead letters."""

    state: State
    letters: DeadLetters

    async def append(self, *letters: Letter) -> None:
        """Add letters in a commit."""
        await self.state.run(partial(self.letters.append, found=letters))


@pytest.fixture(params=["files", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """An open state of each kind with its dead letters, before the first."""
    if request.param == "files":
        kind: Kind = SqliteKind(tmp_path)
        letters: DeadLetters = DeadLetterFiles(tmp_path)
    else:
        server: PostgresCluster = request.getfixturevalue("postgres")
        postgres = PostgresKind(server.url())
        kind, letters = postgres, PostgresDeadLetters(postgres.server)
        assert letters.streams() == []  # before there is a state
    async with opened(kind) as state:
        yield Place(state, letters)


async def test_letters_come_back(place: Place) -> None:
    """By stream, the oldest first, each once, with every character of its document."""
    assert (place.letters.streams(), place.letters.read("alert")) == ([], [])
    newer = replace(LETTER, id="b", about={})
    await place.append(LETTER, newer)
    await place.append(replace(LETTER, stream="threat"))
    assert place.letters.streams() == ["alert", "threat"]
    assert place.letters.counts() == {("one", "alert"): 2, ("one", "threat"): 1}
    assert place.letters.read("alert") == [LETTER, newer]
    again = replace(LETTER, reason="still no")
    await place.append(again)
    assert place.letters.read("alert") == [again, newer]


async def test_letters_change_and_leave(place: Place) -> None:
    """Those that are changed come back changed, those that are dropped never, and others stay."""
    await place.append(LETTER, replace(LETTER, id="b"), replace(LETTER, id="c"), replace(LETTER, stream="threat"))
    renamed = replace(LETTER, id="b", console="two")
    changes = {"a": None, "b": renamed}
    place.letters.replace("alert", lambda letter: changes.get(letter.id, letter))
    assert sorted(place.letters.read("alert"), key=lambda letter: letter.id) == [renamed, replace(LETTER, id="c")]
    place.letters.replace("alert", lambda _: None)
    assert place.letters.streams() == ["threat"]


async def test_nothing_changes_if_a_change_fails(place: Place) -> None:
    """Either all of it happens or nothing."""
    await place.append(LETTER, replace(LETTER, id="b"))

    def fail(letter: Letter) -> None:
        if letter.id == "b":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        place.letters.replace("alert", fail)
    assert [letter.id for letter in place.letters.read("alert")] == ["a", "b"]


async def test_one_retries_at_a_time(place: Place) -> None:
    """A second one is refused until the first has ended."""
    with place.letters.retrying():
        with pytest.raises(StateError, match="another process is retrying dead letters"), place.letters.retrying():
            pass
        await place.append(LETTER)
    with place.letters.retrying():
        assert place.letters.read("alert") == [LETTER]
