"""The outputs that were there at the last start. A Protocol."""

from collections.abc import Sequence
from typing import Protocol


class KnownOutputs(Protocol):
    """The names of the outputs that were there at the last start."""

    async def note(self, names: Sequence[str], now: str) -> Sequence[str]:
        """Save the names, and return those that are new, if anything was collected before them.

        A state of an earlier s1ecs knows no names: none is new then.
        """
