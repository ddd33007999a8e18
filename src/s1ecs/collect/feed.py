"""One stream of one console, ready to be collected: all that a poll needs, and the outputs of its documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from s1ecs.collect.consoles.gate import OPEN, Gate
from s1ecs.collect.observer import NULL_OBSERVER, Observer
from s1ecs.collect.pace import Pace
from s1ecs.collect.strategies.choose import strategy_of
from s1ecs.collect.strategies.request_context import RequestContext
from s1ecs.collect.strategies.strategy import Strategy
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.redaction import Redaction
from s1ecs.outputs.output import Output
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.pagination import SetAside
from s1ecs.state.checkpoints import LIVE, REREAD, Checkpoints, WalkName
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.state import State
from s1ecs.streams.collection_modes import Asking, CallPerItem
from s1ecs.streams.stream import Stream

# Told after each step: feed, records read, documents new, records in all (None: not known). Of a stream with a call
# for each item of a list, the first and the last count the items.
ReportProgress = Callable[["Feed", int, int, int | None], None]


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
    outputs: Sequence[Output]
    dead_letters: DeadLetters
    state: State
    watch: Observer = NULL_OBSERVER
    gate: Gate = OPEN

    @property
    def checkpoints(self) -> Checkpoints:
        """The checkpoints of the state."""
        return self.state.checkpoints

    @property
    def strategy(self) -> Strategy:
        """The strategy of the stream's way of asking."""
        return strategy_of(self.ask)

    @property
    def thing(self) -> tuple[str, ...]:
        """The keys that name the thing whose state a record is; empty where the stream is no inventory."""
        return self.ask.thing

    @property
    def per_item(self) -> CallPerItem | None:
        """The call that is made for each item of the stream's list, if it is asked for that way."""
        return self.ask.per_item

    @property
    def rereads(self) -> bool:
        """True if what was walked is walked again now and then."""
        return self.ask.reread is not None and self.pace.reread != timedelta(0)

    def walk(self, name: str) -> WalkName:
        """Give the name of the checkpoint of one of the feed's walks."""
        return WalkName(self.console, self.stream.name, name)

    @property
    def own_walks(self) -> Sequence[WalkName]:
        """The walks that a poll makes."""
        return [self.walk(name) for name in ((LIVE, REREAD) if self.rereads else (LIVE,))]

    def source(self, unread: Callable[[SetAside], None]) -> RequestContext:
        """Give the context of a walk's requests; `unread` is told of each single record that can't be read."""
        unchanged = partial(self.checkpoints.unchanged, self.walk(LIVE))
        return RequestContext(
            self.client, self.scope, self.pace.page_size, unread, overlap=self.pace.overlap, unchanged=unchanged
        )

    def __str__(self) -> str:
        """As it stands in logs and errors."""
        return f"{self.console} {self.stream.name}"
