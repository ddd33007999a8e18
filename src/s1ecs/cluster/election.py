"""Election of the one worker that dispatches. A Protocol."""

from typing import Protocol


class Election(Protocol):
    """The election as one worker takes part in it. Methods raise StateError if it can't be held now."""

    @property
    def elected(self) -> bool:
        """True as far as this worker knows."""

    async def won(self) -> bool:
        """Tell whether this worker is elected, after standing for it if nobody is."""

    async def resign(self) -> None:
        """Give the place up to another worker."""
