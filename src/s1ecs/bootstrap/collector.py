"""From settings to feeds: clients, outputs, checkpoints and envelopes, opened together and closed together."""

import platform
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import stamina.instrumentation
import structlog

from s1ecs import __version__
from s1ecs.bootstrap.feeds import FeedMaker, feed_maker
from s1ecs.bootstrap.outputs import make_output, name_of, open_outputs
from s1ecs.bootstrap.registry import Fence, OutputEnvironment, no_fence
from s1ecs.bootstrap.spools import with_outbox
from s1ecs.bootstrap.state import dead_letters_of, open_state, refuse_store
from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.collect.consoles.connection_limits import share_of_each
from s1ecs.collect.consoles.gate import ConsoleGate
from s1ecs.collect.feed import Feed
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.geoip import open_database
from s1ecs.masking import hide
from s1ecs.open_files import MOST_CONNECTIONS
from s1ecs.outputs.output import Output
from s1ecs.outputs.store import prepare
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.exchange import Tracer, untraced
from s1ecs.sentinelone.rate_limits import RateLimits
from s1ecs.sentinelone.transport import Connection, ExchangeObserver, Trust, nobody
from s1ecs.settings import ConsoleSettings, OutputSettings, Settings
from s1ecs.state.state import State
from s1ecs.streams import STREAMS
from s1ecs.trace.writer import Aside, Trace, open_trace


def _ignored(_token: str) -> None:
    """Ignore it."""


@dataclass(frozen=True)
class OpenCollector:
    """Everything that collecting from any console needs: the open state and outputs, and what makes feeds."""

    maker: FeedMaker
    trace: Trace | None
    log: structlog.stdlib.BoundLogger
    trust: Trust = field(default_factory=Trust)

    @property
    def outputs(self) -> Sequence[Output]:
        """The open outputs."""
        return self.maker.outputs

    @asynccontextmanager
    async def console(
        self,
        console: ConsoleSettings,
        observer: ExchangeObserver,
        connections: int,
        names: Sequence[str] = (),
        *,
        rates: RateLimits | None = None,
        token_read: Callable[[str], None] = _ignored,
    ) -> AsyncIterator[list[Feed]]:
        """Open a console of the settings: give the feeds of the streams `names`, of all enabled ones if empty."""
        maker, settings = self.maker, self.maker.settings
        async with open_client(
            settings,
            console,
            observer,
            self.trace,
            connections=connections,
            trust=self.trust,
            rates=rates,
            token_read=token_read,
        ) as client:
            gate = ConsoleGate(settings, console, client, maker.state, self.log, dead_letters=maker.dead_letters)
            yield [maker.feed(console, client, name, gate) for name in (names or settings.enabled(console))]

    def under(self, settings: Settings) -> "OpenCollector":
        """Return the same for settings that differ in their consoles."""
        return replace(self, maker=replace(self.maker, settings=settings))


@asynccontextmanager
async def open_collector(
    settings: Settings,
    state: State,
    *,
    only: OutputSettings | None = None,
    worker: str = "",
    fence: Fence = no_fence,
) -> AsyncIterator[OpenCollector]:
    """Open the outputs on an open state; with `only` that one output of the settings.

    `worker` is the id of a process that shares the feeds with others; see `OutputEnvironment`.
    """
    dead_letters = dead_letters_of(settings)
    collector = Collector(__version__, await state.collector_id(), platform.node())
    log: structlog.stdlib.BoundLogger = structlog.get_logger()
    environment = OutputEnvironment(log.warning, log.info, collector.id, state, settings.max_answer, worker, fence)
    outputs = [
        with_outbox(make_output(output, environment), output, state, dead_letters, log, shared=bool(worker))
        for output in settings.outputs
        if only is None or output is only
    ]
    others = list(map(name_of, settings.outputs))
    async with (
        open_outputs(outputs, state, log, others, shared=bool(worker)),
        open_trace_of(settings, state.run_blocking) as trace,
    ):
        if settings.state is None:
            await state.run(partial(prepare, tables=store_tables()))
        locate = None if settings.geoip is None else open_database(settings.geoip)
        maker = feed_maker(
            settings, locate, outputs=outputs, state=state, dead_letters=dead_letters, collector=collector
        )
        yield OpenCollector(maker, trace, log)


@asynccontextmanager
async def open_feeds(
    settings: Settings,
    names: Sequence[str],
    observer: Callable[[str], ExchangeObserver] = lambda _: nobody,
    *,
    only: OutputSettings | None = None,
) -> AsyncIterator[list[Feed]]:
    """Open the state and every console; give the feeds of the streams `names`, of all enabled ones if empty.

    `observer` gives for a console's name who is told of its requests; with `only` they have that one output of the
    settings.
    """
    refuse_store(settings)
    consoles = settings.require_consoles()
    async with AsyncExitStack() as stack:
        state = await stack.enter_async_context(open_state(settings))
        connections = share_of_each(settings, structlog.get_logger().warning)
        opened = await stack.enter_async_context(open_collector(settings, state, only=only))
        feeds: list[Feed] = []
        for console in consoles:
            opening = opened.console(console, observer(console.name), connections, names)
            feeds += await stack.enter_async_context(opening)
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
    console: ConsoleSettings,
    observer: ExchangeObserver = nobody,
    trace: Trace | None = None,
    *,
    acts: bool = False,
    connections: int = MOST_CONNECTIONS,
    trust: Trust | None = None,
    rates: RateLimits | None = None,
    token_read: Callable[[str], None] = _ignored,
) -> Client:
    """The client of a console, with the token that collects, or that `acts`; it is masked in the log from then on.

    It opens so many connections at most; clients that are given the same `trust` read the authorities once, and the
    limits of `rates` hold for all that are given the same. `token_read` is told of each token that is read.
    """

    async def token() -> str:
        read = await (console.read_action_token() if acts else console.read_token())
        token_read(read.strip())
        return read

    # Retries are the client's business; what is said is how a request ended.
    stamina.instrumentation.set_on_retry_hooks(())
    connection = Connection(
        console=console.name,
        url=console.url,
        token=token,
        ca_file=None if console.ca_file is None else str(console.ca_file),
        proxy=None if console.proxy is None else console.proxy.reveal(),
        connect_timeout=settings.connect_timeout.total_seconds(),
        read_timeout=settings.read_timeout.total_seconds(),
        answer_timeout=settings.answer_timeout.total_seconds(),
        attempts=settings.attempts,
        max_answer=settings.max_answer,
        user_agent=f"s1ecs/{__version__}",
    )
    secrets = connection.proxy_secrets
    hide(secrets)
    return Client(
        connection,
        observer=observer,
        tracer=untraced if trace is None else _traced(trace, console, secrets),
        connections=connections,
        trust=trust,
        rates=rates,
    )


def _traced(trace: Trace, console: ConsoleSettings, secrets: Sequence[str]) -> Tracer:
    """Trace the requests to a console, without what its settings redact of the documents in its layout."""
    streams = [stream.complete(console.layout) for stream in STREAMS.values()]
    return trace.of(console.name, streams, console.redact, secrets)
