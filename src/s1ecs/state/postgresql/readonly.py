"""The state in PostgreSQL as commands read it: one connection for each question, without any right to change it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from s1ecs.state.consoles import KnownConsole
from s1ecs.state.heartbeats import Life
from s1ecs.state.journal import ActionRow
from s1ecs.state.outbox import Spooled, WaitingAudit, backlogs
from s1ecs.state.postgresql import consoles, journal, poll_status, signs_of_life
from s1ecs.state.postgresql.explained import explained
from s1ecs.state.postgresql.migrations.apply import check_usable, migrated
from s1ecs.state.postgresql.outbox import PostgresOutbox, read_waiting_audits
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.status import Key, LastPoll

T = TypeVar("T")


class ReadOnlyPostgres:
    """The state in one schema, read beside whoever collects."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def polls(self) -> Mapping[Key, LastPoll]:
        """Return each stream's last poll."""
        return self._read(poll_status.read_polls, {})

    def life(self) -> Life:
        """Return all signs of life."""
        return self._read(signs_of_life.read_life, Life())

    def consoles(self) -> Sequence[KnownConsole]:
        """Return the consoles that the state knows."""
        return self._read(consoles.read_consoles, [])

    def actions(self) -> Sequence[ActionRow]:
        """Return all response actions, the newest first."""
        return self._read(journal.read_actions, [])

    def collected_consoles(self) -> frozenset[str]:
        """Return the names under which something was collected."""
        return self._read(consoles.names_with_state, frozenset())

    def backlogs(self) -> Sequence[Spooled]:
        """Return what waits for each output, documents of response actions aside."""
        return self._read(partial(backlogs, PostgresOutbox()), [])

    def waiting_audits(self) -> Sequence[WaitingAudit]:
        """Return the documents of response actions that wait for each output."""
        return self._read(read_waiting_audits, [])

    def _read(self, question: Callable[[PgConnection], T], without_state: T) -> T:
        with reading(self._server) as connection:
            return without_state if connection is None else question(connection)


@contextmanager
def reading(server: PostgresServer) -> Iterator[PgConnection | None]:
    """Give the database at one moment, without any right to change it; None where it has no state yet."""
    with explained(server), server.connect() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = migrated(connection)
        check_usable(server, found)
        yield None if found is None or not found.last else connection
        connection.execute("ROLLBACK")


def has_tables(server: PostgresServer) -> bool:
    """Tell whether a database has a state; raise StateError if it can't be asked."""
    with reading(server) as connection:
        return connection is not None
