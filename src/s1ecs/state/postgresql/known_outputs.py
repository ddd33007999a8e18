"""The outputs that were there at the last start, in PostgreSQL."""

from collections.abc import Sequence

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection


class PostgresKnownOutputs:
    """The names of outputs in one schema."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def note(self, names: Sequence[str], now: str) -> Sequence[str]:
        """Save the names, and return those that are new, if anything was collected before them."""

        def save(connection: PgConnection) -> list[str]:
            known = {row[0] for row in connection.execute("SELECT name FROM outputs")}
            collected = connection.execute("SELECT 1 FROM checkpoints WHERE console <> '' LIMIT 1").fetchone()
            connection.execute("DELETE FROM outputs WHERE name <> ALL(%s::text[])", [list(names)])
            connection.execute(
                "INSERT INTO outputs (name, since) SELECT name, %s FROM unnest(%s::text[]) AS name"
                " ON CONFLICT DO NOTHING",
                [now, list(names)],
            )
            # Nobody can tell of the first ones whether they are new.
            return [name for name in names if name not in known] if known and collected else []

        return await self._database.run(save)
