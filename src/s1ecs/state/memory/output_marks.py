"""Marks of outputs in memory."""

from typing import TYPE_CHECKING, cast

from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Transaction

if TYPE_CHECKING:
    from s1ecs.state.memory.tables import Tables


class MemoryOutputMarks:
    """The marks of all outputs."""

    def load(self, transaction: Transaction, output: str) -> Mark:
        """Return all keys of an output's mark."""
        return cast("Tables", transaction).output_marks.get(output, {})

    def save(self, transaction: Transaction, output: str, changed: Mark) -> None:
        """Save the keys that changed; None removes one."""
        merged = {**self.load(transaction, output), **changed}
        kept = {key: value for key, value in merged.items() if value is not None}
        cast("Tables", transaction).output_marks[output] = kept
