"""Marks of files: how far the files of each writer are good. A Protocol."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from s1ecs.state.transaction import Transaction

# How many bytes of open files are good, by the writer's id and the name that the file gets when it is closed.
GoodBytes = Mapping[tuple[str, str], int]


class FileMark(NamedTuple):
    """A stream's file: `file` is the name it gets when it is closed (None: none is open), `bytes` how many are good.

    `opened` is when it was made, ISO 8601; `sequence` the greatest number that a file of the stream had.
    """

    stream: str
    sequence: int
    file: str | None
    bytes: int
    opened: str


class WriterMarks(Protocol):
    """The marks of one writer in one transaction."""

    @property
    def batches(self) -> int:
        """Number of batches that were committed."""

    def set_batches(self, batches: int) -> None:
        """Save how many batches are committed with this transaction."""

    def of(self, stream: str) -> FileMark:
        """Return a stream's mark; one without a file before the first."""

    def every(self) -> list[FileMark]:
        """Return the marks of all streams."""

    def save(self, mark: FileMark) -> None:
        """Save a stream's mark."""


class FileMarks(Protocol):
    """The marks of all writers; read anew in each transaction, because the state may be put back from a backup."""

    def of(self, transaction: Transaction, writer: str) -> WriterMarks:
        """Return the marks of a writer, by its id."""

    def good_bytes(self, transaction: Transaction, stream: str) -> GoodBytes:
        """Return the lengths of a stream's open files, of all writers of this state."""
