"""Marks of outputs in memory."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Transaction

if TYPE_CHECKING:
    from s1ecs.state.memory.tables import Tables


class MemoryOutputMarks:
    """The marks of all outputs."""

    def load(self, transaction: Transaction, output: str, keys: Sequence[str] | None = None) -> Mark:
        """Return the keys of an output's mark."""
        mark = cast("Tables", transaction).output_marks.get(output, {})
        return mark if keys is None else {key: mark[key] for key in keys if key in mark}

    def save(self, transaction: Transaction, output: str, changed: Mark) -> None:
        """Save the keys that changed; None removes one."""
        merged = {**self.load(transaction, output), **changed}
        kept = {key: value for key, value in merged.items() if value is not None}
        cast("Tables", transaction).output_marks[output] = kept
