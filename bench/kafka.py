"""Documents a second into Kafka, as a ratio to a bare producer of the same library with ready documents.

Ours: the output's `deliver`, a batch a page, as collecting makes them, with a delivery report for each document. Limit:
the same documents, ready made, given to a producer with the same settings, without headers and reports, flushed once at
the end. In turn, round after round, each
into a topic of its own, so that the machine's moods fall on both. With transactions beside it, which have no limit.
"""

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any

import orjson
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bench.figures import Figure
from bench.search import mapped
from s1ecs.bootstrap.outputs import make_output
from s1ecs.bootstrap.registry import OutputEnvironment
from s1ecs.outputs.kafka.settings import KafkaSettings, producing
from s1ecs.outputs.output import Batch
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from servers.account import server_folder
from servers.kafka import KafkaBroker, start_kafka
from servers.unavailable import Unavailable

STREAM = "alert"
# A page of the console has at most 1,000 records.
BATCH = 1000
DOCUMENTS = 10 * BATCH
ROUNDS = 8
# The first rounds are those of a broker that is cold.
WARM_UP = 2
LIMIT = 1.3
PARTITIONS = 3

_Documents = list[tuple[str, Mapping[str, Any]]]
_Write = Callable[[_Documents], Awaitable[None]]


def run() -> Iterator[Figure | str]:
    """Measure a broker, if it can be had on this machine."""
    with server_folder() as folder:
        try:
            broker = start_kafka(folder, heap="512m")
        except Unavailable as reason:
            yield f"left out, {reason}"
            return
        try:
            yield from asyncio.run(_measured(broker))
        finally:
            broker.kill()


async def _measured(broker: KafkaBroker) -> list[Figure]:
    names = ("ours", "transactions", "limit")
    admin = AdminClient({"bootstrap.servers": broker.address})
    for made in admin.create_topics([NewTopic(f"{name}.{STREAM}", PARTITIONS, 1) for name in names]).values():
        made.result(10)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    async with AsyncExitStack() as stack:
        writers: dict[str, _Write] = {
            "ours": await _ours(broker, "ours", stack, transactions=False),
            "transactions": await _ours(broker, "transactions", stack, transactions=True),
            "limit": _bare(broker),
        }
        documents = list(mapped(DOCUMENTS))
        for number in range(WARM_UP + ROUNDS):
            fresh = [(f"{number}-{identity}", document) for identity, document in documents]
            for name in names if number % 2 else reversed(names):
                took = await _seconds(writers[name], fresh)
                if number >= WARM_UP:
                    seconds[name].append(took)
    found = []
    for name in ("ours", "transactions"):
        ratios = [ours / limit for ours, limit in zip(seconds[name], seconds["limit"], strict=True)]
        speed, limit = (DOCUMENTS / statistics.median(seconds[each]) for each in (name, "limit"))
        goal = f"at most {LIMIT}; " if name == "ours" else ""
        median, kind = statistics.median(ratios), "with transactions" if name == "transactions" else "plain"
        line = (
            f"{kind}: {speed:,.0f} documents a second, a bare producer {limit:,.0f}; {median:.2f} times its time"
            f" ({goal}median of {ROUNDS} rounds, {min(ratios):.2f} to {max(ratios):.2f})"
        )
        found.append(Figure(f"kafka {kind}", median, "times", line))
    return found


async def _seconds(write: _Write, documents: _Documents) -> float:
    gc.collect()
    began = perf_counter()
    await write(documents)
    return perf_counter() - began


async def _ours(broker: KafkaBroker, topic: str, stack: AsyncExitStack, *, transactions: bool) -> _Write:
    """The output as settings make it."""
    written = {
        "type": "kafka",
        "bootstrap_servers": broker.address,
        "topic": f"{topic}.{{stream}}",
        "transactions": transactions,
    }
    environment = {"S1ECS_OUTPUTS": orjson.dumps([written]).decode()}
    settings = load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=broker.folder)
    output = make_output(settings.outputs[0], OutputEnvironment(print, print))
    await output.open({})
    stack.push_async_callback(output.close)

    async def write(documents: _Documents) -> None:
        for first in range(0, len(documents), BATCH):
            batch = Batch("bench", "ours", STREAM, documents[first : first + BATCH])
            assert not (await output.deliver(batch)).refused

    return write


def _bare(broker: KafkaBroker) -> _Write:
    """The library's own way to write many documents that are ready: JSON and key."""
    producer = Producer(producing(KafkaSettings("bench", (broker.address,)), None))

    async def write(documents: _Documents) -> None:
        for identity, document in documents:
            producer.produce(f"limit.{STREAM}", orjson.dumps(document), identity)
            producer.poll(0)
        assert producer.flush(60) == 0

    return write
