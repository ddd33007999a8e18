"""The state: the one object that bundles all that collecting and responding remember."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from s1ecs.state.archiving import Archiving
from s1ecs.state.checkpoints import Checkpoints
from s1ecs.state.consoles import Consoles, KnownConsole
from s1ecs.state.file_marks import FileMarks
from s1ecs.state.heartbeats import Heartbeats, Life
from s1ecs.state.journal import ActionJournal, ActionRow
from s1ecs.state.known_outputs import KnownOutputs
from s1ecs.state.leases import Leases
from s1ecs.state.outbox import Outbox, Spooled, WaitingAudit
from s1ecs.state.output_marks import OutputMarks
from s1ecs.state.retention import Retention
from s1ecs.state.status import Key, LastPoll, LastPolls
from s1ecs.state.transaction import Transaction

T = TypeVar("T")


class State(Protocol):
    """Everything that collecting and responding remember. Every method raises StateError if it can't be used."""

    @property
    def checkpoints(self) -> Checkpoints:
        """Positions of walks, and what they delivered lately."""

    @property
    def leases(self) -> Leases:
        """Exclusive rights of this process."""

    @property
    def journal(self) -> ActionJournal:
        """Response actions."""

    @property
    def status(self) -> LastPolls:
        """The last poll of each stream."""

    @property
    def heartbeats(self) -> Heartbeats:
        """Signs of life."""

    @property
    def consoles(self) -> Consoles:
        """The consoles that the state belongs to."""

    @property
    def outputs(self) -> KnownOutputs:
        """The outputs that were there at the last start."""

    @property
    def retention(self) -> Retention:
        """Pruning of the documents that share the state's transactions."""

    @property
    def archiving(self) -> Archiving:
        """Archiving of the documents that share the state's transactions."""

    @property
    def outbox(self) -> Outbox:
        """Documents that wait for outputs."""

    @property
    def output_marks(self) -> OutputMarks:
        """Marks of outputs."""

    @property
    def file_marks(self) -> FileMarks:
        """Marks of files."""

    async def collector_id(self) -> str:
        """Return the id of the collector, made at first use; it becomes `agent.id`."""

    async def run(self, work: Callable[[Transaction], T], *, durable: bool = True) -> T:
        """Do `work` in a transaction of its own, between two commits; if it raises, nothing of it is saved.

        What is not `durable` may be undone by a power cut, but not by a crash of this process.
        """

    async def run_blocking(self, work: Callable[[], T]) -> T:
        """Do `work` on the state's thread, outside of any transaction: it blocks, but concerns other files."""

    async def close(self) -> None:
        """Close the state; what was committed stays."""


class ReadableState(Protocol):
    """The state as other processes read it, without any right to change it; empty before the first collect.

    Every method raises StateError if the state can't be read.
    """

    def polls(self) -> Mapping[Key, LastPoll]:
        """Return each stream's last poll."""

    def life(self) -> Life:
        """Return all signs of life."""

    def consoles(self) -> Sequence[KnownConsole]:
        """Return the consoles that the state knows."""

    def actions(self) -> Sequence[ActionRow]:
        """Return all response actions, the newest first."""

    def collected_consoles(self) -> frozenset[str]:
        """Return the names under which something was collected."""

    def backlogs(self) -> Sequence[Spooled]:
        """Return what waits for each output, documents of response actions aside."""

    def waiting_audits(self) -> Sequence[WaitingAudit]:
        """Return the documents of response actions that wait for each output."""
