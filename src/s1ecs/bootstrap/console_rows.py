"""From rows of the state to consoles: each is built apart, so that an unusable row affects its console alone."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from s1ecs.bootstrap.state import postgres_server
from s1ecs.counted import counted
from s1ecs.errors import SettingsError, UsageError
from s1ecs.settings import ConsoleEntry, ConsoleSettings, Settings
from s1ecs.state.console_rows import ConsoleRow, ConsoleRows, RowsAtRevision, RowsByName

UNREAD = -1
_LEFT_OUT = (
    "is in the settings file, but the state keeps consoles as rows, which replace those of the file: it is not "
    "collected; take it over with s1ecs consoles import, or remove it from the file"
)


@dataclass(frozen=True)
class KeptConsoles:
    """The consoles that are collected, as `settings.consoles`; `revision` is that of the rows, UNREAD before the first.

    `paused` are the consoles that an operator stopped; actions can be performed on them, too: `with_paused`. Those that
    are not collected for another reason are in `settings.console_faults`: rows that this machine can't use, and
    consoles of the settings file beside rows.
    """

    settings: Settings
    with_paused: Settings
    revision: int = UNREAD
    paused: frozenset[str] = frozenset()


class ConsoleSource:
    """The consoles to collect, as the rows have them now; without any row those of the settings file."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings
        self._at = RowsAtRevision(UNREAD, {})
        # By name and revision, so that only what changed is built anew.
        self._built: dict[tuple[str, int], ConsoleSettings] = {}
        self._invalid: Mapping[str, str] = {}
        self._kept = KeptConsoles(settings, settings)

    async def read(self, rows: ConsoleRows) -> KeptConsoles:
        """Return the consoles; the same object as before where nothing changed, at the cost of one small query."""
        at = self._at if await rows.revision() == self._at.revision else await rows.read()
        # Ten thousand consoles take seconds at first: what else the process does goes on meanwhile.
        return await asyncio.to_thread(self.of, at)

    def of(self, at: RowsAtRevision) -> KeptConsoles:
        """Return the consoles of these rows.

        Rows that could not be used are tried again each time, because a file that they name may be there by now.
        """
        is_new, self._at = at.revision != self._at.revision, at
        if is_new or self._invalid:
            invalid = self._build(at.rows)
            if is_new or invalid != self._invalid:
                self._invalid = invalid
                self._kept = self._keep(at)
        return self._kept

    def _build(self, rows: RowsByName) -> dict[str, str]:
        built: dict[tuple[str, int], ConsoleSettings] = {}
        invalid: dict[str, str] = {}
        for name, row in rows.items():
            key = (name, row.revision)
            try:
                built[key] = self._built.get(key) or self._file.build(entry_of(row))
            except SettingsError as error:
                invalid[name] = fault_of(name, error)
        self._built = built
        return invalid

    def _keep(self, at: RowsAtRevision) -> KeptConsoles:
        if not at.rows:
            return KeptConsoles(self._file, self._file, at.revision)
        paused = frozenset(name for name, row in at.rows.items() if row.paused)
        return KeptConsoles(self._without(at, paused), self._without(at, frozenset()), at.revision, paused)

    def _without(self, at: RowsAtRevision, left: Collection[str]) -> Settings:
        """Return the settings with the consoles of the rows, but for those `left`."""
        consoles = [console for (name, _), console in self._built.items() if name not in left]
        invalid = {name: fault for name, fault in self._invalid.items() if name not in left}
        beside = {each.name: _LEFT_OUT for each in self._file.consoles if each.name not in at.rows}
        paused = sum(row.paused for row in at.rows.values())
        gap = f"no console is collected: {counted(len(at.rows), 'row')} in the state, of them {paused} paused and "
        return self._file.with_consoles(
            consoles, {**invalid, **beside}, f"{gap}{len(invalid)} invalid; see s1ecs consoles list"
        )


def entry_of(row: ConsoleRow) -> ConsoleEntry:
    """Return a row as the settings read it."""
    return ConsoleEntry(row.name, row.values, _place(row.name))


def fault_of(name: str, error: SettingsError) -> str:
    """Return in one line what makes a row unusable, without the name of its console."""
    return "; ".join(line.removeprefix(f"{_place(name)}: ") for line in str(error).splitlines())


def _place(name: str) -> str:
    return f"console {name}"


def with_rows(settings: Settings, *, with_paused: bool = False) -> Settings:
    """Return the settings with the consoles that the state keeps, if it keeps any; raise StateError if it is away."""
    if settings.state is None:
        return settings
    kept = ConsoleSource(settings).of(_read(settings))
    return kept.with_paused if with_paused else kept.settings


def read_rows(settings: Settings, command: str) -> RowsByName:
    """Return the rows of the state; raise UsageError, naming the command, where the state has none."""
    if settings.state is None:
        raise no_rows(command)
    return _read(settings).rows


def _read(settings: Settings) -> RowsAtRevision:
    server = postgres_server(settings)
    from s1ecs.state.postgresql.console_rows import read_console_rows

    return read_console_rows(server)


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
    server = postgres_server(settings)
    from s1ecs.state.postgresql.console_rows import PostgresConsoleRows
    from s1ecs.state.postgresql.database import PostgresDatabase

    database = await PostgresDatabase.open(server)
    try:
        yield PostgresConsoleRows(database)
    finally:
        await database.close()
