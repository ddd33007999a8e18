"""Lines that go together in one request, and the verdicts about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from s1ecs.errors import all_of
from s1ecs.outputs.search.bulk import BulkLine, halves
from s1ecs.outputs.search.error_rules import Ruling, Stopped


@dataclass
class Suspects:
    """The lines of a request that was refused as a whole, perhaps because of one of them; they are sent apart.

    `accused` were refused alone, too; `taken` is how many were taken since. Where none is, it is no fault of theirs.
    """

    taken: int = 0
    alone: set[str] = field(default_factory=set)
    accused: list[tuple[BulkLine, Stopped, str]] = field(default_factory=list)


@dataclass(frozen=True)
class RequestLines:
    """Lines that go together after so many `tries`; `before` is how many the server had taken at the first one.

    Those whose ids are `doubtful` may have arrived. `pause` is how long to wait first.
    """

    lines: list[BulkLine]
    tries: int = 0
    before: int = 0
    pause: float = 0.0
    doubtful: frozenset[str] = frozenset()
    suspects: Suspects | None = None


class Why(NamedTuple):
    """The reason for sending lines again: status, text, and the least number of seconds to wait.

    Those whose ids are `doubtful` may have arrived all the same.
    """

    status: int
    reason: str
    seconds: float | None
    doubtful: frozenset[str]


class Next(NamedTuple):
    """The lines of a piece that are left to send: at once, and after everything else."""

    now: Sequence[RequestLines] = ()
    later: Sequence[RequestLines] = ()


@dataclass
class Sorted:
    """The verdicts about the lines of a piece: the number accepted, and those to send again.

    `large` are too large together or alone, `own` refused in words that may be about the index; `status` is that of the
    last that is to be sent again, `reasons` are those of all of them.
    """

    taken: int = 0
    again: list[BulkLine] = field(default_factory=list)
    large: list[BulkLine] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    own: list[tuple[BulkLine, Ruling]] = field(default_factory=list)
    status: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """The reasons for sending lines again, each once."""
        return all_of(self.reasons) or "the response does not report the result of every document"


def parted(piece: RequestLines, doubtful: frozenset[str]) -> list[RequestLines]:
    """Return the two halves of a piece."""
    return [replace(piece, lines=half, doubtful=doubtful & {line.id for line in half}) for half in halves(piece.lines)]
