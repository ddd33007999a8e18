"""`collect` into both real servers at once: every record once, whatever is asked again."""

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from s1ecs.streams import STREAMS
from servers.documents import data_stream, ids
from servers.running import Running
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.services.conftest import SetUp

AGENTS = 40
# Applications are asked for three times a second.
FEWER_AGENTS = 4

CommandsOf = Callable[..., Commands]


@pytest.fixture
def commands_of(
    tmp_path: Path, elasticsearch: Running, opensearch: Running, set_up: SetUp, namespace: str
) -> CommandsOf:
    """Commands with a fresh state that collect from the console of this address into both servers, set up for it."""
    set_up(elasticsearch, opensearch)

    def make(address: str, state: str) -> Commands:
        (tmp_path / state).mkdir()
        commands = Commands(tmp_path / state, address)
        outputs = [{"type": server.kind, "hosts": [server.url]} for server in (elasticsearch, opensearch)]
        commands.environment |= {"S1ECS_OUTPUTS": json.dumps(outputs), "S1ECS_NAMESPACE": namespace}
        # On a loaded machine requests that were spaced arrive together.
        commands.environment["S1ECS_ATTEMPTS"] = "6"
        return commands

    return make


def held(address: str) -> dict[str, int]:
    """How many records of each stream the console holds, by its own count."""
    with urllib.request.urlopen(f"{address}/_standin/counts") as answer:  # noqa: S310 - our own server on loopback
        counts: dict[str, int] = json.load(answer)
        return counts


def indexed(server: Running, namespace: str) -> dict[str, Counter[str]]:
    """The ids in each data stream."""
    return {stream: ids(server, data_stream(stream, namespace)) for stream in STREAMS}


def totals(found: dict[str, Counter[str]]) -> dict[str, int]:
    """How many documents each data stream holds, those that are there twice counted twice."""
    return {stream: each.total() for stream, each in found.items()}


def test_every_record_arrives_once(
    commands_of: CommandsOf, start_standin: Start, elasticsearch: Running, opensearch: Running, namespace: str
) -> None:
    """After `setup` and one `collect` each data stream of both servers holds exactly what the console holds."""
    console = start_standin("--agents", str(AGENTS), "--now", MOMENT)
    commands_of(console, "state").ok("collect")
    counts = held(console)
    assert counts.keys() == STREAMS.keys()
    found, found_too = indexed(elasticsearch, namespace), indexed(opensearch, namespace)
    assert totals(found) == counts
    assert found == found_too
    assert {times for each in found.values() for times in each.values()} == {1}


def test_what_is_read_again_is_not_there_twice(
    commands_of: CommandsOf, start_standin: Start, elasticsearch: Running, opensearch: Running, namespace: str
) -> None:
    """A second run brings nothing twice; nor does a run that knows of none before, after a rollover of everything."""
    console = start_standin("--agents", str(FEWER_AGENTS), "--now", MOMENT)
    commands = commands_of(console, "state")
    commands.ok("collect")
    first = indexed(elasticsearch, namespace)
    assert totals(first) == held(console)
    commands.ok("collect", "--full")
    assert indexed(elasticsearch, namespace) == indexed(opensearch, namespace) == first
    for server in (elasticsearch, opensearch):
        for stream in STREAMS:
            assert server.ask("POST", f"/{data_stream(stream, namespace)}/_rollover")["rolled_over"]
    commands_of(console, "fresh").ok("collect")
    assert indexed(elasticsearch, namespace) == indexed(opensearch, namespace) == first
