"""Workers that share a state in PostgreSQL."""

from collections.abc import Sequence

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.work import DEAD_AFTER
from s1ecs.state.workers import WorkerRow

_IS_ALIVE = f"beat > now() - make_interval(secs => {DEAD_AFTER})"

_BEAT = """
    INSERT INTO workers (id, host, pid, version, concurrency, running, dispatcher)
    VALUES (%(id)s, %(host)s, %(pid)s, %(version)s, %(concurrency)s, %(running)s, %(dispatcher)s)
    ON CONFLICT (id) DO UPDATE SET beat = now(), running = excluded.running, dispatcher = excluded.dispatcher
    RETURNING draining
"""

_ROWS = """
    SELECT id, host, pid, version, concurrency, running, dispatcher, draining,
        extract(epoch FROM now() - beat)::float8, extract(epoch FROM now() - started)::float8
    FROM workers ORDER BY host, pid, id
"""


class PostgresWorkers:
    """The workers of a state."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def beat(self, worker: WorkerRow) -> bool:
        """Report; return whether the worker is asked to end."""
        told = {name: getattr(worker, name) for name in ("id", "host", "pid", "version", "concurrency", "running")}

        def beat(connection: PgConnection) -> bool:
            connection.execute("DELETE FROM workers WHERE beat < now() - interval '1 hour'")
            [(draining,)] = connection.execute(_BEAT, {**told, "dispatcher": worker.dispatcher}).fetchall()
            return bool(draining)

        return await self._database.run(beat, durable=False)

    async def leave(self, worker: str) -> None:
        """Remove a worker that ended."""
        await self._database.run(
            lambda connection: connection.execute("DELETE FROM workers WHERE id = %s", [worker]), durable=False
        )

    async def drain(self, worker: str | None = None) -> int:
        """Ask all live workers, or one, to end."""
        query = f"UPDATE workers SET draining = true WHERE {_IS_ALIVE} AND (%(id)s::text IS NULL OR id = %(id)s)"
        return await self._database.run(lambda connection: connection.execute(query.encode(), {"id": worker}).rowcount)

    async def rows(self) -> Sequence[WorkerRow]:
        """Return all workers."""
        rows = await self._database.run(lambda connection: connection.execute(_ROWS).fetchall(), durable=False)
        return [WorkerRow(*row) for row in rows]

    async def concurrency(self) -> int:
        """Return the polls that all live workers together do at a time."""
        query = f"SELECT coalesce(sum(concurrency), 0) FROM workers WHERE {_IS_ALIVE} AND NOT draining"
        rows = await self._database.run(lambda connection: connection.execute(query.encode()).fetchall(), durable=False)
        return int(rows[0][0])
