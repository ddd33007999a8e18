"""Records whose text is that of a server's errors: one dead letter each, and nothing else is held up."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.errors import OutputError
from s1ecs.timestamps import time_text
from servers.running import Running
from tests.services.searching import Rig, rigged

# What rules look for, in the words of either server.
PHRASES = (
    "is in time_series mode",
    "failed to parse: _id must be unset or set to [x] but was [y] because [z] is in time_series mode",
    "Failed to parse mapping: analyzer [x] not found",
    "pipeline with id [x] does not exist",
    "Validation Failed: 1: this action would add [2] shards, but [1]/[1] maximum normal shards open;",
    "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];",
    "Number of documents in the index can not exceed [1]",
    "request [/_bulk] contains unrecognized parameter: [require_data_stream]",
    "rejected execution of x operation [coordinating_and_primary_bytes=0, a_operation_bytes=9, max_a_bytes=1]",
    "document_parsing_exception: cluster_block_exception: security_exception: index_not_found_exception",
)


@pytest.fixture
async def rig(search_server: Running, namespace: str) -> AsyncIterator[Rig]:
    """Outputs for a server that has a template, which lets new fields in."""
    async with rigged(search_server, namespace, "texts") as made:
        yield made


def poisoned(rig: Rig, phrase: str) -> list[tuple[str, dict[str, Any]]]:
    """Documents that no server takes, each with the phrase elsewhere: in a value, in keys, in its id."""
    bodies: dict[str, dict[str, Any]] = {
        "value": {"@timestamp": phrase},
        "key": {"labels": {"name": {phrase: 1}}},
        "new key": {"labels": {f".{phrase}": {".": 1}}},
        "both": {phrase: {"x": 1}, f"{phrase}.x": {"y": 1}},
        "term": {"labels": {"name": phrase * 4_000}},
    }
    found = [(f"{name} {phrase}"[:500], {**rig.batch("x").documents[0][1], **body}) for name, body in bodies.items()]
    return [*found, (phrase, {**rig.batch("x").documents[0][1], "@timestamp": "no time"})]


async def test_no_text_of_a_record_stops_a_stream(rig: Rig) -> None:
    """A record that holds a phrase of the rules is refused, with others or by itself; the others are delivered."""
    output = rig.output()
    await output.deliver(rig.batch("first"))
    good = [f"good {phrase}"[:500] for phrase in PHRASES]
    bad = [each for phrase in PHRASES for each in poisoned(rig, phrase)]
    refused = (await output.deliver(rig.of(bad[:20], rig.batch(*good).documents, bad[20:]))).refused
    expected = {name for name, _ in bad} - set(rig.copies())
    assert {each.id for each in refused} == expected
    assert {name.partition(" ")[0] for name in expected} >= {"value", "key", "term"}
    assert {phrase for phrase in PHRASES if phrase in expected} == set(PHRASES)
    copies = rig.copies()
    assert {name: copies.get(name) for name in ("first", *good)} == dict.fromkeys(["first", *good], 1)
    for phrase in PHRASES:
        [[name, document]] = poisoned(rig, phrase)[-1:]
        [alone] = (await output.deliver(rig.of([(name, document)]))).refused
        assert (alone.id, alone.document) == (name, document)


async def test_an_id_that_a_server_refuses_whole_requests_for(rig: Rig) -> None:
    """A document whose id is too long, for which the server refuses the whole request, is the only one refused."""
    names = [f"n{number}" for number in range(30)]
    batch = rig.of(rig.batch(*names[:11]).documents, rig.batch("x" * 600).documents, rig.batch(*names[11:]).documents)
    [refused] = (await rig.output().deliver(batch)).refused
    assert refused.id == "x" * 600
    assert "too long" in refused.reason
    assert rig.copies() == dict.fromkeys(names, 1)


async def test_a_time_series_stops(elasticsearch: Running, namespace: str) -> None:
    """A template that really makes a time series stops the output with the cure, and nothing is refused for it."""
    rig = Rig(elasticsearch, namespace, "series")
    template = {
        "index_patterns": ["logs-sentinel_one.series-*"],
        "data_stream": {},
        "priority": 300,
        "template": {
            "settings": {"index.mode": "time_series", "index.routing_path": ["labels.name"]},
            "mappings": {
                "properties": {"labels": {"properties": {"name": {"type": "keyword", "time_series_dimension": True}}}}
            },
        },
    }
    elasticsearch.ask("PUT", "/_index_template/s1ecs-logs-sentinel_one.series", template)
    with pytest.raises(OutputError, match=r"creates a time series, .*remove index.mode from it"):
        await rig.output().deliver(rig.batch("a", moment=time_text(datetime.now(UTC))))
    for server in rig.opened:
        await server.close()
