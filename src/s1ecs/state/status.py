"""The status of each stream: its last poll, for `s1ecs streams` and `s1ecs status`."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from s1ecs.state.checkpoints import WalkName
from s1ecs.state.inventory_rounds import RoundDoubt


class Key(NamedTuple):
    """A stream of a console."""

    console: str
    stream: str


@dataclass(frozen=True)
class PollNote:
    """The end of a poll of a stream: its state (ok, skipped, failed, stopped) and the reason.

    `polled` is by the console's clock; `newest` is the greatest time that the walk has seen, None without any.
    """

    polled: str
    state: str
    reason: str
    newest: str | None


@dataclass(frozen=True)
class LastPoll:
    """A stream's last poll: when (the console's clock, ISO 8601), its state and why; `documents` since the beginning.

    `refused` counts those of them that an output did not take, which became dead letters. `newest` is the greatest time
    that a record had, None where none had one; `to_ask_again` counts the items whose own call failed. `doubt` is why
    the last complete walk of an inventory marked nothing as gone.
    """

    polled: str
    state: str
    reason: str
    documents: int
    newest: str | None
    to_ask_again: int = 0
    refused: int = 0
    doubt: RoundDoubt | None = None


class LastPolls(Protocol):
    """The status of all streams, as far as polls write it; commits count the documents."""

    async def note(self, walk: WalkName, note: PollNote) -> None:
        """Save how a poll ended."""
