"""Outbox: documents that are committed but not yet accepted by an output, in their order. A Protocol."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from s1ecs.state.transaction import Transaction

# The stream of response actions. Its documents always come by the outbox, so that they are no sign of a backlog.
AUDIT_STREAM = "response_action"

# Read at once, and given to an output at once.
MOST_DOCUMENTS = 1_000
MOST_BYTES = 5_000_000


class OutboxDocument(NamedTuple):
    """A document as it waits: `document` is JSON, and so is `about`, what its batch said of it besides."""

    console: str
    namespace: str
    stream: str
    id: str
    document: str
    about: str | None = None


class Waiting(NamedTuple):
    """Number of documents that wait for an output, and the bytes of their JSON."""

    documents: int = 0
    bytes: int = 0


class Spooled(NamedTuple):
    """The backlog of an output, and the time of its oldest document by this machine's clock."""

    output: str
    waiting: Waiting
    since: datetime


class WaitingAudit(NamedTuple):
    """The number of documents of response actions that wait for an output, and the time of the oldest."""

    output: str
    documents: int
    since: datetime


@dataclass(frozen=True)
class OutboxPiece:
    """The first documents that wait: of one console, namespace and stream, no id twice; and their (number, id)."""

    documents: Sequence[OutboxDocument]
    rows: Sequence[tuple[int, str]]


def first_piece(rows: Iterable[tuple[int, int, OutboxDocument]]) -> OutboxPiece | None:
    """Collect the first piece from rows in their order: (number, bytes of the JSON, document); None: none waits.

    Reads no row behind the one that does not fit any more.
    """
    found: dict[str, OutboxDocument] = {}
    numbers: list[tuple[int, str]] = []
    feed: tuple[str, ...] | None = None
    total = 0
    for number, length, document in rows:
        total += length
        if feed is not None and (feed != document[:3] or document.id in found or total > MOST_BYTES):
            break
        feed = document[:3]
        found[document.id] = document
        numbers.append((number, document.id))
    return OutboxPiece(list(found.values()), numbers) if numbers else None


class Outbox(Protocol):
    """Documents that wait for each output, by the output's name."""

    def append(
        self, transaction: Transaction, output: str, documents: Sequence[OutboxDocument], time: datetime
    ) -> None:
        """Put documents behind what waits, at this time by this machine's clock."""

    def first(self, transaction: Transaction, output: str) -> OutboxPiece | None:
        """Return the first documents that wait, some megabytes at most; None: none waits."""

    def remove(self, transaction: Transaction, output: str, piece: OutboxPiece) -> int:
        """Remove a piece; return how many of its documents were still there."""

    def waiting(self, transaction: Transaction, output: str) -> Waiting:
        """Return what waits for an output; costs the same however much it is."""

    def backlog(self, transaction: Transaction, output: str) -> Spooled | None:
        """Return what waits for an output, documents of response actions aside; None: nothing."""

    def outputs(self, transaction: Transaction) -> list[str]:
        """Return the outputs for which something waits, by name."""

    def among(
        self, transaction: Transaction, output: str, feed: tuple[str, str, str], ids: Sequence[str]
    ) -> frozenset[str]:
        """Return those of `ids` whose documents wait; `feed` is console, namespace, stream."""

    def count_refused(self, transaction: Transaction, console: str, stream: str, documents: int) -> None:
        """Count documents of a stream that an output refused when it got them."""

    def give_back(self, transaction: Transaction, clock: Callable[[], float]) -> bool:
        """Give some of the room that became free back to the disk; return whether there is more."""


def backlogs(outbox: Outbox, transaction: Transaction) -> Sequence[Spooled]:
    """Return the backlog of each output, documents of response actions aside."""
    found = (outbox.backlog(transaction, output) for output in outbox.outputs(transaction))
    return [each for each in found if each is not None]
