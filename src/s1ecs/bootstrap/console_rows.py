"""From rows of the state to consoles: each is built apart, so that an unusable row affects its console alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from s1ecs.bootstrap.state import postgres_server
from s1ecs.errors import SettingsError, UsageError
from s1ecs.settings import ConsoleEntry, ConsoleSettings, Settings
from s1ecs.state.console_rows import ConsoleRow, ConsoleRows, RowsAtRevision, RowsByName

if TYPE_CHECKING:
    from s1ecs.state.postgresql.database import PostgresDatabase

UNREAD = -1


@dataclass(frozen=True)
class KeptConsoles:
    """The consoles that are collected, as `settings.consoles`; `revision` is that of the rows, UNREAD before the first.

    `paused` are the consoles that an operator stopped, `invalid` those that can't be used on this machine, with the
    reason. `left_out` are consoles of the settings file that no row has: once there are rows, the file's are not used.
    """

    settings: Settings
    revision: int = UNREAD
    paused: frozenset[str] = frozenset()
    invalid: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def entry_of(row: ConsoleRow) -> ConsoleEntry:
    """Return a row as the settings read it."""
    return ConsoleEntry(row.name, row.values, f"console {row.name}")


class ConsoleSource:
    """The consoles to collect, as the rows have them now; without any row those of the settings file."""

    def __init__(self, settings: Settings, rows: ConsoleRows, *, with_paused: bool = False) -> None:
        self._file = settings
        self._rows = rows
        self._with_paused = with_paused
        self._at = RowsAtRevision(UNREAD, {})
        # By name and revision, so that only what changed is built anew.
        self._built: dict[tuple[str, int], ConsoleSettings] = {}
        self._kept = KeptConsoles(settings)

    async def read(self) -> KeptConsoles:
        """Return the consoles; the same object as before where nothing changed, at the cost of one small query.

        Rows that could not be used are tried again each time, because a file that they name may be there by now.
        """
        if await self._rows.revision() != self._at.revision:
            self._at = await self._rows.read()
        elif not self._kept.invalid:
            return self._kept
        invalid = self._build(self._at.rows)
        if (self._at.revision, invalid) != (self._kept.revision, self._kept.invalid):
            self._kept = self._keep(self._at, invalid)
        return self._kept

    def _build(self, rows: RowsByName) -> dict[str, str]:
        built: dict[tuple[str, int], ConsoleSettings] = {}
        invalid: dict[str, str] = {}
        for name, row in rows.items():
            if row.paused and not self._with_paused:
                continue
            key = (name, row.revision)
            try:
                built[key] = self._built.get(key) or self._file.build(entry_of(row)).console
            except SettingsError as error:
                invalid[name] = str(error)
        self._built = built
        return invalid

    def _keep(self, at: RowsAtRevision, invalid: Mapping[str, str]) -> KeptConsoles:
        if not at.rows:
            return KeptConsoles(self._file, at.revision)
        return KeptConsoles(
            self._file.with_consoles(self._built.values()),
            at.revision,
            frozenset(name for name, row in at.rows.items() if row.paused),
            invalid,
            tuple(each.name for each in self._file.consoles if each.name not in at.rows),
        )


def no_rows(command: str) -> UsageError:
    """Make the error of a command about rows where there is no state that keeps them."""
    return UsageError(
        f"consoles {command}: on one machine, consoles are in the settings file, under `consoles`; only a state in "
        "PostgreSQL (setting 'state') keeps them as rows, see docs/scaling.md"
    )


@asynccontextmanager
async def open_console_rows(settings: Settings, command: str) -> AsyncIterator[ConsoleRows]:
    """Open the rows of the state; raise UsageError, naming the command, where the state has none."""
    if settings.state is None:
        raise no_rows(command)
    async with open_database(settings) as database:
        yield rows_in(database)


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[PostgresDatabase]":
    """Open the database of a state in PostgreSQL for a short look or change."""
    server = postgres_server(settings)
    from s1ecs.state.postgresql.database import PostgresDatabase

    database = await PostgresDatabase.open(server)
    try:
        yield database
    finally:
        await database.close()


def rows_in(database: "PostgresDatabase") -> ConsoleRows:
    """Return the rows of an open database."""
    from s1ecs.state.postgresql.console_rows import PostgresConsoleRows

    return PostgresConsoleRows(database)
