"""What an output may offer to whoever wants to know what it holds: `s1ecs reconcile` asks by these."""

import sqlite3
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from s1ecs.outputs.file_ids import Good


@runtime_checkable
class Askable(Protocol):
    """An output that can say which documents of a console's stream it holds."""

    async def present(self, console: str, namespace: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` whose documents are there; raise OutputError when that can't be told now."""


@runtime_checkable
class AskableInCommit(Protocol):
    """The same for an output that joins the checkpoint's transaction: it is asked on that thread, inside of one."""

    def present_in(
        self, connection: sqlite3.Connection, console: str, stream: str, ids: Sequence[str]
    ) -> frozenset[str]:
        """Those of `ids` whose documents are there."""


@runtime_checkable
class Readable(Protocol):
    """An output that must read what it wrote to tell what it holds: too slow for all but whoever wants proof.

    It is asked on the state database's thread: first, in a transaction, how far its files are good, then, outside of
    any, for the ids.
    """

    def good_in(self, connection: sqlite3.Connection, stream: str) -> Good:
        """How far what it has open is committed."""

    def present_by_reading(self, stream: str, ids: Sequence[str], good: Good) -> frozenset[str]:
        """Those of `ids` whose documents are there; raise OutputError when that can't be told now."""
