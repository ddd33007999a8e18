"""Marks of outputs in the state database."""

from collections.abc import Sequence

from s1ecs.records import as_written, dumps
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import Transaction


class SqliteOutputMarks:
    """The marks of all outputs, a row for each key."""

    def load(self, transaction: Transaction, output: str, keys: Sequence[str] | None = None) -> Mark:
        """Return the keys of an output's mark."""
        rows = connection_of(transaction).execute("SELECT key, value FROM output_marks WHERE output = ?", (output,))
        return {key: as_written(value.encode()) for key, value in rows if keys is None or key in keys}

    def save(self, transaction: Transaction, output: str, changed: Mark) -> None:
        """Save the keys that changed; None removes one."""
        connection = connection_of(transaction)
        connection.executemany(
            "INSERT OR REPLACE INTO output_marks (output, key, value) VALUES (?, ?, ?)",
            [(output, key, dumps(value).decode()) for key, value in changed.items() if value is not None],
        )
        connection.executemany(
            "DELETE FROM output_marks WHERE (output, key) = (?, ?)",
            [(output, key) for key, value in changed.items() if value is None],
        )
