"""The database of the state: a few connections, each on a thread of its own, that are opened again when they break.

A commit whose outcome is unknown, because the connection broke during it, is never repeated blindly: each thread has a
row in `commits` and numbers there, in the same commit, each transaction that writes anything; that row tells. What only
read is simply done again.
"""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import random
from typing import Self, TypeVar

import psycopg

from s1ecs.backoff import BackOff
from s1ecs.errors import StateError
from s1ecs.state.postgresql.explained import explained, explanation, is_conflict, is_lost
from s1ecs.state.postgresql.migrations.apply import migrate
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.transaction import PgConnection

T = TypeVar("T")

CONNECTIONS = 8
# A restart of a server, or a failover, takes no longer as a rule.
PATIENCE_SECONDS = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_RESOLVE_SECONDS = 60.0

# A power cut of the server may undo the last ones that do not wait for its disk, in their order.
_BEGIN = {True: "BEGIN", False: "BEGIN; SET LOCAL synchronous_commit = off"}


class _Repeatable(Exception):
    """A transaction of which nothing was saved, and that may do better when it is done again."""

    def __init__(self, error: StateError) -> None:
        super().__init__(str(error))
        self.error = error


class _Session:
    """The connection of one thread, and the number of its last transaction."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._writer = str(uuid.uuid4())
        self._number = 0
        self._connection: PgConnection | None = None

    def transaction(self, work: Callable[[PgConnection], T], durable: bool) -> T:  # noqa: FBT001 - see `run`
        connection = self._open()
        self._number += 1
        try:
            connection.execute(_BEGIN[durable], prepare=False)
            result = work(connection)
        except BaseException as error:
            self._roll_back(connection)
            if isinstance(error, psycopg.Error):
                self._repeat_if_possible(error)
            raise
        try:
            connection.execute(self._count_and_commit(), prepare=False)
        except psycopg.Error as error:
            self._roll_back(connection)
            if not connection.closed:
                self._repeat_if_possible(error)
                raise
            if not self._was_saved():
                raise _Repeatable(explanation(self._server, error)) from None
        return result

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.execute("DELETE FROM commits WHERE writer = %s", [self._writer])
            self._drop()

    def _count_and_commit(self) -> bytes:
        """Return both as one message: one round trip. What only read has no id, and writes nothing."""
        return (
            f"INSERT INTO commits (writer, number) SELECT '{self._writer}', {self._number}"
            " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
            " ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = now(); COMMIT"
        ).encode()

    def _open(self) -> PgConnection:
        if self._connection is not None and self._connection.broken:
            self._drop()
        if self._connection is None:
            try:
                self._connection = self._server.connect()
                self._last_number(self._connection)
            except psycopg.Error as error:
                self._drop()
                self._repeat_if_possible(error)
                raise
        return self._connection

    def _last_number(self, connection: PgConnection) -> int:
        """Return the number of this thread's last commit, once it is certain: a commit under way is waited for."""
        [(number,)] = connection.execute(
            "INSERT INTO commits (writer, number) VALUES (%s, 0)"
            " ON CONFLICT (writer) DO UPDATE SET at = now() RETURNING number",
            [self._writer],
        ).fetchall()
        return int(number)

    def _was_saved(self) -> bool:
        """Find out whether the last transaction was committed; its connection broke meanwhile."""
        until = time.monotonic() + _RESOLVE_SECONDS
        pause = BackOff(_FIRST_PAUSE, _LONGEST_PAUSE, random=random)
        while True:
            try:
                connection = self._server.connect()
                try:
                    saved = self._last_number(connection) == self._number
                except BaseException:
                    connection.close()
                    raise
            except psycopg.Error as error:
                if time.monotonic() > until:
                    raise StateError(
                        f"{explanation(self._server, error)}; whether the last commit was saved is not known: the next "
                        "poll continues from what was saved"
                    ) from None
                time.sleep(pause.next())
            else:
                self._connection = connection
                return saved

    def _repeat_if_possible(self, error: psycopg.Error) -> None:
        """Raise _Repeatable where nothing was saved and another try, with another connection if need be, may do."""
        if is_lost(error):
            self._drop()
        if is_lost(error) or is_conflict(error):
            raise _Repeatable(explanation(self._server, error)) from None

    def _roll_back(self, connection: PgConnection) -> None:
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresDatabase:
    """An open database of the state. Every use of it is a function that runs on a thread, inside one transaction.

    Functions may run several times, each time in a new transaction, of which one at most is committed.
    """

    def __init__(self, server: PostgresServer, *, patience: float = PATIENCE_SECONDS) -> None:
        self.server = server
        self._patience = patience
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="state")
        self._alone = ThreadPoolExecutor(1, thread_name_prefix="state-files")
        self._local = threading.local()
        self._sessions: list[_Session] = []

    @classmethod
    async def open(cls, server: PostgresServer, *, patience: float = PATIENCE_SECONDS) -> Self:
        """Connect, and create or migrate the tables; raise StateError with what to do."""
        database = cls(server, patience=patience)
        try:
            await database.run_blocking(database._prepare)
        except BaseException:
            await database.close()
            raise
        return database

    async def run(self, work: Callable[[PgConnection], T], *, durable: bool = True, patience: float | None = None) -> T:
        """Do `work` in one transaction: all of it is durable afterwards, or, if it raised, none.

        Where the server is away, or another transaction was in the way, it is done again, for `patience` seconds.
        """
        until = time.monotonic() + (self._patience if patience is None else patience)
        pause = BackOff(_FIRST_PAUSE, _LONGEST_PAUSE, random=random)
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, work, durable)
            except _Repeatable as undone:
                if time.monotonic() > until:
                    raise undone.error from None
            await asyncio.sleep(pause.next())

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on a thread of its own, one after the other, outside of any transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._alone, work)

    async def close(self) -> None:
        """Close all connections; what was committed stays."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _transaction(self, work: Callable[[PgConnection], T], durable: bool) -> T:  # noqa: FBT001 - see `run`
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session(self.server)
            self._sessions.append(session)
        with explained(self.server):
            return session.transaction(work, durable)

    def _prepare(self) -> None:
        with explained(self.server), self.server.connect() as connection:
            migrate(self.server, connection)
            connection.execute("DELETE FROM commits WHERE at < now() - interval '1 day'")

    def _close(self) -> None:
        self._threads.shutdown()
        self._alone.shutdown()
        for session in self._sessions:
            session.close()
