"""Outputs for a real search server, with something between them and the server that misbehaves on demand."""

import gzip
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

from s1ecs.errors import ServerSilent
from s1ecs.outputs.output import Batch
from s1ecs.outputs.search.bulk import NO_PIPELINE
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.server import Reply, SearchServer, ServerKind
from s1ecs.outputs.search.output import SearchEnvironment, SearchOutput
from servers.documents import data_stream, ids
from servers.running import Running

# A stream that no console has, so that no other test's template matters.
STREAM = "probe"
LONG_AGO = "2026-01-02T10:00:00.000Z"


class Between:
    """Stands before a server: it loses answers after the server did what it was asked, or takes only small requests."""

    def __init__(self, server: SearchServer) -> None:
        self.kind: ServerKind = server.kind
        self.name = server.name
        self.gone = False
        self.lost = False
        self.most = 10**9
        self.sizes: list[int] = []
        # Called before, and for a bulk's answer after, the server was asked.
        self.before: Callable[[str], None] = lambda _path: None
        self.after: Callable[[Reply], Reply] = lambda reply: reply
        self._server = server

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None, **more: Any
    ) -> Reply:
        """Pass a request on, as it is told."""
        if self.gone:
            raise ServerSilent(f"{self.name}: gone")
        is_bulk = isinstance(body, bytes)
        if isinstance(body, bytes):
            size = len(gzip.decompress(body))
            self.sizes.append(size)
            if size > self.most:
                return Reply(413)
            self.before(path)
        reply = await self._server.request(method, path, body, **more)
        if self.lost and is_bulk:
            self.gone = True
            raise ServerSilent(f"{self.name}: the answer is lost")
        return self.after(reply) if is_bulk else reply

    async def close(self) -> None:
        """Let go of the server's connections."""
        await self._server.close()


class Rig:
    """Outputs for one server and namespace; what they say is in `said`."""

    def __init__(self, running: Running, namespace: str, stream: str = STREAM) -> None:
        self.running = running
        self.namespace = namespace
        self.name = stream
        self.stream = data_stream(stream, namespace)
        self.said: list[str] = []
        self.opened: list[SearchServer] = []

    def server(self, *hosts: str) -> Between:
        """A way to the server, or to these hosts."""
        settings = SearchSettings(self.running.kind, "search", hosts or (self.running.url,))
        server = connect(settings)
        self.opened.append(server)
        return Between(server)

    async def begin(self, output: SearchOutput, moment: str) -> None:
        """Deliver more than a start is careful for, new and of this time."""
        for number in range(12):
            await output.deliver(self.batch(*[f"early {number} {each}" for each in range(50)], moment=moment))

    def output(
        self,
        server: SearchServer | None = None,
        now: datetime | None = None,
        *,
        latest: bool = False,
        pipeline: str = NO_PIPELINE,
    ) -> SearchOutput:
        """An output as a process that begins has it."""

        async def soon(_seconds: float) -> None:
            """Don't wait."""

        around = SearchEnvironment(
            now=lambda: now or datetime.now(UTC),
            clock=time.monotonic,
            rng=Random(1),  # noqa: S311 - chance for waiting
            warn=self.said.append,
            tell=self.said.append,
            sleep=soon,
        )
        return SearchOutput(server or self.server(), around, latest=latest, pipeline=pipeline)

    def batch(self, *names: str, moment: str = LONG_AGO, **fields: Any) -> Batch:
        """A batch of one console; `fields` are in each of its documents."""
        # Fetched at another time than that of the record, which so is its own.
        about = {"event": {"kind": "event", "created": "2026-01-03T00:00:00.000Z"}, "input": {"type": "httpjson"}}
        found = [(name, {"@timestamp": moment, **about, "labels": {"name": name}} | fields) for name in names]
        return Batch("one", self.namespace, self.name, found)

    def of(self, *documents: Sequence[tuple[str, Mapping[str, Any]]]) -> Batch:
        """A batch of documents of several."""
        return Batch("one", self.namespace, self.name, [each for some in documents for each in some])

    def copies(self) -> Mapping[str, int]:
        """How often each document is there, over all backing indices."""
        return ids(self.running, self.stream)

    def roll_over(self) -> None:
        """Begin another backing index."""
        self.running.ask("POST", f"/{self.stream}/_rollover")


def install(running: Running, stream: str = STREAM, **settings: Any) -> None:
    """Install a template for a stream, with a default pipeline that does not exist."""
    template = {
        "index_patterns": [f"logs-sentinel_one.{stream}-*"],
        "data_stream": {},
        "priority": 300,
        "template": {
            "settings": {"index.default_pipeline": "maps-it-again", "index.refresh_interval": "1h", **settings},
            "mappings": {
                "_meta": {"managed_by": "s1ecs"},
                "properties": {"labels": {"properties": {"name": {"type": "keyword"}}}},
            },
        },
    }
    running.ask("PUT", f"/_index_template/s1ecs-logs-sentinel_one.{stream}", template)


@asynccontextmanager
async def rigged(running: Running, namespace: str, stream: str = STREAM) -> AsyncIterator[Rig]:
    """Outputs for a server that has a template for the stream."""
    install(running, stream)
    made = Rig(running, namespace, stream)
    try:
        yield made
    finally:
        for server in made.opened:
            await server.close()
