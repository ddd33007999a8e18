"""Batches in the outbox: written behind what waits, and read from its front."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from s1ecs.errors import OutputError
from s1ecs.outputs.output import Batch, Entity
from s1ecs.records import as_written, dumps
from s1ecs.state.outbox import Outbox, OutboxDocument, OutboxPiece
from s1ecs.state.transaction import Transaction


@dataclass(frozen=True)
class QueuedBatch:
    """The first documents that wait, as one batch, and as the piece of the outbox that they are."""

    batch: Batch
    piece: OutboxPiece


@dataclass(frozen=True)
class Queue:
    """Queue of what waits for one output."""

    outbox: Outbox
    output: str

    def append(self, transaction: Transaction, batch: Batch, *, size: int, time: datetime) -> None:
        """Put a batch behind what waits; raise OutputError if more than `size` bytes of documents would wait then.

        If nothing waits a batch of any size is let in: else one larger than `size` could only ever go straight to an
        output that takes it in time, and collecting would stand still behind one that is well but slow.
        """
        of = (batch.console, batch.namespace, batch.stream)
        written = [(identity, dumps(document)) for identity, document in batch.documents]
        waiting = self.outbox.waiting(transaction, self.output)
        if waiting.documents and waiting.bytes + sum(len(text) for _, text in written) > size:
            raise OutputError(
                f"{self.output}: its spool is full (spill_size), so collecting waits until the output accepts "
                "documents again; fix the output, or increase spill_size to continue collecting meanwhile"
            )
        documents = [
            OutboxDocument(*of, identity, text.decode(), _about(batch.things.get(identity)))
            for identity, text in written
        ]
        self.outbox.append(transaction, self.output, documents, time)

    def first(self, transaction: Transaction) -> QueuedBatch | None:
        """Return the first documents that wait, as one batch; None: none waits."""
        piece = self.outbox.first(transaction, self.output)
        if piece is None:
            return None
        found = piece.documents
        documents = [(each.id, document_of(each.document)) for each in found]
        things = {each.id: Entity.from_about(orjson.loads(each.about)) for each in found if each.about is not None}
        return QueuedBatch(Batch(found[0].console, found[0].namespace, found[0].stream, documents, things), piece)


def _about(thing: Entity | None) -> str | None:
    return None if thing is None else dumps(thing.about).decode()


def document_of(text: str) -> dict[str, object]:
    """Return the document as it was, numbers as they were written."""
    document: dict[str, object] = as_written(text.encode())
    return document
