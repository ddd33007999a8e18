"""One stream of one console, ready to be collected: all that a poll needs to know, and where its documents go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from s1ecs.api.client import Client
from s1ecs.api.paging import SetAside
from s1ecs.collect.checkpoint import LIVE, REREAD, Checkpoints, WalkName
from s1ecs.collect.redact import Redaction
from s1ecs.collect.walks.source import Source
from s1ecs.collect.watch import UNWATCHED, Watch
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.mapper import Mapper
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.streams.asking import Asking, ByTime, CallPerItem, Window
from s1ecs.streams.stream import Stream

# Told after each step: feed, records read, documents new, records in all (None: not known).
Progress = Callable[["Feed", int, int, int | None], None]


@dataclass(frozen=True)
class Pace:
    """How often and how far back a stream is asked.

    `first_poll` None means from the beginning; `reread` None means that everything is read again, zero that nothing is;
    `page_size` None means the largest that each path allows.
    """

    interval: timedelta
    first_poll: timedelta | None
    overlap: timedelta
    reread: timedelta | None
    reread_interval: timedelta
    page_size: int | None


@dataclass(frozen=True)
class Feed:
    """A stream of a console with its way of asking, its envelope and its outputs."""

    console: str
    namespace: str
    stream: Stream
    ask: Asking
    client: Client
    pace: Pace
    scope: Mapping[str, str]
    mapper: Mapper
    redaction: Redaction
    envelope: Envelope
    outputs: Sequence[Output | JoinsCommit]
    dead_letters: DeadLetters
    checkpoints: Checkpoints
    watch: Watch = UNWATCHED

    @property
    def thing(self) -> tuple[str, ...]:
        """The keys that name the thing whose state a record is; empty where the stream is no inventory."""
        return () if isinstance(self.ask, Window) else self.ask.thing

    @property
    def per_item(self) -> CallPerItem | None:
        """The call that is made for each item of the stream's list, if it is asked for that way."""
        return None if isinstance(self.ask, Window) else self.ask.per_item

    @property
    def rereads(self) -> bool:
        """Whether what was walked is walked again now and then."""
        return isinstance(self.ask, ByTime) and self.ask.reread is not None and self.pace.reread != timedelta(0)

    def walk(self, name: str) -> WalkName:
        """What the checkpoint of one of the feed's walks is named."""
        return WalkName(self.console, self.stream.name, name)

    @property
    def own_walks(self) -> Sequence[WalkName]:
        """The walks that a poll makes."""
        return [self.walk(name) for name in ((LIVE, REREAD) if self.rereads else (LIVE,))]

    def source(self, unread: Callable[[SetAside], None]) -> Source:
        """What a walk asks with; `unread` is told of each single record that can't be read."""
        return Source(self.client, self.scope, self.pace.page_size, unread)

    def __str__(self) -> str:
        """As it stands in logs and errors."""
        return f"{self.console} {self.stream.name}"
