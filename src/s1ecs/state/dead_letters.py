"""Dead letters: what outputs refused, with the reason. A Protocol."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Protocol

from s1ecs.errors import StateError
from s1ecs.records import NotJSON, as_written, dumps
from s1ecs.state.transaction import Transaction


class LetterKey(NamedTuple):
    """Identity of a letter: two with the same key are one."""

    output: str
    console: str
    stream: str
    id: str


@dataclass(frozen=True)
class Letter:
    """A document that an output refused; `time` is when, by the console's clock, ISO 8601.

    `about` is what its batch said of it beside; empty where that was nothing.
    """

    time: str
    output: str
    console: str
    namespace: str
    stream: str
    id: str
    reason: str
    document: Mapping[str, Any]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> LetterKey:
        """Identity of a letter: two with the same key are one."""
        return LetterKey(self.output, self.console, self.stream, self.id)

    def to_json(self) -> bytes:
        """Return the letter as JSON."""
        # Not by `asdict`, which would take a long number of the document apart.
        return dumps({name: getattr(self, name) for name in _TYPES if name != "about" or self.about})

    @classmethod
    def from_json(cls, text: bytes, place: str, cure: str) -> "Letter":
        """Reverse `to_json`; raise StateError, which names the place, for what is not a letter."""
        not_a_letter = StateError(f"{place}: is not a dead letter; {cure}")
        try:
            letter = cls(**as_written(text))
        except (NotJSON, TypeError):
            raise not_a_letter from None
        if not all(isinstance(getattr(letter, name), kind) for name, kind in _TYPES.items()):
            raise not_a_letter
        return letter


_TYPES = {each.name: dict if each.name in ("document", "about") else str for each in fields(Letter)}


class DeadLetters(Protocol):
    """The dead letters of a state. All methods block; they raise StateError where they can't be stored or read."""

    def append(self, transaction: Transaction, found: Sequence[Letter]) -> None:
        """Add letters in a commit; they are durable with it at the latest. One that comes again replaces the first."""

    def streams(self) -> list[str]:
        """Return the streams that have letters, by name."""

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Count the letters by console and stream."""

    def read(self, stream: str) -> list[Letter]:
        """Return a stream's letters, the oldest first, each once."""

    def retrying(self) -> AbstractContextManager[None]:
        """Be the only one who delivers letters again; raise StateError where another process does."""

    def replace(self, stream: str, change: Callable[[Letter], Letter | None]) -> None:
        """Write a stream's letters anew, each as `change` makes it, those left out that it makes None of.

        Letters that came meanwhile are asked about, too. Either all of it happens or nothing.
        """
