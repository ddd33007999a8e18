"""The state in memory."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from s1ecs.errors import StateError
from s1ecs.masking import masked
from s1ecs.state.checkpoints import WalkName
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.heartbeats import ConsoleClock, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.journal import SCHEDULED, ActionDocument, ActionRow, ChangeAction, no_such_action, taken
from s1ecs.state.memory.checkpoints import MemoryCheckpoints
from s1ecs.state.memory.consoles import MemoryConsoles
from s1ecs.state.memory.file_marks import MemoryFileMarks
from s1ecs.state.memory.leases import MemoryLeases
from s1ecs.state.memory.outbox import MemoryOutbox
from s1ecs.state.memory.output_marks import MemoryOutputMarks
from s1ecs.state.memory.tables import Tables
from s1ecs.state.no_documents import NoArchiving, NoRetention
from s1ecs.state.outbox import AUDIT_STREAM, Spooled, WaitingAudit, backlogs
from s1ecs.state.status import Key, LastPoll, PollNote
from s1ecs.state.transaction import Transaction

T = TypeVar("T")


def _utc() -> datetime:
    return datetime.now(UTC)


class MemoryState:
    """A state in memory as one process has it open; `tables` are what all of them share."""

    def __init__(self, tables: Tables | None = None, clock: Callable[[], datetime] = _utc) -> None:
        self.tables = Tables() if tables is None else tables
        self.checkpoints = MemoryCheckpoints(self.tables, clock)
        self.leases = MemoryLeases(self.tables, f"process {uuid.uuid4().hex}")
        self.journal = MemoryJournal(self.tables)
        self.status = MemoryStatus(self.tables, clock)
        self.heartbeats = MemoryHeartbeats(self.tables)
        self.consoles = MemoryConsoles(self.tables)
        self.outputs = MemoryKnownOutputs(self.tables)
        self.retention = NoRetention()
        self.archiving = NoArchiving()
        self.outbox = MemoryOutbox()
        self.output_marks = MemoryOutputMarks()
        self.file_marks = MemoryFileMarks()

    async def collector_id(self) -> str:
        """Return the id of the collector, made at first use."""
        return self.tables.about.setdefault("collector_id", str(uuid.uuid4()))

    async def run(self, work: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Do `work` in a transaction of its own."""
        with self.tables.transaction():
            return work(self.tables)

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` outside of any transaction."""
        return work()

    async def close(self) -> None:
        """Release what this process holds; the tables stay."""
        self.leases.drop()


class MemoryJournal:
    """The rows of actions in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(
        self, row: ActionRow, document: ActionDocument, outputs: Sequence[str], scheduled: Sequence[ActionRow] = ()
    ) -> None:
        """Save a new action, or one that was scheduled, its document and what it schedules, all or none."""
        before = self._tables.actions.get(row.id)
        if before is not None and before.status != SCHEDULED:
            raise taken(row.id)
        await self.schedule(scheduled)
        self._tables.actions[row.id] = row
        self._add_document(document, outputs)

    async def schedule(self, rows: Sequence[ActionRow]) -> None:
        """Save scheduled actions, all or none."""
        for row in rows:
            if row.id in self._tables.actions:
                raise StateError(f"the action {row.id} already exists")
        self._tables.actions.update({row.id: row for row in rows})

    async def change(self, action: str, change: ChangeAction, outputs: Sequence[str]) -> None:
        """Replace the row of an action together with its document."""
        if action not in self._tables.actions:
            raise no_such_action(action)
        row, document = change(self._tables.actions[action])
        self._tables.actions[action] = row
        if document is not None:
            self._add_document(document, outputs)

    async def load(self, action: str) -> ActionRow | None:
        """Return the action of this id, None if there is none."""
        return self._tables.actions.get(action)

    async def with_status(self, statuses: Sequence[str]) -> Sequence[ActionRow]:
        """Return the actions that have one of these statuses, the newest first."""
        return [row for row in await self.history() if row.status in statuses]

    async def history(self) -> Sequence[ActionRow]:
        """Return all actions, the newest first."""
        return self._tables.history()

    def _add_document(self, document: ActionDocument, outputs: Sequence[str]) -> None:
        if outputs:
            self._tables.action_documents.setdefault(document.id, (document, tuple(outputs)))


class MemoryStatus:
    """The status of streams in memory."""

    def __init__(self, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._clock = clock

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""
        key = Key(walk.console, walk.stream)
        before = self._tables.polls.get(key, LastPoll("", "", "", 0, None))
        self._tables.polls[key] = replace(
            before,
            polled=note.polled,
            state=note.state,
            reason=masked(note.reason),
            newest=before.newest if note.newest is None else note.newest,
        )
        if note.state == "ok":
            progress = self._tables.progress.get(key, StreamProgress())
            self._tables.progress[key] = replace(progress, good=self._clock())


class MemoryHeartbeats:
    """Signs of life in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def save_run(self, run: Run) -> None:
        """Save that a `run` is at work, or that it was told to stop."""
        self._tables.runs["only"] = run

    async def tokens(self) -> Mapping[str, TokenExpiry]:
        """Return each console's token as last learned."""
        return dict(self._tables.tokens)

    async def save_token(self, console: str, token: TokenExpiry) -> None:
        """Save when a console's token expires."""
        self._tables.tokens[console] = token

    async def save_clock(self, console: str, clock: ConsoleClock) -> None:
        """Save how far a console's clock is ahead of ours."""
        self._tables.clocks[console] = clock


class MemoryKnownOutputs:
    """The names of outputs in memory."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def note(self, names: Sequence[str], now: str) -> Sequence[str]:
        """Save the names, and return those that are new, if anything was collected before them."""
        known = self._tables.outputs
        self._tables.outputs = {name: known.get(name, now) for name in names}
        collected = any(walk.console for walk in self._tables.checkpoints)
        return [name for name in names if name not in known] if known and collected else []


class ReadableMemory:
    """A state in memory as another process reads it."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def polls(self) -> Mapping[Key, LastPoll]:
        """Return each stream's last poll."""
        return {key: self._with_items_and_doubt(key, poll) for key, poll in self._tables.polls.items()}

    def life(self) -> Life:
        """Return all signs of life."""
        tables = self._tables
        return Life(tables.runs.get("only"), dict(tables.progress), dict(tables.tokens), dict(tables.clocks))

    def consoles(self) -> Sequence[KnownConsole]:
        """Return the consoles that the state knows."""
        return sorted(self._tables.consoles.values(), key=lambda console: console.name)

    def actions(self) -> Sequence[ActionRow]:
        """Return all response actions, the newest first."""
        return self._tables.history()

    def collected_consoles(self) -> frozenset[str]:
        """Return the names under which something was collected."""
        return frozenset(walk.console for walk in self._tables.checkpoints if walk.console)

    def backlogs(self) -> Sequence[Spooled]:
        """Return what waits for each output, documents of response actions aside."""
        return backlogs(MemoryOutbox(), self._tables)

    def waiting_audits(self) -> Sequence[WaitingAudit]:
        """Return the documents of response actions that wait for each output."""
        waiting: dict[str, list[datetime]] = {}
        for row in self._tables.spooled.values():
            if row.document.stream == AUDIT_STREAM:
                waiting.setdefault(row.output, []).append(row.time)
        return [WaitingAudit(output, len(times), min(times)) for output, times in sorted(waiting.items())]

    def _with_items_and_doubt(self, key: Key, poll: LastPoll) -> LastPoll:
        failed = sum(name[:2] == key and row.failed is not None for name, row in self._tables.items.items())
        rounds = self._tables.rounds.get(key)
        return replace(poll, to_ask_again=failed, doubt=None if rounds is None else rounds.doubt)
