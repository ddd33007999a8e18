"""Elasticsearch and OpenSearch as an output: data streams, each document in them once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from s1ecs.errors import ServerSilent
from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode, RefusedDocument
from s1ecs.outputs.search.admin_requests import check
from s1ecs.outputs.search.backing_indices import BackingIndices
from s1ecs.outputs.search.bulk import NO_PIPELINE, BulkLine, BulkTarget, creation_target, creations, line
from s1ecs.outputs.search.bulk_writer import BulkWriter
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.error_rules import Stopped, lacks_parameter
from s1ecs.outputs.search.id_lookup import IdLookup
from s1ecs.outputs.search.latest_retention import LatestRetention
from s1ecs.outputs.search.latest_state import latest_index, latest_states
from s1ecs.outputs.search.names import data_stream
from s1ecs.outputs.search.optional_latest import OptionalLatest
from s1ecs.outputs.search.own_pipeline import make_sure_of_pipeline
from s1ecs.outputs.search.recent_ids import RecentIds
from s1ecs.outputs.search.retry import PatientServer, RetryDelay, Sleep
from s1ecs.outputs.search.template_check import make_sure
from s1ecs.slices import Slices
from s1ecs.state.output_marks import Mark
from s1ecs.timestamps import time_text

_SILENT_TRIES = 3


@dataclass(frozen=True)
class SearchEnvironment:
    """Clocks, randomness and log of the process."""

    now: Callable[[], datetime]
    clock: Callable[[], float]
    rng: Random
    warn: Callable[[str], None]
    tell: Callable[[str], None]
    sleep: Sleep = asyncio.sleep


class _Place(NamedTuple):
    """The indices that must be ready for documents: a data stream, and with `latest` the index of latest states."""

    stream: str
    namespace: str
    latest: bool


class _DataStream(NamedTuple):
    """A data stream: its backing indices, the lookup of its documents, and its index of latest states."""

    backing: BackingIndices
    presence: IdLookup
    latest: BackingIndices

    async def there(self, *, latest: bool) -> Sequence[Mapping[str, datetime]]:
        """The indices with when they were made: of the data stream, and that of latest states if asked for."""
        found = [(await self.backing.known()).created]
        return [*found, (await self.latest.known()).created] if latest else found

    def forget(self) -> None:
        """Read anew what indices there are at the next use."""
        self.backing.forget()
        self.latest.forget()


class SearchOutput:
    """Delivers to one search server; with `latest` also the latest state of things.

    Every document goes through the ingest pipeline `pipeline` of the server. `latest_days` tells by stream after how
    many days a latest state is removed.
    """

    capabilities = Capabilities(lookup=LookupMode.IDS, latest_states=True, refuses=True)

    def __init__(
        self,
        server: SearchServer,
        around: SearchEnvironment,
        *,
        latest: bool = False,
        latest_days: Mapping[str, int] = MappingProxyType({}),
        pipeline: str = NO_PIPELINE,
    ) -> None:
        self._server = server
        self._around = around
        self._latest = latest
        self._pipeline = pipeline
        self._patience = RetryDelay(server.name, around.rng, around.warn, around.tell)
        self._asked = PatientServer(server, self._patience, around.sleep)
        # The server itself: a removal that fails is not worth waiting for.
        self._retention = LatestRetention(server, latest_days, around.clock, around.warn)
        self._optional_latest = OptionalLatest(self._asked, frozenset(latest_days), around.warn)
        self._writer = BulkWriter(server, self._asked, self._patience, around.sleep, around.clock)
        # What there was of each place when it was found fit to take documents.
        self._ready: dict[_Place, Sequence[Mapping[str, datetime]]] = {}
        self._streams: dict[str, _DataStream] = {}
        self._memories: dict[tuple[str, str], RecentIds] = {}
        self._knows_require = server.kind == "elasticsearch"

    @property
    def name(self) -> str:
        """The server's name."""
        return self._server.name

    async def open(self, _mark: Mark) -> None:
        """Prepare nothing: the server is contacted with the first batch. Its documents are its mark."""

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

    async def present(
        self, _console: str, namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` that the data stream holds, whichever console they came from; raise OutputError."""
        del for_now  # only an outbox makes it possible not to wait
        return await self._of(stream, namespace).presence.present(ids, lately=True)

    async def check(self) -> None:
        """Find out whether the server answers and takes the login; raise OutputError."""
        # Templates and indices are others' matter, too: they are looked at again.
        self._ready.clear()
        for stream in self._streams.values():
            stream.forget()
        await check(self._server, self._wait)

    async def close(self) -> None:
        """Close all connections."""
        await self._server.close()

    async def _wait(self, tries: int) -> None:
        await self._around.sleep(self._patience.seconds(tries))

    async def _deliver(self, batch: Batch) -> list[RefusedDocument]:
        stream = self._stream(batch)
        # Where a server makes any index that it is given documents for, what was known a moment ago is too old.
        stream.latest.forget()
        if not self._knows_require:
            stream.backing.forget()
        await self._make_sure(batch, stream)
        memory = self._memories.setdefault((batch.console, batch.stream), RecentIds())
        ids = [identity for identity, _ in batch.documents]
        try:
            held = await self._held(batch, memory, stream)
            wanted = [(identity, document) for identity, document in batch.documents if identity not in held]
            refused = await self._create(batch, wanted, stream)
            if self._latest:
                refused += await self._keep_latest(batch, {each.id for each in refused})
            # Whatever index was made by this must be one of ours, or it does not count.
            if wanted or self._latest:
                stream.forget()
                await self._make_sure(batch, stream)
        except BaseException:
            # Also where this was given up from outside: what was sent may be done.
            memory.doubt(ids)
            stream.forget()
            for latest in (True, False):
                self._ready.pop(_Place(batch.stream, batch.namespace, latest=latest), None)
            raise
        memory.delivered(ids)
        return refused

    async def _held(self, batch: Batch, memory: RecentIds, stream: "_DataStream") -> frozenset[str]:
        """Return the ids of a batch that the data stream holds."""
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
        self, batch: Batch, wanted: Sequence[tuple[str, Mapping[str, Any]]], stream: _DataStream
    ) -> list[RefusedDocument]:
        async def held(ids: Sequence[str]) -> frozenset[str]:
            stream.backing.forget()
            return await stream.presence.present(ids, lately=True)

        lines = await creations(batch, wanted, self._now())
        while True:
            target = creation_target(batch, require_data_stream=self._knows_require, pipeline=self._pipeline)
            try:
                return await self._writer.write(target, lines, stream.backing.seen, held)
            except Stopped as error:
                # Elasticsearch before 8.13.
                if not (self._knows_require and lacks_parameter(error.reply, "require_data_stream")):
                    raise
                self._knows_require = False
                # Some of its nodes may have known it.
                there = await held([each.id for each in lines])
                lines = [each for each in lines if each.id not in there]

    async def _keep_latest(self, batch: Batch, refused: set[str]) -> list[RefusedDocument]:
        """Put the latest states; what the data stream refused is refused once."""
        if not await self._optional_latest.has_place(batch.stream):
            return []
        lines: list[BulkLine] = []
        slices = Slices()
        for state in latest_states(batch):
            lines.append(line(state.id, state.action, state.document, self._arrived(state.document)))
            await slices.give_way()
        found = await self._writer.write(BulkTarget("/_bulk", {"pipeline": self._pipeline}), lines, lambda _: None)
        if lines:
            await self._retention.apply(batch.stream, batch.namespace)
        where = latest_index(batch.stream, batch.namespace)
        return [each._replace(reason=f"{where}: {each.reason}") for each in found if each.id not in refused]

    def _arrived(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**document, "event": {**document.get("event", {}), "ingested": self._now()}}

    async def _make_sure(self, batch: Batch, stream: _DataStream) -> None:
        """Look whether documents would be, or were, indexed by guessing, wherever an index may have been made anew."""
        wanted = self._latest and bool(batch.things) and await self._optional_latest.has_place(batch.stream)
        place = _Place(batch.stream, batch.namespace, latest=wanted)
        there = await stream.there(latest=place.latest)
        # What is not there yet will be made by the next document.
        if not all(there) or self._ready.get(place) != there:
            await make_sure_of_pipeline(self._asked, self._pipeline)
            await make_sure(self._asked, place.stream, place.namespace, latest=place.latest)
            self._ready[place] = there

    def _stream(self, batch: Batch) -> _DataStream:
        return self._of(batch.stream, batch.namespace)

    def _of(self, stream: str, namespace: str) -> _DataStream:
        name = data_stream(stream, namespace)
        if name not in self._streams:
            backing = BackingIndices(self._asked, name, self._around.clock)
            latest = BackingIndices(self._asked, latest_index(stream, namespace), self._around.clock)
            self._streams[name] = _DataStream(backing, IdLookup(self._asked, name, backing), latest)
        return self._streams[name]

    def _now(self) -> str:
        return time_text(self._around.now())
