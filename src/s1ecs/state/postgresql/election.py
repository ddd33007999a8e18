"""Election by an advisory lock, which is held as long as the session of its holder lives."""

import asyncio
from contextlib import suppress

import psycopg

from s1ecs.state.postgresql.explained import explained
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.work import DEAD_AFTER

_LOCK = "hashtext('s1ecs dispatcher'), hashtext(current_schema())"

# A holder that is paused keeps its session, and asks nothing in it.
_END_SILENT = f"""
    SELECT pg_terminate_backend(activity.pid) FROM pg_locks AS locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objsubid = 2
        AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (locks.classid, locks.objid) = (hashtext('s1ecs dispatcher')::oid, hashtext(current_schema())::oid)
        AND activity.state = 'idle' AND activity.state_change < clock_timestamp() - make_interval(secs => {DEAD_AFTER})
"""


class PostgresElection:
    """The election as one worker takes part in it, with a session of its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._session: psycopg.Connection | None = None
        self.elected = False

    async def won(self) -> bool:
        """Tell whether this worker is elected; a lost connection is a lost election."""
        return await asyncio.to_thread(self._stand)

    async def resign(self) -> None:
        """Close the session."""
        await asyncio.to_thread(self._close)

    def _stand(self) -> bool:
        with explained(self._server):
            try:
                if self._session is None:
                    self._session = self._server.connect()
                if self.elected:
                    self._session.execute("SELECT 1")
                    return True
                [(self.elected,)] = self._session.execute(f"SELECT pg_try_advisory_lock({_LOCK})").fetchall()
                if not self.elected:
                    self._session.execute(_END_SILENT)
            except psycopg.Error:
                self._close()
                raise
            return self.elected

    def _close(self) -> None:
        self.elected = False
        session, self._session = self._session, None
        if session is not None:
            with suppress(psycopg.Error):
                # At once: the server looks for closed connections a moment later.
                session.execute("SELECT pg_advisory_unlock_all()")
            session.close()
