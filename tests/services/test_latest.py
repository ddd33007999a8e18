"""The index of latest states on real servers: whatever comes in whatever order, the newest state stays."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from s1ecs.collect.delivery.entities import latest_states
from s1ecs.outputs.output import Batch, Entity
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.output import SearchEnvironment, SearchOutput
from s1ecs.records import Record
from servers.documents import data_stream, documents
from servers.running import Running
from tests.services.conftest import SetUp


@pytest.fixture
async def output(search_server: Running, set_up: SetUp) -> AsyncIterator[SearchOutput]:
    """A search output that keeps latest states, on a server that was set up for it."""
    set_up(search_server)

    def say(_line: str) -> None:
        """Say nothing."""

    around = SearchEnvironment(lambda: datetime.now(UTC), time.monotonic, Random(1), say, say)  # noqa: S311 - how long a test waits
    made = SearchOutput(
        connect(SearchSettings(search_server.kind, "search", (search_server.url,))), around, latest=True
    )
    yield made
    await made.close()


def batch(namespace: str, states: Sequence[tuple[str, str, int]], **labels: Any) -> Batch:
    """A batch of states: (id, thing, time)."""
    moment = "2026-01-02T10:00:00.000Z"
    found = [(identity, {"@timestamp": moment, "labels": {"state": identity, **labels}}) for identity, _, _ in states]
    return Batch("one", namespace, "agent", found, {identity: Entity(thing, time) for identity, thing, time in states})


def states(server: Running, namespace: str) -> list[str]:
    """The ids of the states that the index of latest states holds."""
    found = documents(server, f"sentinel_one-agent-latest-{namespace}").values()
    return sorted(document["labels"]["state"] for document in found)


async def test_the_newest_state_stays(output: SearchOutput, search_server: Running, namespace: str) -> None:
    """An older state changes nothing, a repeat neither; of one millisecond the later one counts; each thing has one."""
    for step, expected in (
        ([("b", "host", 20), ("x", "other", 1)], ["b", "x"]),
        ([("a", "host", 10)], ["b", "x"]),
        ([("b", "host", 20)], ["b", "x"]),
        ([("c", "host", 20)], ["c", "x"]),
        # Back to a state that the data stream has.
        ([("b", "host", 30)], ["b", "x"]),
    ):
        assert not (await output.deliver(batch(namespace, step))).refused
        assert states(search_server, namespace) == expected
    assert sorted(documents(search_server, data_stream("agent", namespace))) == ["a", "b", "c", "x"]


async def test_what_is_refused_names_its_index(output: SearchOutput, search_server: Running, namespace: str) -> None:
    """What the data stream takes and the index of latest states not is refused, and its reason says where."""
    mapping = {
        "settings": {"index.mapping.ignore_malformed": False},
        "mappings": {"properties": {"labels": {"properties": {"state": {"type": "keyword"}, "odd": {"type": "long"}}}}},
    }
    search_server.ask("PUT", f"/sentinel_one-agent-latest-{namespace}", mapping)
    [refused] = (
        await output.deliver(
            Batch(
                "one",
                namespace,
                "agent",
                [
                    *batch(namespace, [("a", "host", 1)], odd="x").documents,
                    *batch(namespace, [("b", "pc", 1)]).documents,
                ],
                {"a": Entity("host", 1), "b": Entity("pc", 1)},
            )
        )
    ).refused
    assert refused.id == "a"
    assert f"sentinel_one-agent-latest-{namespace}" in refused.reason
    assert states(search_server, namespace) == ["b"]
    assert sorted(documents(search_server, data_stream("agent", namespace))) == ["a", "b"]


async def test_odd_times_stop_nothing(output: SearchOutput, search_server: Running, namespace: str) -> None:
    """A thing whose time is Go's zero time, beside others: all are taken, and what comes later takes its place."""
    value = {"id": "host"}
    for time_, identity in (("0001-01-01T00:00:00Z", "a"), ("2026-01-02T10:00:00.000Z", "b")):
        things = latest_states([(identity, Record(value, lambda: value), time_)], ("id",), datetime.now(UTC))
        given = batch(namespace, [(identity, "host", 1), (f"other of {identity}", identity, 5)])
        found = Batch(given.console, namespace, "agent", given.documents, {**given.things, **things})
        assert not (await output.deliver(found)).refused
    assert states(search_server, namespace) == ["b", "other of a", "other of b"]
