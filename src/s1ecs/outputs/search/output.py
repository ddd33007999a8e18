"""Elasticsearch and OpenSearch as an output: data streams, each document in them once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from s1ecs.errors import ServerSilent
from s1ecs.outputs.output import Batch, Delivered, Refused
from s1ecs.outputs.search.asking import check
from s1ecs.outputs.search.backing import BackingIndices
from s1ecs.outputs.search.bulk import Line, Target, creation_target, creations, line
from s1ecs.outputs.search.latest import latest_index, latest_states
from s1ecs.outputs.search.memory import Memory
from s1ecs.outputs.search.names import data_stream
from s1ecs.outputs.search.patience import Patience
from s1ecs.outputs.search.patient import PatientServer, Sleep
from s1ecs.outputs.search.presence import Presence
from s1ecs.outputs.search.ready import make_sure
from s1ecs.outputs.search.server import Server
from s1ecs.outputs.search.verdicts import Stopped, lacks_parameter
from s1ecs.outputs.search.writer import Writer
from s1ecs.times import time_text

_SILENT_TRIES = 3
_LATEST_TARGET = Target("/_bulk", {"pipeline": "_none"})


@dataclass(frozen=True)
class Surroundings:
    """Clocks, chance and log of the process."""

    now: Callable[[], datetime]
    clock: Callable[[], float]
    rng: Random
    warn: Callable[[str], None]
    tell: Callable[[str], None]
    sleep: Sleep = asyncio.sleep


class _DataStream(NamedTuple):
    """What is known of a data stream, and how it is asked for documents."""

    backing: BackingIndices
    presence: Presence


class SearchOutput:
    """Delivers to one search server; with `latest` also the latest state of things."""

    def __init__(self, server: Server, around: Surroundings, *, latest: bool = False) -> None:
        self._server = server
        self._around = around
        self._latest = latest
        self._patience = Patience(server.name, around.rng, around.warn, around.tell)
        self._asked = PatientServer(server, self._patience, around.sleep)
        self._writer = Writer(server, self._patience, around.sleep)
        self._ready: set[tuple[str, str]] = set()
        self._streams: dict[str, _DataStream] = {}
        self._memories: dict[tuple[str, str], Memory] = {}
        self._knows_require = server.kind == "elasticsearch"

    @property
    def name(self) -> str:
        """The server's name."""
        return self._server.name

    async def open(self) -> None:
        """Nothing yet: nobody is asked before there is something to say."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Make a batch durable; give back what the server will never take.

        Waits for as long as the server answers that it is busy or in trouble. Raise OutputError where it is silent,
        or where somebody must mend something first.
        """
        for attempt in range(_SILENT_TRIES):
            try:
                return Delivered(tuple(await self._deliver(batch)))
            except ServerSilent:
                if attempt == _SILENT_TRIES - 1:
                    raise
                await self._around.sleep(self._patience.seconds(attempt))
        raise AssertionError

    async def present(self, console: str, namespace: str, stream: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that the data stream holds, whichever console they came from; raise OutputError."""
        return await self._stream(data_stream(stream, namespace)).presence.present(ids, lately=True)

    async def check(self) -> None:
        """Find out whether the server answers and takes the login; raise OutputError."""
        # Templates and indices are others' matter, too: they are looked at again.
        self._ready.clear()
        for stream in self._streams.values():
            stream.backing.forget()
        await check(self._server, self._wait)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._server.close()

    async def _wait(self, tries: int) -> None:
        await self._around.sleep(self._patience.seconds(tries))

    async def _deliver(self, batch: Batch) -> list[Refused]:
        await self._make_sure(batch)
        memory = self._memories.setdefault((batch.console, batch.stream), Memory())
        stream = self._stream(data_stream(batch.stream, batch.namespace))
        ids = [identity for identity, _ in batch.documents]
        try:
            held = await self._held(batch, memory, stream)
            wanted = [(identity, document) for identity, document in batch.documents if identity not in held]
            refused = await self._create(batch, wanted, stream.backing)
            if self._latest:
                refused += await self._keep_latest(batch, {each.id for each in refused})
        except BaseException:
            # Also where this was given up from outside: what was sent may be done.
            memory.doubt(ids)
            stream.backing.forget()
            self._ready.discard((batch.stream, batch.namespace))
            raise
        memory.delivered(ids)
        return refused

    async def _held(self, batch: Batch, memory: Memory, stream: "_DataStream") -> frozenset[str]:
        """Those documents of a batch that the data stream holds, of all that it may."""
        now = self._around.now()
        known = await stream.backing.known()
        documents: Mapping[str, Mapping[str, Any]] = dict(batch.documents)
        lately = memory.sent_before(documents)
        if memory.is_fresh:
            asked = list(documents)
        else:
            asked = [each for each, document in documents.items() if each in lately or known.may_hold(document, now)]
        held = await stream.presence.present(asked, lately=bool(lately))
        if memory.is_fresh:
            memory.looked_up(len(asked), len(held))
        return held

    async def _create(
        self, batch: Batch, wanted: Sequence[tuple[str, Mapping[str, Any]]], backing: BackingIndices
    ) -> list[Refused]:
        lines = creations(batch, wanted, self._now())
        while True:
            target = creation_target(batch, require_data_stream=self._knows_require)
            try:
                return await self._writer.write(target, lines, backing.seen)
            except Stopped as error:
                # Elasticsearch before 8.13.
                if not (self._knows_require and lacks_parameter(error.reply, "require_data_stream")):
                    raise
                self._knows_require = False

    async def _keep_latest(self, batch: Batch, refused: set[str]) -> list[Refused]:
        """Put the latest states; what the data stream refused is refused once."""
        lines: list[Line] = [
            line(state.id, state.action, state.document, self._arrived(state.document))
            for state in latest_states(batch)
        ]
        found = await self._writer.write(_LATEST_TARGET, lines, lambda _: None)
        where = latest_index(batch.stream, batch.namespace)
        return [each._replace(reason=f"{where}: {each.reason}") for each in found if each.id not in refused]

    def _arrived(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**document, "event": {**document.get("event", {}), "ingested": self._now()}}

    async def _make_sure(self, batch: Batch) -> None:
        place = (batch.stream, batch.namespace)
        if place not in self._ready:
            await make_sure(self._asked, *place, latest=self._latest and bool(batch.things))
            self._ready.add(place)

    def _stream(self, name: str) -> "_DataStream":
        if name not in self._streams:
            backing = BackingIndices(self._asked, name, self._around.clock)
            self._streams[name] = _DataStream(backing, Presence(self._asked, name, backing))
        return self._streams[name]

    def _now(self) -> str:
        return time_text(self._around.now())
