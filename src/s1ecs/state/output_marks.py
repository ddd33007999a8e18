"""Marks of outputs: a Protocol."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from s1ecs.state.transaction import Transaction

# JSON by key; to save None removes a key.
Mark = Mapping[str, Any]


class OutputMarks(Protocol):
    """The mark of each output, by the output's name.

    Feeds deliver and commit in any order, and so do processes. So a commit saves only the keys that its delivery
    changed, and an output keeps one key for each thing that moves by itself, such as a feed.
    """

    def load(self, transaction: Transaction, output: str, keys: Sequence[str] | None = None) -> Mark:
        """Return all keys of an output's mark, or those of `keys` that are there; empty before the first commit."""

    def save(self, transaction: Transaction, output: str, changed: Mark) -> None:
        """Save the keys that changed, in a commit."""
