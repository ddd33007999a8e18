"""The contents of a state in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from s1ecs.state.checkpoints import WalkName
from s1ecs.state.console_rows import ConsoleRow
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.file_marks import FileMark
from s1ecs.state.heartbeats import ConsoleClock, Run, StreamProgress, TokenExpiry
from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.journal import ActionDocument, ActionRow
from s1ecs.state.outbox import OutboxDocument
from s1ecs.state.output_marks import Mark
from s1ecs.state.status import Key, LastPoll

# Console, stream, and an id of what the table holds.
Named = tuple[str, str, str]


@dataclass(frozen=True)
class ItemRow:
    """An item of a call per item: the version that was read through, or the item to retry."""

    version: str | None = None
    failed: str | None = None
    reason: str | None = None
    tried: str | None = None


class OutboxRow(NamedTuple):
    """A document that waits for an output since `time`."""

    output: str
    document: OutboxDocument
    time: datetime

    @property
    def bytes(self) -> int:
        """Bytes of its JSON."""
        return len(self.document.document.encode())


@dataclass
class Tables:
    """Everything that a state holds; several `MemoryState` on the same tables are several processes on one state.

    It is the transaction, too: values are immutable, so that a copy of the dictionaries undoes what raised.
    """

    # Positions as JSON, so that they come back as from any other state.
    checkpoints: dict[WalkName, tuple[bytes, datetime | None]] = field(default_factory=dict)
    seen: dict[Named, str] = field(default_factory=dict)
    backfilled: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    entities: dict[Named, tuple[str, int]] = field(default_factory=dict)
    rounds: dict[Key, Rounds] = field(default_factory=dict)
    items: dict[Named, ItemRow] = field(default_factory=dict)
    polls: dict[Key, LastPoll] = field(default_factory=dict)
    progress: dict[Key, StreamProgress] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    tokens: dict[str, TokenExpiry] = field(default_factory=dict)
    clocks: dict[str, ConsoleClock] = field(default_factory=dict)
    consoles: dict[str, KnownConsole] = field(default_factory=dict)
    console_rows: dict[str, ConsoleRow] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    output_marks: dict[str, Mark] = field(default_factory=dict)
    file_writers: dict[str, int] = field(default_factory=dict)
    files: dict[tuple[str, str], FileMark] = field(default_factory=dict)
    # By a number that grows: documents wait in its order.
    spooled: dict[int, OutboxRow] = field(default_factory=dict)
    actions: dict[str, ActionRow] = field(default_factory=dict)
    # By the id of the document, with the outputs that it waits for.
    action_documents: dict[str, tuple[ActionDocument, tuple[str, ...]]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    # The owner of each lease, which no transaction undoes.
    leases: dict[Named, str] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep what is done inside, or none of it if it raises."""
        before = {table.name: dict(getattr(self, table.name)) for table in fields(self) if table.name != "leases"}
        try:
            yield
        except BaseException:
            for name, rows in before.items():
                setattr(self, name, rows)
            raise

    def history(self) -> list[ActionRow]:
        """Return all actions, the newest first; of one time by id."""
        by_id = sorted(self.actions.values(), key=lambda row: row.id)
        return sorted(by_id, key=lambda row: row.requested, reverse=True)
