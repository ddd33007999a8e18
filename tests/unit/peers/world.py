"""A console of all nine streams on a real socket and a collector beside it, in one time that jumps for both."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import structlog
from uvicorn import Config
from uvicorn.server import ServerState

from s1ecs.bootstrap.feeds import feed_maker
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.collect.feed import Feed
from s1ecs.collect.scheduler import run_forever
from s1ecs.ecs.envelope import Collector
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.store import Store
from s1ecs.records import record_from_line
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.transport import Connection
from s1ecs.settings import load
from s1ecs.standin.app import build
from s1ecs.standin.faults.layer import Faulty
from s1ecs.standin.faults.plan import FaultPlan
from s1ecs.standin.faults.rule import parse
from s1ecs.standin.faults.wire import WireProtocol
from s1ecs.standin.growth.growth import Growth
from s1ecs.standin.growth.held import held
from s1ecs.standin.organisation import organisation
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.streams import STREAMS
from tests.unit.mappers import mapper_of

BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)
AGENTS = 25
ALERTS = 60

# What would otherwise be read once a day is read as often as an hour needs; the pages are many.
SETTINGS = """\
url: http://127.0.0.1
token: a-token-for-tests
alert_reread_interval: 5m
page_size: 20
interval: 1m
streams:
  application: {interval: 5m}
  application_risk: {interval: 5m}
"""


class Sent(NamedTuple):
    """A request that was sent, or for which no connection came about."""

    path: str
    at: float
    status: int


@dataclass
class World:
    """The console and what was sent to it. Times are seconds since the beginning."""

    growth: Growth
    plan: FaultPlan
    config: Config
    state: ServerState = field(default_factory=ServerState)
    port: int = 0
    sent: list[Sent] = field(default_factory=list)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Take connections, on the same port as before."""
        protocol = partial(WireProtocol, config=self.config, server_state=self.state, app_state={})
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Break all connections and take no others."""
        if self._server is not None:
            self._server.close()
            for connection in list(self.state.connections):
                connection.transport.abort()
            await asyncio.sleep(0.1)

    def faults(self, *rules: Mapping[str, object]) -> None:
        """Put these rules in place of those before."""
        self.plan.replace(parse(orjson.dumps(rules)))

    def observe(self, *, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
        """Remember a request by the time when it was sent."""
        self.sent.append(Sent(path, now() - seconds, status))

    def difference(self, delivered: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int, int]]:
        """By stream: how many states that can be read were not delivered, were never there, came twice; 0s left out."""
        found = {}
        for name, ids in delivered.items():
            states = [orjson.loads(line) for line in held(self.growth._console, name)]
            readable = {_identity(name, each) for each in states if each["readable"]}
            ever = {_identity(name, each) for each in states if each["readable"] or each["shown"]}
            counts = len(readable - set(ids)), len(set(ids) - ever), len(ids) - len(set(ids))
            if any(counts):
                found[name] = counts
        return found


def now() -> float:
    """Seconds since the beginning."""
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def world(*, growth: float) -> AsyncIterator[World]:
    """A console with so many changes a minute."""

    def clock() -> datetime:
        return BEGINNING + timedelta(seconds=now())

    made = build(
        organisation(1, BEGINNING, AGENTS), clock=clock, alerts=ALERTS, growth=growth, star=True, monotonic=now
    )
    plan = FaultPlan(())
    console = World(
        growth=made.state.growth,
        plan=plan,
        config=Config(
            Faulty(made, plan, clock, made.state.growth.burst),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
        ),
    )
    console.config.load()
    await console.listen()
    try:
        yield console
    finally:
        await console.refuse()


@asynccontextmanager
async def collecting(console: World, folder: Path) -> AsyncIterator[list[Feed]]:
    """Collect all streams, as `s1ecs run` does, until the end of the block."""
    text = folder / "s1ecs.yaml"
    text.write_text(SETTINGS, encoding="utf-8")
    settings = load(file=text, environment={}, flags={}, streams=list(STREAMS), working_folder=folder)
    [of_settings] = settings.consoles
    database = await Database.open(folder)
    maker = feed_maker(
        settings,
        None,
        outputs=[Store(database, store_tables())],
        state=SqliteState(database),
        dead_letters=DeadLetterFiles(folder),
        collector=Collector("1", "collector", "host"),
    )

    async def token() -> str:
        return await of_settings.read_token()

    client = Client(
        Connection("default", f"http://127.0.0.1:{console.port}", token),
        clock=lambda: BEGINNING + timedelta(seconds=now()),
        monotonic=now,
        observer=console.observe,
    )
    stop = asyncio.Event()
    with structlog.testing.capture_logs() as lines:
        async with client:
            feeds = [maker.feed(of_settings, client, name) for name in STREAMS]
            running = asyncio.create_task(run_forever(feeds, stop, lambda *_: None, structlog.get_logger()))
            try:
                yield feeds
            finally:
                stop.set()
                await running
                await database.close()
                console.lines = list(lines)


def _identity(name: str, state: Mapping[str, Any]) -> str:
    """The id of the document of a state that the console holds, with what its record gets from the list."""
    call = getattr(STREAMS[name].ask, "per_item", None)
    record, item = state["record"], state.get("item") or {}
    carried = {key: item[source] for key, source in call.carry.items() if item.get(source)} if call else {}
    return mapper_of(name).identify(record_from_line(orjson.dumps({**record, **carried})))
