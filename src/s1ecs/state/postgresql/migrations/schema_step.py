"""One migration: the statements of one step of the schema."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SchemaStep:
    """Statements that run in one transaction, in the schema of the state.

    `adds_only`: processes that do not know it can go on using the database, side by side with those that do.
    """

    subject: str
    statements: tuple[str, ...]
    adds_only: bool = True
