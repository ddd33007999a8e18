"""What an output is: the contract between collecting and the places that documents go to."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class Batch:
    """Documents of one console and stream, in the order of their records: (id, document)."""

    console: str
    namespace: str
    stream: str
    documents: Sequence[tuple[str, Mapping[str, Any]]]


class Output(Protocol):
    """A place that documents go to.

    `deliver` returns when the documents are durable there, and raises OutputError when they can't be now; the
    checkpoint moves only after it returned. It may be given the same documents again and must keep one copy.
    """

    @property
    def name(self) -> str:
        """The output's name in logs and settings."""

    async def open(self) -> None:
        """Make ready to take documents."""

    async def deliver(self, batch: Batch) -> None:
        """Make a batch durable."""

    async def close(self) -> None:
        """Let go of everything; what was delivered stays."""


@runtime_checkable
class JoinsCommit(Protocol):
    """An output that lies in the state database: its documents are written in the checkpoint's own transaction."""

    @property
    def name(self) -> str:
        """The output's name in logs and settings."""

    def write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        """Write a batch inside the transaction that is open."""
