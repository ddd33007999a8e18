"""Documents a second into a search server, as a ratio to the server's own limit: its client's bulk helper.

Ours: the output's `deliver`, a batch a page, as collecting makes them. Limit: the same documents, ready made, given to
the bulk helper of the official client with its own defaults. In turn, round after round, each into a data stream of
its own with the same templates, so that the machine's moods fall on both.
"""

import asyncio
import gc
import os
import statistics
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import elasticsearch
import elasticsearch.helpers
import opensearchpy
import opensearchpy.helpers
import orjson
import structlog

from bench.figures import Figure
from bench.processes import S1ECS
from bench.records import lines
from s1ecs.bootstrap.outputs import make_output
from s1ecs.bootstrap.registry import OutputEnvironment
from s1ecs.ecs.envelope import Collector
from s1ecs.outputs.output import Batch, Output
from s1ecs.records import record_from_line
from s1ecs.settings import load
from s1ecs.streams import STREAMS
from servers.account import server_folder
from servers.archives import ARCHIVES
from servers.documents import data_stream
from servers.running import Running, start
from servers.unavailable import Unavailable

STREAM = "alert"
# A page of the console has at most 1,000 records.
BATCH = 1000
DOCUMENTS = 5 * BATCH
ROUNDS = 8
# The first rounds are those of a server that is cold.
WARM_UP = 2
LIMIT = 1.3
NOW = "2026-01-31T12:00:00.000Z"

_Documents = list[tuple[str, Mapping[str, Any]]]
_Write = Callable[[_Documents], Awaitable[None]]


def run() -> Iterator[Figure | str]:
    """Measure each server that can be had on this machine."""
    for kind in ARCHIVES:
        with server_folder() as folder:
            try:
                server = start(kind, folder, heap="1g")
            except Unavailable as reason:
                yield f"{kind}: left out, {reason}"
                continue
            try:
                yield asyncio.run(_measured(server))
            finally:
                server.kill()


async def _measured(server: Running) -> Figure:
    with tempfile.TemporaryDirectory() as state:
        output = _output(server, Path(state))
    async with AsyncExitStack() as stack:
        await output.open({})
        stack.push_async_callback(output.close)
        limit = await _bulk_helper(server, stack)

        async def ours(documents: _Documents) -> None:
            for first in range(0, len(documents), BATCH):
                batch = Batch("bench", "ours", STREAM, documents[first : first + BATCH])
                assert not (await output.deliver(batch)).refused

        documents = list(mapped(DOCUMENTS))
        ratios, speeds, limits = [], [], []
        for number in range(WARM_UP + ROUNDS):
            fresh = [(f"{number}-{identity}", document) for identity, document in documents]
            both: list[_Write] = [ours, limit]
            seconds = {write: await _seconds(write, fresh) for write in (both if number % 2 else reversed(both))}
            if number >= WARM_UP:
                ratios.append(seconds[ours] / seconds[limit])
                speeds.append(DOCUMENTS / seconds[ours])
                limits.append(DOCUMENTS / seconds[limit])
    for namespace in ("ours", "limit"):
        server.ask("POST", f"/{data_stream(STREAM, namespace)}/_refresh")
        held = server.ask("GET", f"/{data_stream(STREAM, namespace)}/_count")["count"]
        assert held == DOCUMENTS * (WARM_UP + ROUNDS), held
    ratio = statistics.median(ratios)
    return Figure(
        f"search {server.kind}",
        ratio,
        "times",
        f"{server.kind}: {statistics.median(speeds):,.0f} documents a second, the server's own limit "
        f"{statistics.median(limits):,.0f}; {ratio:.2f} times its time (at most {LIMIT}; median of "
        f"{ROUNDS} rounds, {min(ratios):.2f} to {max(ratios):.2f})",
    )


async def _seconds(write: _Write, documents: _Documents) -> float:
    gc.collect()
    began = perf_counter()
    await write(documents)
    return perf_counter() - began


def _output(server: Running, folder: Path) -> Output:
    """The output as settings make it, with its templates installed."""
    environment = {
        "S1ECS_STATE_DIR": str(folder),
        "S1ECS_OUTPUTS": orjson.dumps([{"type": server.kind, "hosts": [server.url]}]).decode(),
    }
    command = [S1ECS, "setup", "--yes"]
    subprocess.run(command, env={"PATH": os.environ["PATH"], **environment}, check=True, stdout=subprocess.DEVNULL)
    settings = load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=folder)
    log = structlog.stdlib.get_logger()
    return make_output(settings.outputs[0], OutputEnvironment(log.warning, log.info))


def mapped(count: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Map so many alerts, with ids that count them."""
    stream = STREAMS[STREAM]
    mapper = stream.mapper()
    envelope = stream.envelope(collector=Collector("0", "00000000-0000-0000-0000-000000000000", "bench"))
    for number, line in enumerate(lines(STREAM, count)):
        mapped = mapper.map(record_from_line(line))
        envelope.seal(mapped, str, fetched=NOW, now=NOW)
        yield str(number), mapped.document


async def _bulk_helper(server: Running, stack: AsyncExitStack) -> _Write:
    """The official client's own way to write many documents, with nothing set that needn't be."""
    client: Any
    bulk: Callable[..., Awaitable[tuple[int, Any]]]
    if server.kind == "elasticsearch":
        client, bulk = elasticsearch.AsyncElasticsearch(hosts=[server.url]), elasticsearch.helpers.async_bulk
    else:
        client, bulk = opensearchpy.AsyncOpenSearch(hosts=[server.url]), opensearchpy.helpers.async_bulk
    stack.push_async_callback(client.close)
    name = data_stream(STREAM, "limit")

    async def write(documents: _Documents) -> None:
        actions = (
            {"_op_type": "create", "_index": name, "_id": identity, "_source": document}
            for identity, document in documents
        )
        written, errors = await bulk(client, actions)
        assert (written, errors) == (len(documents), [])

    return write
