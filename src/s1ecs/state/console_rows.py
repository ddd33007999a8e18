"""Consoles as rows of a state that many machines share, instead of in each machine's settings file. A Protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True)
class ConsoleRow:
    """A console that is kept in the state.

    `values` are JSON with the keys of an entry of `consoles` in the settings file, except for the name; a token is
    only named in them, never held. `tags` are the operator's, such as a customer. `revision` is that of the last
    change of the row, set when it is saved.
    """

    name: str
    values: Mapping[str, Any]
    tags: frozenset[str] = field(default=frozenset())
    paused: bool = False
    revision: int = 0


RowsByName = Mapping[str, ConsoleRow]

# Returns the rows that are to be there instead; raises what its caller expects where that can't be.
EditRows = Callable[[RowsByName], RowsByName]


class RowsAtRevision(NamedTuple):
    """All rows at one moment, ordered by name; `revision` grows with every change, removals included."""

    revision: int
    rows: RowsByName


class ConsoleRows(Protocol):
    """The consoles that a state keeps. Every method raises StateError if the state can't be used."""

    async def revision(self) -> int:
        """Return the revision of the last change, 0 before the first; cheap enough for every few seconds."""

    async def read(self) -> RowsAtRevision:
        """Return all rows at one moment."""

    async def change(self, edit: EditRows) -> RowsAtRevision:
        """Save what `edit` makes of the rows, all or nothing; two changes follow one another, so that none is lost.

        `edit` may be called again where another change came first. Rows that it leaves as they are keep their revision.
        """


def revised(before: RowsAtRevision, edited: RowsByName) -> RowsAtRevision:
    """Return the rows as they are to be saved, those that differ with the next revision; `before` if none does."""
    following = before.revision + 1
    rows = {name: _revised(before.rows.get(name), row, following) for name, row in sorted(edited.items())}
    if rows.keys() == before.rows.keys() and all(row.revision <= before.revision for row in rows.values()):
        return before
    return RowsAtRevision(following, rows)


def _revised(before: ConsoleRow | None, row: ConsoleRow, following: int) -> ConsoleRow:
    if before is not None and (before.values, before.tags, before.paused) == (row.values, row.tags, row.paused):
        return before
    return ConsoleRow(row.name, row.values, row.tags, row.paused, following)
