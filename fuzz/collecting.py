"""Pages with mutated records through `collect`: what is good is delivered, what is not is a document all the same."""

import asyncio
import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

import orjson

from bench.records import lines
from fuzz.console import Console
from fuzz.mutations import mutated
from fuzz.watching import watched
from s1ecs.collect.feed import Feed
from s1ecs.collect.pace import Pace
from s1ecs.collect.poll import poll
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.redaction import Redaction
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.files.ndjson import as_line, packer
from s1ecs.outputs.output import Batch, Capabilities, Delivered
from s1ecs.outputs.search.bulk import body, creations
from s1ecs.outputs.store import Store
from s1ecs.records import any_record
from s1ecs.sentinelone.signed_urls import without_signatures
from s1ecs.slices import in_slices
from s1ecs.state.checkpoints import LIVE
from s1ecs.state.output_marks import Mark
from s1ecs.state.sqlite.database import Database
from s1ecs.state.sqlite.state import SqliteState
from s1ecs.streams import STREAMS, Stream

if TYPE_CHECKING:
    from s1ecs.sentinelone.client import Client

_POOL = 300
# One record in so many is mutated, and one item in so many whose list is asked for by itself.
_POISONED = 10
_OF_AN_ITEM = 50


@dataclass
class Collected:
    """What came of so many records: how many documents, which good records have none, and how the poll ended.

    `longest` is the longest time, in seconds of CPU, that the event loop was held up for, and `by` what did it.
    """

    records: int
    poisoned: int
    documents: int
    lost: list[str]
    error: str = ""
    moved: bool = False
    longest: float = 0.0
    by: str = ""

    @property
    def failures(self) -> list[str]:
        """What is wrong with it."""
        found = [f"{len(self.lost)} records without a document"] if self.lost else []
        found += [self.error] if self.error else []
        return found + ([] if self.moved else ["the checkpoint did not move"])


@dataclass
class _Made:
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    expected: dict[str, bytes] = field(default_factory=dict)
    records: int = 0
    poisoned: int = 0


class _Elsewhere:
    """An output that makes of documents what search servers and standard output get, and keeps none of it."""

    name = "elsewhere"
    capabilities = Capabilities()

    def __init__(self) -> None:
        self._pack = packer("none")

    async def open(self, _mark: Mark) -> None:
        """Make ready."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Make the bytes."""
        await body(await creations(batch, batch.documents, "2026-01-31T12:00:00.000Z"))
        await in_slices(self._pack.in_slices(map(as_line, batch.documents)))
        return Delivered()

    async def check(self) -> None:
        """Nothing is due."""

    async def close(self) -> None:
        """Let go."""


def through_collect(stream: str, count: int, random: Random) -> Collected:
    """Collect so many records of a stream, some of them mutated, by one poll."""
    made = _made(STREAMS[stream], count, random)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_collected(STREAMS[stream], made, Path(folder)))


async def _collected(stream: Stream, made: _Made, folder: Path) -> Collected:
    database = await Database.open(folder)
    try:
        feed = _feed(stream, Console(made.lists), database, folder)
        with watched() as longest:
            [outcome, *_] = await poll(feed, asyncio.Event(), lambda *_: None)
        documents = await database.run(
            lambda connection: dict(connection.execute("SELECT id, document FROM documents"))
        )
        checkpoint = await feed.checkpoints.load(feed.walk(LIVE))
    finally:
        await database.close()
    for document in documents.values():
        assert orjson.loads(document)["ecs"]
    return Collected(
        records=made.records,
        poisoned=made.poisoned,
        documents=len(documents),
        lost=[line[:200].decode("utf-8", "replace") for key, line in made.expected.items() if key not in documents],
        error="" if outcome.error is None else str(outcome.error),
        moved=checkpoint.next_due is not None,
        longest=longest.seconds,
        by=longest.what,
    )


def _feed(stream: Stream, console: Console, database: Database, folder: Path) -> Feed:
    collector = Collector("0", "00000000-0000-0000-0000-000000000000", "fuzz")
    return Feed(
        console="fuzz",
        namespace="default",
        stream=stream,
        ask=stream.ask,
        client=cast("Client", console),
        pace=Pace(
            interval=stream.ask.interval,
            first_poll=stream.ask.first_poll,
            overlap=timedelta(minutes=10),
            reread=timedelta(0),
            reread_interval=timedelta(hours=1),
            page_size=None,
        ),
        scope={},
        mapper=stream.mapper(),
        redaction=Redaction(stream.table, ()),
        envelope=stream.envelope(collector=collector),
        outputs=(Store(database), _Elsewhere()),
        dead_letters=DeadLetterFiles(folder),
        state=SqliteState(database),
    )


def _made(stream: Stream, count: int, random: Random) -> _Made:
    """Make so many records, in lists by their paths, and find out the ids that their documents have."""
    made = _Made()
    pool = [orjson.loads(line) for line in lines(stream.name, _POOL)]
    parents = [orjson.loads(line) for line in lines("threat", _POOL)]
    mapper = stream.mapper()
    ask = stream.ask
    call = ask.per_item
    elements: list[bytes] = []
    for number in range(count):
        record = _named(random.choice(pool), f"{stream.name} {number}")
        poisoned = random.randrange(_POISONED) == 0
        line = mutated(record, random) if poisoned else orjson.dumps(record)
        elements.append(line)
        made.records += 1
        made.poisoned += poisoned
        value = any_record(without_signatures(line))
        # A connection's node that is null is no record; what a record gets from its item is part of its id.
        if not (poisoned and (value.value is None or (call and call.carry))):
            with suppress(KeyError):
                made.expected[mapper.identify(value)] = line
    if call is None:
        made.lists[ask.path] = elements
        return made
    items = made.lists[ask.path] = []
    for start in range(0, count, _OF_AN_ITEM):
        name = f"item {start}"
        item = _named(random.choice(parents), name) | {"applicationName": name, "applicationVendor": "Vendor"}
        items.append(orjson.dumps(item))
        # One that is mutated besides has no list, if it can be asked for at all.
        if random.randrange(_POISONED) == 0:
            items.append(mutated(_named(item, f"odd {start}"), random))
        path = f"{call.path} {name}" if call.carry else call.path.replace("{id}", name.replace(" ", "%20"))
        made.lists[path] = elements[start : start + _OF_AN_ITEM]
    return made


def _named(record: dict[str, Any], name: str) -> dict[str, Any]:
    """A copy of a record with an id of its own; an installation has its vendor, as it would get it from its item."""
    copied: dict[str, Any] = json.loads(json.dumps(record))
    if "alertInfo" in copied:
        copied["alertInfo"]["alertId"] = name
    elif "endpointUuid" in copied and "cveId" not in copied:
        copied["applicationVendor"] = "Vendor"
    return copied | ({} if "alertInfo" in copied else {"id": name})
