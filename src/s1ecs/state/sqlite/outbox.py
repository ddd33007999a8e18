"""The outbox in the state database: the table `spooled`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from s1ecs.records import dumps
from s1ecs.state.outbox import (
    AUDIT_STREAM,
    MOST_DOCUMENTS,
    OutboxDocument,
    OutboxPiece,
    Spooled,
    Waiting,
    backlogs,
    first_piece,
)
from s1ecs.state.sqlite.document_retention import give_back
from s1ecs.state.sqlite.readonly import reading
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.transaction import Transaction


class SqliteOutbox:
    """Documents that wait for each output."""

    def append(
        self, transaction: Transaction, output: str, documents: Sequence[OutboxDocument], time: datetime
    ) -> None:
        """Put documents behind what waits."""
        connection_of(transaction).executemany(
            "INSERT INTO spooled (output, console, namespace, stream, id, document, about, bytes, time)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(output, *document, len(document.document.encode()), time.isoformat()) for document in documents],
        )

    def first(self, transaction: Transaction, output: str) -> OutboxPiece | None:
        """Return the first documents that wait: of one feed, no id twice, some megabytes at most; None: none waits."""
        rows = connection_of(transaction).execute(
            "SELECT number, bytes, console, namespace, stream, id, document, about FROM spooled WHERE output = ?"
            " ORDER BY number LIMIT ?",
            (output, MOST_DOCUMENTS),
        )
        piece = first_piece((number, length, OutboxDocument(*columns)) for number, length, *columns in rows)
        rows.close()
        return piece

    def remove(self, transaction: Transaction, output: str, piece: OutboxPiece) -> int:
        """Remove a piece; return how many of its documents were still there.

        By number and id: if an older copy of the database was put back meanwhile, other documents may bear the numbers.
        """
        cursor = connection_of(transaction).executemany(
            "DELETE FROM spooled WHERE (number, id, output) = (?, ?, ?)", [(*row, output) for row in piece.rows]
        )
        return cursor.rowcount

    def waiting(self, transaction: Transaction, output: str) -> Waiting:
        """Return what waits for an output; costs the same however much it is."""
        connection = connection_of(transaction)
        row = connection.execute("SELECT documents, bytes FROM spools WHERE output = ?", (output,)).fetchone()
        return Waiting() if row is None else Waiting(*row)

    def backlog(self, transaction: Transaction, output: str) -> Spooled | None:
        """Return what waits for an output, documents of response actions aside; None: nothing."""
        connection = connection_of(transaction)
        first = connection.execute(
            "SELECT time FROM spooled WHERE output = ? AND stream <> ? ORDER BY number LIMIT 1", (output, AUDIT_STREAM)
        ).fetchone()
        if first is None:
            return None
        documents, size = self.waiting(transaction, output)
        audit, audit_size = connection.execute(
            f"SELECT count(*), coalesce(sum(bytes), 0) FROM spooled WHERE stream = '{AUDIT_STREAM}' AND output = ?",  # noqa: S608 - as the index has it
            (output,),
        ).fetchone()
        return Spooled(output, Waiting(documents - audit, size - audit_size), datetime.fromisoformat(first[0]))

    def outputs(self, transaction: Transaction) -> list[str]:
        """Return the outputs for which something waits, by name."""
        rows = connection_of(transaction).execute("SELECT output FROM spools WHERE documents > 0 ORDER BY output")
        return [row[0] for row in rows]

    def among(
        self, transaction: Transaction, output: str, feed: tuple[str, str, str], ids: Sequence[str]
    ) -> frozenset[str]:
        """Return those of `ids` whose documents wait."""
        rows = connection_of(transaction).execute(
            "SELECT id FROM spooled WHERE id IN (SELECT value FROM json_each(?))"
            " AND (output, console, namespace, stream) = (?, ?, ?, ?)",
            (dumps(ids), output, *feed),
        )
        return frozenset(row[0] for row in rows)

    def count_refused(self, transaction: Transaction, console: str, stream: str, documents: int) -> None:
        """Count documents of a stream that an output refused when it got them."""
        connection_of(transaction).execute(
            "UPDATE polls SET refused = refused + ? WHERE (console, stream) = (?, ?)", (documents, console, stream)
        )

    def give_back(self, transaction: Transaction, clock: Callable[[], float]) -> bool:
        """Give some of the room that became free back to the disk; return whether there is more."""
        return give_back(connection_of(transaction), clock)


def read_spools(state_folder: Path) -> Sequence[Spooled]:
    """Return the backlog of each output, read beside the collector; raise StateError if it can't be read."""
    with reading(state_folder, "spools") as connection:
        if connection is None:
            return []
        # One look at it all, so that what is drained meanwhile is in both or in none.
        connection.execute("BEGIN")
        return backlogs(SqliteOutbox(), connection)
