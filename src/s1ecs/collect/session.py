"""From settings to feeds: clients, outputs, checkpoints and envelopes, opened together and closed together."""

import platform
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog

from s1ecs import __version__, logs
from s1ecs.api.client import Client
from s1ecs.api.connection import Connection, Observer, nobody
from s1ecs.api.exchange import untraced
from s1ecs.collect.feed import Feed
from s1ecs.collect.feeds import feed_maker
from s1ecs.collect.outputs import make_output, open_outputs
from s1ecs.collect.spools import with_spool
from s1ecs.collect.state_checkpoints import StateCheckpoints
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.geoip import open_database
from s1ecs.outputs.store import View, Views, make_views
from s1ecs.settings import Console, Settings
from s1ecs.state.about import collector_id
from s1ecs.state.database import Database
from s1ecs.streams import STREAMS, response_action
from s1ecs.trace.trace import Aside, Trace, open_trace


@asynccontextmanager
async def open_feeds(
    settings: Settings, names: Sequence[str], observer: Callable[[str], Observer] = lambda _: nobody
) -> AsyncIterator[list[Feed]]:
    """Open the state and every console; give the feeds of the streams `names`, of all enabled ones if empty.

    `observer` gives for a console's name who is told of its requests.
    """
    consoles = settings.require_consoles()
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.state_dir)
        stack.push_async_callback(database.close)
        collector = Collector(__version__, await collector_id(database), platform.node())
        log: structlog.stdlib.BoundLogger = structlog.get_logger()
        outputs = [
            with_spool(make_output(output, collector.id, log.warning, log.info), output, database, log)
            for output in settings.outputs
        ]
        await stack.enter_async_context(open_outputs(outputs, database, log))
        await database.run(partial(make_views, views=views()))
        trace = await stack.enter_async_context(open_trace_of(settings, database.beside))
        maker = feed_maker(
            settings,
            None if settings.geoip is None else open_database(settings.geoip),
            outputs=outputs,
            checkpoints=StateCheckpoints(database),
            collector=collector,
        )
        feeds = []
        for console in consoles:
            client = await stack.enter_async_context(open_client(settings, console, observer(console.name), trace))
            feeds += [maker.feed(console, client, name) for name in (names or settings.enabled(console))]
        yield feeds


@asynccontextmanager
async def open_trace_of(settings: Settings, aside: Aside) -> AsyncIterator[Trace | None]:
    """The trace that the settings want, None where they want none; `aside` does what blocks."""
    if settings.trace is None:
        yield None
        return
    log: structlog.stdlib.BoundLogger = structlog.get_logger()
    async with open_trace(settings.trace, aside, lambda: datetime.now(UTC), log.warning) as trace:
        yield trace


def open_client(
    settings: Settings,
    console: Console,
    observer: Observer = nobody,
    trace: Trace | None = None,
    *,
    acts: bool = False,
) -> Client:
    """The client of a console, with the token that collects, or that `acts`; it is masked in the log from then on."""

    async def token() -> str:
        text = await (console.read_action_token() if acts else console.read_token())
        logs.hide([text])
        return text

    connection = Connection(
        console=console.name,
        url=console.url,
        token=token,
        ca_file=None if console.ca_file is None else str(console.ca_file),
        proxy=None if console.proxy is None else console.proxy.reveal(),
        connect_timeout=settings.connect_timeout.total_seconds(),
        read_timeout=settings.read_timeout.total_seconds(),
        attempts=settings.attempts,
        max_answer=settings.max_answer,
        user_agent=f"s1ecs/{__version__}",
    )
    secrets = connection.proxy_secrets
    logs.hide(secrets)
    return Client(
        connection,
        observer=observer,
        tracer=untraced if trace is None else trace.of(console.name, STREAMS.values(), console.redact, secrets),
    )


def views() -> Views:
    """The views of the store: one a stream, and one of the latest states where the stream is an inventory.

    The stream of response actions, which no console is asked for, has one, too.
    """
    made: dict[str, View] = {}
    for stream in STREAMS.values():
        columns = [(column.name, column.field) for column in stream.view]
        made[stream.name] = View(stream.name, columns)
        if stream.latest_view:
            made[stream.latest_view] = View(stream.name, columns, latest=True)
    made[response_action.STREAM.name] = View(
        response_action.STREAM.name, [(column.name, column.field) for column in response_action.STREAM.view]
    )
    return made
