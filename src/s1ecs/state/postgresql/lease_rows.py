"""Leases in PostgreSQL as operators see them."""

from collections.abc import Sequence

from s1ecs.state.lease_rows import LeaseRow
from s1ecs.state.postgresql.database import PostgresDatabase

_HELD = """
    SELECT console, stream, walk, holder_name, epoch, extract(epoch FROM expires - now())::float8
    FROM leases WHERE holder IS NOT NULL ORDER BY console, stream, walk
"""


async def held_leases(database: PostgresDatabase) -> Sequence[LeaseRow]:
    """Return the leases that are held, by name."""
    rows = await database.run(lambda connection: connection.execute(_HELD).fetchall(), durable=False)
    return [LeaseRow(*row) for row in rows]
