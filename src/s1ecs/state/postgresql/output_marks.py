"""Marks of outputs in PostgreSQL."""

from collections.abc import Sequence

from s1ecs.records import as_written, dumps
from s1ecs.state.output_marks import Mark
from s1ecs.state.postgresql.transaction import connection_of
from s1ecs.state.transaction import Transaction


class PostgresOutputMarks:
    """The marks of all outputs, a row for each key."""

    def load(self, transaction: Transaction, output: str, keys: Sequence[str] | None = None) -> Mark:
        """Return the keys of an output's mark."""
        rows = connection_of(transaction).execute(
            "SELECT key, value FROM output_marks WHERE output = %s AND (%s::text[] IS NULL OR key = ANY(%s))",
            [output, *[None if keys is None else list(keys)] * 2],
        )
        return {key: as_written(value.encode()) for key, value in rows}

    def save(self, transaction: Transaction, output: str, changed: Mark) -> None:
        """Save the keys that changed; None removes one."""
        connection = connection_of(transaction)
        # In one order for all, so that no two commits wait for each other.
        kept = {key: dumps(value).decode() for key, value in sorted(changed.items()) if value is not None}
        if kept:
            connection.execute(
                "INSERT INTO output_marks (output, key, value) SELECT %s, * FROM unnest(%s::text[], %s::text[])"
                " ON CONFLICT (output, key) DO UPDATE SET value = excluded.value",
                [output, list(kept), list(kept.values())],
            )
        if gone := [key for key, value in changed.items() if value is None]:
            connection.execute("DELETE FROM output_marks WHERE output = %s AND key = ANY(%s)", [output, gone])
