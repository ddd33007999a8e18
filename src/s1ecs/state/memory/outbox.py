"""The outbox in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from s1ecs.state.memory.tables import OutboxRow, Tables
from s1ecs.state.outbox import (
    AUDIT_STREAM,
    MOST_DOCUMENTS,
    OutboxDocument,
    OutboxPiece,
    Spooled,
    Waiting,
    first_piece,
)
from s1ecs.state.status import Key, LastPoll
from s1ecs.state.transaction import Transaction


class MemoryOutbox:
    """Documents that wait for each output; the transaction is the tables."""

    def append(
        self, transaction: Transaction, output: str, documents: Sequence[OutboxDocument], time: datetime
    ) -> None:
        """Put documents behind what waits."""
        waiting = _tables(transaction).spooled
        first = max(waiting, default=0) + 1
        waiting.update((number, OutboxRow(output, each, time)) for number, each in enumerate(documents, first))

    def first(self, transaction: Transaction, output: str) -> OutboxPiece | None:
        """Return the first documents that wait: of one feed, no id twice, some megabytes at most; None: none waits."""
        rows = self._rows(transaction, output)[:MOST_DOCUMENTS]
        return first_piece((number, row.bytes, row.document) for number, row in rows)

    def remove(self, transaction: Transaction, output: str, piece: OutboxPiece) -> int:
        """Remove a piece; return how many of its documents were still there."""
        there = {(number, row.document.id) for number, row in self._rows(transaction, output)}
        gone = there.intersection(piece.rows)
        for number, _ in gone:
            del _tables(transaction).spooled[number]
        return len(gone)

    def waiting(self, transaction: Transaction, output: str) -> Waiting:
        """Return what waits for an output."""
        return _sum([row for _, row in self._rows(transaction, output)])

    def backlog(self, transaction: Transaction, output: str) -> Spooled | None:
        """Return what waits for an output, documents of response actions aside; None: nothing."""
        rows = [row for _, row in self._rows(transaction, output) if row.document.stream != AUDIT_STREAM]
        return Spooled(output, _sum(rows), rows[0].time) if rows else None

    def outputs(self, transaction: Transaction) -> list[str]:
        """Return the outputs for which something waits, by name."""
        return sorted({row.output for row in _tables(transaction).spooled.values()})

    def among(
        self, transaction: Transaction, output: str, feed: tuple[str, str, str], ids: Sequence[str]
    ) -> frozenset[str]:
        """Return those of `ids` whose documents wait."""
        rows = self._rows(transaction, output)
        return frozenset(row.document.id for _, row in rows if row.document[:3] == feed).intersection(ids)

    def count_refused(self, transaction: Transaction, console: str, stream: str, documents: int) -> None:
        """Count documents of a stream that an output refused when it got them."""
        polls = _tables(transaction).polls
        key = Key(console, stream)
        if key in polls:
            before: LastPoll = polls[key]
            polls[key] = replace(before, refused=before.refused + documents)

    def give_back(self, _transaction: Transaction, _clock: Callable[[], float]) -> bool:
        """Have no disk to give room back to."""
        return False

    def _rows(self, transaction: Transaction, output: str) -> list[tuple[int, OutboxRow]]:
        return sorted((number, row) for number, row in _tables(transaction).spooled.items() if row.output == output)


def _tables(transaction: Transaction) -> Tables:
    return cast("Tables", transaction)


def _sum(rows: Sequence[OutboxRow]) -> Waiting:
    return Waiting(len(rows), sum(row.bytes for row in rows))
