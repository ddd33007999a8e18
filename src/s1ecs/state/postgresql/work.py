"""Work of many workers, in PostgreSQL."""

from collections.abc import Collection, Sequence

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.status import Key
from s1ecs.state.work import DEAD_AFTER, Begun, Ended, WorkRow

# A console has so many streams at most, give or take.
_STREAMS = 16
# A poll that began later may not be in its worker's list yet.
_SETTLED_SECONDS = 10.0

_IS_ALIVE = (
    "EXISTS (SELECT FROM workers WHERE workers.id = work.worker"
    f" AND workers.beat > now() - make_interval(secs => {DEAD_AFTER}))"
)
# Whoever tried before would be refused, and would find other streams in front of it.
_IS_LEFT = """(worker IS NULL OR NOT EXISTS (
        SELECT FROM leases WHERE (leases.console, leases.stream, walk) = (work.console, work.stream, 'live')
            AND holder IS NOT NULL AND expires > clock_timestamp()
    ))"""
_IS_DUE = f"enabled AND next_due <= now() AND (worker IS NULL OR NOT {_IS_ALIVE})"

_CLAIM = """
    WITH due AS (
        SELECT console, next_due FROM work WHERE enabled AND queued IS NULL AND next_due <= now()
        ORDER BY next_due LIMIT %(rows)s
    ), chosen AS (
        SELECT console, min(next_due) AS since FROM due GROUP BY console ORDER BY since, console LIMIT %(consoles)s
    ), claimed AS (
        UPDATE work SET queued = now() FROM chosen
        WHERE work.console = chosen.console AND enabled AND queued IS NULL AND next_due <= now()
        RETURNING work.console, since
    )
    SELECT console FROM claimed GROUP BY console ORDER BY min(since), console
"""

_RELEASE = f"""
    UPDATE work SET queued = NULL, worker = NULL, began = NULL
    WHERE queued IS NOT NULL AND NOT console = ANY(%(waiting)s) AND NOT {_IS_ALIVE} AND {_IS_LEFT}
        AND (worker IS NOT NULL OR queued < now() - make_interval(secs => %(seconds)s))
    RETURNING console
"""

_BEGIN = f"""
    WITH before AS (
        SELECT failures, unsettled, ended IS NULL AS first FROM work
        WHERE (console, stream) = (%(console)s, %(stream)s) AND {_IS_DUE} FOR UPDATE
    )
    UPDATE work SET began = now(), worker = %(worker)s, queued = coalesce(queued, now()),
        unsettled = array_append(array_remove(work.unsettled, %(worker)s), %(worker)s)
    FROM before WHERE (console, stream) = (%(console)s, %(stream)s)
    RETURNING before.failures, before.unsettled, before.first
"""

_END = """
    UPDATE work SET next_due = now() + make_interval(secs => %(seconds)s), queued = NULL, worker = NULL, began = NULL,
        ended = now(), failures = CASE WHEN %(reason)s = '' THEN 0 ELSE failures + 1 END, reason = %(reason)s,
        unsettled = CASE WHEN %(settled)s THEN '{}'
            ELSE array_append(array_remove(array_remove(unsettled, %(worker)s), ''), '') END
    WHERE (console, stream, worker) = (%(console)s, %(stream)s, %(worker)s)
"""

_DISOWN = """
    UPDATE work SET unsettled = array_append(array_remove(array_remove(unsettled, %(worker)s), ''), '')
    WHERE (console, stream) IN (SELECT * FROM unnest(%(consoles)s::text[], %(streams)s::text[]))
        AND %(worker)s = ANY(unsettled)
"""

_ROWS = """
    SELECT console, stream, enabled,
        CASE WHEN enabled THEN greatest(0, extract(epoch FROM now() - next_due)) ELSE 0 END::float8,
        extract(epoch FROM now() - queued)::float8, extract(epoch FROM now() - began)::float8, coalesce(worker, ''),
        failures, reason
    FROM work ORDER BY console, stream
"""


class PostgresWork:
    """The streams of all consoles, by when they are due."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def want(self, keys: Collection[Key]) -> None:
        """Have exactly these polled."""
        named = _named(keys)

        def want(connection: PgConnection) -> None:
            connection.execute(
                "INSERT INTO work (console, stream) SELECT * FROM unnest(%(consoles)s::text[], %(streams)s::text[])"
                " ON CONFLICT (console, stream) DO UPDATE SET enabled = true WHERE NOT work.enabled",
                named,
            )
            connection.execute(
                "UPDATE work SET enabled = false WHERE enabled AND (console, stream) NOT IN"
                " (SELECT * FROM unnest(%(consoles)s::text[], %(streams)s::text[]))",
                named,
            )

        await self._database.run(want)

    async def claim(self, consoles: int) -> Sequence[str]:
        """Mark what is due of so many consoles as queued."""
        return await self._names(_CLAIM, {"rows": consoles * _STREAMS, "consoles": consoles})

    async def release(self, queued: Collection[str], seconds: float) -> Sequence[str]:
        """Give up what was claimed so long ago and nobody works on."""
        return sorted(set(await self._names(_RELEASE, {"waiting": list(queued), "seconds": seconds})))

    async def due(self, console: str) -> Sequence[str]:
        """Return the streams of a console that are due and that nobody polls."""
        query = f"SELECT stream FROM work WHERE console = %(console)s AND {_IS_DUE} AND {_IS_LEFT} ORDER BY next_due"
        return await self._names(query, {"console": console})

    async def begin(self, key: Key, worker: str) -> Begun | None:
        """Begin a poll; durable, as what is delivered afterwards is."""
        asked = {"console": key.console, "stream": key.stream, "worker": worker}
        rows = await self._database.run(lambda connection: connection.execute(_BEGIN.encode(), asked).fetchall())
        return Begun(rows[0][0], tuple(rows[0][1]), rows[0][2]) if rows else None

    async def end(self, key: Key, worker: str, ended: Ended) -> bool:
        """End the poll of this worker."""
        of = {"console": key.console, "stream": key.stream, "worker": worker}
        how = {"seconds": ended.seconds, "reason": ended.reason, "settled": ended.settled}
        return await self._do(_END, {**of, **how}) > 0

    async def put_off(self, key: Key, seconds: float) -> None:
        """Have a stream that could not be begun tried again."""
        query = (
            "UPDATE work SET queued = NULL, next_due = now() + make_interval(secs => %(seconds)s)"
            f" WHERE (console, stream) = (%(console)s, %(stream)s) AND {_IS_DUE}"
        )
        await self._do(query, {"console": key.console, "stream": key.stream, "seconds": seconds})

    async def keep(self, worker: str, keys: Collection[Key]) -> None:
        """Give up what a live worker polls no longer, although no end of it was saved."""
        query = (
            "UPDATE work SET queued = NULL, worker = NULL, began = NULL WHERE worker = %(worker)s"
            f" AND began < now() - make_interval(secs => {_SETTLED_SECONDS}) AND (console, stream) NOT IN"
            " (SELECT * FROM unnest(%(consoles)s::text[], %(streams)s::text[]))"
        )
        await self._do(query, {"worker": worker, **_named(keys)})

    async def disown(self, worker: str, keys: Collection[Key]) -> None:
        """Save that all polls of these by this worker are over."""
        await self._do(_DISOWN, {"worker": worker, **_named(keys)})

    async def rows(self) -> Sequence[WorkRow]:
        """Return all rows by console and stream."""
        rows = await self._database.run(lambda connection: connection.execute(_ROWS).fetchall(), durable=False)
        return [WorkRow(*row) for row in rows]

    async def _names(self, query: str, values: dict[str, object]) -> list[str]:
        rows = await self._database.run(
            lambda connection: connection.execute(query.encode(), values).fetchall(), durable=False
        )
        return [row[0] for row in rows]

    async def _do(self, query: str, values: dict[str, object]) -> int:
        """Return how many rows were changed."""
        return await self._database.run(
            lambda connection: connection.execute(query.encode(), values).rowcount, durable=False
        )


def _named(keys: Collection[Key]) -> dict[str, list[str]]:
    return {"consoles": [key.console for key in keys], "streams": [key.stream for key in keys]}
