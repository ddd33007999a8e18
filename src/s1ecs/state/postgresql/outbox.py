"""The outbox in PostgreSQL: the table `spooled`."""

from collections.abc import Callable, Sequence
from datetime import datetime

from s1ecs.state.outbox import (
    AUDIT_STREAM,
    MOST_BYTES,
    MOST_DOCUMENTS,
    OutboxDocument,
    OutboxPiece,
    Spooled,
    Waiting,
    WaitingAudit,
    first_piece,
)
from s1ecs.state.postgresql.transaction import PgConnection, connection_of
from s1ecs.state.transaction import Transaction

_COLUMNS = "console, namespace, stream, id, document, about"
# Sums are kept in so many parts that processes rarely meet; the id of the server's process chooses one.
_COUNT = """
INSERT INTO spools AS counted (output, part, documents, bytes) VALUES (%s, pg_backend_pid() %% 16, %s, %s)
ON CONFLICT (output, part) DO UPDATE
SET documents = counted.documents + excluded.documents, bytes = counted.bytes + excluded.bytes
"""


class PostgresOutbox:
    """Documents that wait for each output."""

    def append(
        self, transaction: Transaction, output: str, documents: Sequence[OutboxDocument], time: datetime
    ) -> None:
        """Put documents behind what waits."""
        if not documents:
            return
        connection = connection_of(transaction)
        sizes = [len(each.document.encode()) for each in documents]
        connection.execute(
            f"INSERT INTO spooled (output, time, {_COLUMNS}, bytes)"
            " SELECT %s, %s, console, namespace, stream, id, document, about, bytes FROM unnest(%s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[]) WITH ORDINALITY"
            f" AS given ({_COLUMNS}, bytes, place) ORDER BY place",
            [output, time, *map(list, zip(*documents, strict=True)), sizes],
        )
        connection.execute(_COUNT, [output, len(documents), sum(sizes)])

    def first(self, transaction: Transaction, output: str) -> OutboxPiece | None:
        """Return the first documents that wait: of one feed, no id twice, some megabytes at most; None: none waits."""
        # Not more is read than a piece may have: documents may be large.
        rows = connection_of(transaction).execute(
            "WITH sizes AS (SELECT number, bytes, sum(bytes) OVER (ORDER BY number) - bytes AS before FROM"
            " (SELECT number, bytes FROM spooled WHERE output = %s ORDER BY number LIMIT %s) AS front)"
            f" SELECT number, spooled.bytes, {_COLUMNS} FROM spooled JOIN sizes USING (number)"
            " WHERE before <= %s ORDER BY number",
            [output, MOST_DOCUMENTS, MOST_BYTES],
        )
        return first_piece((number, length, OutboxDocument(*columns)) for number, length, *columns in rows)

    def remove(self, transaction: Transaction, output: str, piece: OutboxPiece) -> int:
        """Remove a piece; return how many of its documents were still there.

        By number and id: if an older copy of the database was put back meanwhile, other documents may bear the numbers.
        """
        connection = connection_of(transaction)
        [(removed, size)] = connection.execute(
            "WITH gone AS (DELETE FROM spooled USING unnest(%s::bigint[], %s::text[]) AS piece (number, id)"
            " WHERE (spooled.number, spooled.id) = (piece.number, piece.id) AND output = %s RETURNING bytes)"
            " SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM gone",
            [[number for number, _ in piece.rows], [identity for _, identity in piece.rows], output],
        ).fetchall()
        if removed:
            connection.execute(_COUNT, [output, -removed, -size])
        return int(removed)

    def waiting(self, transaction: Transaction, output: str) -> Waiting:
        """Return what waits for an output; costs the same however much it is."""
        # An aggregate has one row, whatever there is.
        [row] = connection_of(transaction).execute(
            "SELECT coalesce(sum(documents), 0)::bigint, coalesce(sum(bytes), 0)::bigint FROM spools WHERE output = %s",
            [output],
        )
        return Waiting(*row)

    def backlog(self, transaction: Transaction, output: str) -> Spooled | None:
        """Return what waits for an output, documents of response actions aside; None: nothing."""
        connection = connection_of(transaction)
        first = connection.execute(
            "SELECT time FROM spooled WHERE output = %s AND stream <> %s ORDER BY number LIMIT 1",
            [output, AUDIT_STREAM],
        ).fetchone()
        if first is None:
            return None
        documents, size = self.waiting(transaction, output)
        [(audit, audit_size)] = connection.execute(
            f"SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM spooled WHERE stream = '{AUDIT_STREAM}'"
            " AND output = %s",
            [output],
        ).fetchall()
        return Spooled(output, Waiting(documents - audit, size - audit_size), first[0])

    def outputs(self, transaction: Transaction) -> list[str]:
        """Return the outputs for which something waits, by name."""
        rows = connection_of(transaction).execute(
            "SELECT output FROM spools GROUP BY output HAVING sum(documents) > 0 ORDER BY output"
        )
        return [row[0] for row in rows]

    def among(
        self, transaction: Transaction, output: str, feed: tuple[str, str, str], ids: Sequence[str]
    ) -> frozenset[str]:
        """Return those of `ids` whose documents wait."""
        rows = connection_of(transaction).execute(
            "SELECT id FROM spooled WHERE id = ANY(%s::text[])"
            " AND (output, console, namespace, stream) = (%s, %s, %s, %s)",
            [list(ids), output, *feed],
        )
        return frozenset(row[0] for row in rows)

    def count_refused(self, transaction: Transaction, console: str, stream: str, documents: int) -> None:
        """Count documents of a stream that an output refused when it got them."""
        connection_of(transaction).execute(
            "UPDATE polls SET refused = refused + %s WHERE (console, stream) = (%s, %s)", [documents, console, stream]
        )

    def give_back(self, _transaction: Transaction, _clock: Callable[[], float]) -> bool:
        """Leave the room that became free to the server's autovacuum."""
        return False


def read_waiting_audits(connection: PgConnection) -> list[WaitingAudit]:
    """Return the documents of response actions that wait for each output."""
    rows = connection.execute(
        f"SELECT output, count(*), min(time) FROM spooled WHERE stream = '{AUDIT_STREAM}'"
        " GROUP BY output ORDER BY output"
    )
    return [WaitingAudit(*row) for row in rows]
