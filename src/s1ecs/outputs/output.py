"""What an output is: the contract between collecting and the places that documents go to."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable


class Thing(NamedTuple):
    """What a document is the state of, and since when: `version` is the time of that state, milliseconds since 1970."""

    key: str
    version: int

    @property
    def about(self) -> dict[str, Any]:
        """The same for JSON, as whoever keeps a document for later keeps it beside."""
        return {"thing": self.key, "version": self.version}

    @classmethod
    def from_about(cls, about: Mapping[str, Any]) -> "Thing":
        """The reverse of `about`."""
        return cls(about["thing"], about["version"])


@dataclass(frozen=True)
class Batch:
    """Documents of one console and stream, in the order of their records: (id, document).

    `things` tells by id which of them are the latest state of a thing, as far as this batch knows.
    """

    console: str
    namespace: str
    stream: str
    documents: Sequence[tuple[str, Mapping[str, Any]]]
    things: Mapping[str, Thing] = field(default_factory=dict)


class Refused(NamedTuple):
    """A document that an output will never take as it is, and why."""

    id: str
    document: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Delivered:
    """What became of a batch: all of it is durable but for what was refused.

    `writes` belong into the transaction that saves the checkpoint: only with them is the batch durable. They may raise
    OutputError, and then nothing is saved.
    """

    refused: Sequence[Refused] = ()
    writes: Sequence[Callable[[sqlite3.Connection], None]] = ()


class Output(Protocol):
    """A place that documents go to.

    Every method raises OutputError when the place can't be used now; the checkpoint then stays where it is and the
    documents come again. So the same documents may be given twice, and the output must keep one copy.
    """

    @property
    def name(self) -> str:
        """The output's name in logs, settings and dead letters; no two outputs of a process share it."""

    async def open(self) -> None:
        """Make ready to take documents."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Make a batch durable; give back what will never be taken, with the reason."""

    async def check(self) -> None:
        """Do what is due though no documents come, and find out whether they would be taken; about once a minute."""

    async def close(self) -> None:
        """Let go of everything; what was delivered stays."""


@runtime_checkable
class JoinsCommit(Protocol):
    """An output whose documents become durable with the checkpoint, in one transaction of the state database.

    Every method runs on the state database's thread, inside a transaction of its own or, `write`, the checkpoint's.
    What it did outside of the database must not count when the transaction was not committed.
    """

    @property
    def name(self) -> str:
        """The output's name in logs and settings."""

    def open(self, connection: sqlite3.Connection) -> None:
        """Make ready to take documents."""

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Write a batch inside the transaction that is open."""

    def check(self, connection: sqlite3.Connection) -> None:
        """Do what is due though no documents come; about once a minute."""

    def close(self, connection: sqlite3.Connection) -> None:
        """Let go of everything; what was committed stays."""


@runtime_checkable
class ShownAtOnce(Protocol):
    """An output whose reader has each batch before it is committed, and can't be asked what it had.

    It comes last of all outputs, so that it shows nothing while another one is in the way, and is told of each commit:
    what it showed and nobody committed it does not show again.
    """

    def committed(self, console: str, namespace: str, stream: str) -> None:
        """What this feed delivered last was committed."""
