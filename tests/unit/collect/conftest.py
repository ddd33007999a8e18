"""A console whose pages are scripted, and a feed that collects from it into a real state database."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from s1ecs.api.answer import Answer
from s1ecs.collect.feed import Feed, Pace
from s1ecs.collect.redact import Redaction
from s1ecs.collect.state_checkpoints import StateCheckpoints
from s1ecs.ecs.envelope import Envelope
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.output import Batch, Delivered, Refused, Thing
from s1ecs.state.database import Database
from s1ecs.streams import STREAMS
from s1ecs.streams.alert import STREAM

from .lists import ListConsole

if TYPE_CHECKING:
    from s1ecs.api.client import Client

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def alert(identity: str, created: str, **more: Any) -> dict[str, Any]:
    """An alert with an id and a time of 2026-01-02, given as HH:MM."""
    at = f"2026-01-02T{created}:00.000000Z"
    return {"alertInfo": {"alertId": identity, "createdAt": at, "updatedAt": at, **more}}


@dataclass
class ScriptedConsole:
    """Answers each request with the next page of the script; an exception in the script is raised.

    A re-read, known by its upper bound, gets the one page `reread` instead.
    """

    script: list[list[dict[str, Any]] | Exception] = field(default_factory=list)
    clock: datetime = NOW
    asked: list[dict[str, str]] = field(default_factory=list)
    reread: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[Any, ...] = ()

    async def get(self, path: str, params: Mapping[str, str]) -> Answer:
        """Give the next page; there is a next cursor as long as the script is not at its end."""
        self.asked.append(dict(params))
        if "createdAt__lte" in params:
            return Answer(self.reread, None, (), orjson.dumps({"data": self.reread}), self.clock)
        page = self.script.pop(0) if self.script else []
        if isinstance(page, Exception):
            raise page
        more = f"page-{len(self.asked)}" if self.script else None
        return Answer(page, more, self.notes, orjson.dumps({"data": page}), self.clock)

    def now(self) -> datetime:
        """Tell the console's time."""
        return self.clock

    async def learn_time(self) -> None:
        """Know the time already."""


@dataclass
class RecordingOutput:
    """Keeps what it was given; raises `failure` once it is set."""

    name: str = "recording"
    ids: list[str] = field(default_factory=list)
    documents: list[Mapping[str, Any]] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    things: dict[str, Thing] = field(default_factory=dict)
    failure: Exception | None = None
    refuses: list[str] = field(default_factory=list)
    reason: str = "no room for it"

    async def open(self) -> None:
        """Make ready."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Take a batch, or raise the failure; refuse the documents named in `refuses`."""
        if self.failure is not None:
            raise self.failure
        self.things |= batch.things
        names = [document["event"].get("id", identity) for identity, document in batch.documents]
        pairs = list(zip(names, batch.documents, strict=True))
        refused = [Refused(*pair, self.reason) for name, pair in pairs if name in self.refuses]
        taken = [(name, *pair) for name, pair in pairs if name not in self.refuses]
        self.ids += [name for name, _, _ in taken]
        self.documents += [document for _, _, document in taken]
        self.delivered += [identity for _, identity, _ in taken]
        return Delivered(refused)

    async def check(self) -> None:
        """Nothing is due."""

    async def close(self) -> None:
        """Let go."""


@pytest.fixture
def console() -> ScriptedConsole:
    """A console without pages."""
    return ScriptedConsole()


@pytest.fixture
def output() -> RecordingOutput:
    """An output that keeps what it was given."""
    return RecordingOutput()


@pytest.fixture
async def feed(tmp_path: Path, console: ScriptedConsole, output: RecordingOutput) -> AsyncIterator[Feed]:
    """The alert stream of the scripted console."""
    database = await Database.open(tmp_path)
    yield Feed(
        console="default",
        namespace="default",
        stream=STREAM,
        ask=STREAM.ask,
        client=cast("Client", console),
        pace=Pace(
            interval=timedelta(seconds=30),
            first_poll=timedelta(hours=24),
            overlap=timedelta(minutes=10),
            reread=timedelta(days=7),
            reread_interval=timedelta(hours=1),
            page_size=None,
        ),
        scope={},
        mapper=STREAM.mapper(),
        redaction=Redaction(STREAM.table, ()),
        envelope=Envelope(STREAM.dataset, STREAM.input_type, "default", ()),
        outputs=(output,),
        dead_letters=DeadLetters(tmp_path),
        checkpoints=StateCheckpoints(database),
    )
    await database.close()


Paced = Callable[..., Feed]


@pytest.fixture
def paced(feed: Feed) -> Paced:
    """The feed with another pace."""
    return lambda **changes: replace(feed, pace=replace(feed.pace, **changes))


@pytest.fixture
def lists() -> ListConsole:
    """A console of lists in memory, all empty."""
    return ListConsole()


FeedOf = Callable[..., Feed]


@pytest.fixture
def feed_of(feed: Feed, lists: ListConsole) -> FeedOf:
    """Makes the feed of a stream that collects from the console of lists; keywords change its pace."""

    def made(name: str, **pace: Any) -> Feed:
        stream = STREAMS[name]
        unhurried = replace(
            feed.pace,
            interval=stream.ask.interval,
            first_poll=stream.ask.first_poll,
            reread=None,
            reread_interval=timedelta(hours=24),
        )
        return replace(
            feed,
            stream=stream,
            ask=stream.ask,
            client=cast("Client", lists),
            pace=replace(unhurried, **pace),
            mapper=stream.mapper(),
            redaction=Redaction(stream.table, ()),
            envelope=stream.envelope(),
        )

    return made
