"""Rate limits of all workers together, in PostgreSQL: a row says when the next request fits into the rate."""

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.rate_buckets import RateKey

_RESERVE = """
    INSERT INTO rate_buckets AS bucket (identity, family, ready)
    VALUES (%(identity)s, %(family)s, clock_timestamp() + make_interval(secs => %(length)s))
    ON CONFLICT (identity, family) DO UPDATE
        SET ready = greatest(bucket.ready, clock_timestamp()) + make_interval(secs => %(length)s)
    RETURNING extract(epoch FROM ready - clock_timestamp())::float8
"""

_PAUSE = """
    INSERT INTO rate_buckets AS bucket (identity, family, ready)
    VALUES (%(identity)s, %(family)s, clock_timestamp() + make_interval(secs => %(length)s))
    ON CONFLICT (identity, family) DO UPDATE SET ready = greatest(bucket.ready, excluded.ready)
"""


class PostgresRateBuckets:
    """Allowances of requests by the clock of the server."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def reserve(self, key: RateKey, requests: int, *, per_second: float, burst: float) -> float:
        """Reserve the next requests."""
        length = requests / per_second
        asked = {"identity": key.identity, "family": key.family, "length": length}
        rows = await self._database.run(
            lambda connection: connection.execute(_RESERVE, asked).fetchall(), durable=False
        )
        return float(rows[0][0]) - length - (burst - 1) / per_second

    async def pause(self, key: RateKey, seconds: float) -> None:
        """Hold back what is reserved from now on."""
        asked = {"identity": key.identity, "family": key.family, "length": seconds}
        await self._database.run(lambda connection: connection.execute(_PAUSE, asked), durable=False)
