"""A console whose pages are scripted, and a feed that collects from it into a real state database."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.collect.feed import Feed
from s1ecs.collect.pace import Pace
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.redaction import Redaction
from s1ecs.outputs import testing
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Entity
from s1ecs.outputs.store import Store
from s1ecs.sentinelone.response import ConsoleResponse
from s1ecs.state.memory.state import MemoryState
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.state.state import State
from s1ecs.streams import STREAMS
from s1ecs.streams.alert import STREAM
from tests.unit.mappers import mapper_of

from .lists import ListConsole
from .told_time import ToldTime

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def alert(identity: str, created: str, **more: Any) -> dict[str, Any]:
    """An alert with an id and a time of 2026-01-02, given as HH:MM."""
    at = f"2026-01-02T{created}:00.000000Z"
    return {"alertInfo": {"alertId": identity, "createdAt": at, "updatedAt": at, **more}}


@dataclass
class ScriptedConsole(ToldTime):
    """Answers each request with the next page of the script; an exception in the script is raised.

    A re-read, known by its upper bound, gets the one page `reread` instead.
    """

    script: list[list[dict[str, Any]] | Exception] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    reread: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[Any, ...] = ()

    async def get(self, path: str, params: Mapping[str, str]) -> ConsoleResponse:
        """Give the next page; there is a next cursor as long as the script is not at its end."""
        self.asked.append(dict(params))
        if "createdAt__lte" in params:
            return ConsoleResponse(self.reread, None, (), orjson.dumps({"data": self.reread}), self.clock)
        page = self.script.pop(0) if self.script else []
        if isinstance(page, Exception):
            raise page
        more = f"page-{len(self.asked)}" if self.script else None
        return ConsoleResponse(page, more, self.notes, orjson.dumps({"data": page}), self.clock)


@dataclass
class RecordingOutput(testing.RecordingOutput):
    """Records documents by the ids of their records, which `refuses` are, too."""

    @property
    def ids(self) -> list[str]:
        """The ids of the records, in the order in which they came."""
        return [_record_id(*each) for each in self.accepted]

    @property
    def delivered(self) -> list[str]:
        """The ids of the documents, in the order in which they came."""
        return [identity for identity, _ in self.accepted]

    @property
    def recorded(self) -> list[Mapping[str, Any]]:
        """The documents, in the order in which they came."""
        return [document for _, document in self.accepted]

    @property
    def things(self) -> dict[str, Entity]:
        """The latest states, by the ids of their documents."""
        return {identity: thing for batch in self.batches for identity, thing in batch.things.items()}

    def is_refused(self, identity: str, document: Mapping[str, Any]) -> bool:
        """Tell whether the document of a record is refused."""
        return _record_id(identity, document) in self.refuses


def _record_id(identity: str, document: Mapping[str, Any]) -> str:
    return str(document.get("event", {}).get("id", identity))


@pytest.fixture
def console() -> ScriptedConsole:
    """A console without pages."""
    return ScriptedConsole()


@pytest.fixture
def output() -> RecordingOutput:
    """An output that keeps what it was given."""
    return RecordingOutput()


@pytest.fixture
async def state(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[State]:
    """A real state database; in modules that are marked with `in_memory`, which need no SQL, one in memory."""
    marked = request.node.get_closest_marker("in_memory")
    opened = await SqliteState.open(tmp_path) if marked is None else MemoryState()
    yield opened
    await opened.close()


@pytest.fixture
def database(state: State) -> Database:
    """The database of the state, for tests that look into it."""
    assert isinstance(state, SqliteState)
    return state.database


@pytest.fixture
def store(database: Database) -> Store:
    """The store in that database."""
    return Store(database, store_tables())


@pytest.fixture
def feed(tmp_path: Path, state: State, console: ScriptedConsole, output: RecordingOutput) -> Feed:
    """The alert stream of the scripted console."""
    return Feed(
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
        mapper=mapper_of(STREAM.name),
        redaction=Redaction(STREAM.table, ()),
        envelope=Envelope(STREAM.dataset, STREAM.input_type, "default", ()),
        outputs=(output,),
        dead_letters=DeadLetterFiles(tmp_path),
        state=state,
    )


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
            mapper=mapper_of(name),
            redaction=Redaction(stream.table, ()),
            envelope=stream.envelope(),
        )

    return made
