"""What others ask of the documents on both real servers: Kibana's lookups, and every field by its type."""

import ipaddress
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.streams import STREAMS
from servers.documents import data_stream, documents
from servers.running import Running
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.services.asking import Asked, nested_in
from tests.services.conftest import SetUp

COLLECTED = "queries_collected"
# Beside what was collected, in a namespace of their own: the documents of tests/cases, and older ones of agents.
MORE = "queries_more"
CASES = Path(__file__).parents[1] / "cases"
EARLIER = "2020-01-01T00:00:00.000Z"

TERMS = ("keyword", "wildcard", "constant_keyword")
NUMBERS = ("long", "integer", "float", "double", "scaled_float")

# What can't be asked for, and why.
ONLY_KEPT = {"event.original": "the whole record as one text, too long for a term; ECS does not index it either"}
WITHIN_ANOTHER = ("flattened", "flat_object")
# No document holds them. OpenSearch finds by them, but its buckets are names of indices in place of the value.
ONLY_FOUND = {"opensearch": ("event.module", "observer.vendor", "labels.is_transform_source")}


@pytest.fixture(scope="module")
def collected(
    start_standin: Start,
    elasticsearch: Running,
    opensearch: Running,
    set_up: SetUp,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, int]:
    """Both servers with the documents of a small console, and more; how many records of each stream it holds."""
    commands = Commands(tmp_path_factory.mktemp("queries"), start_standin("--agents", "10", "--now", MOMENT))
    servers = (elasticsearch, opensearch)
    outputs = [{"type": server.kind, "hosts": [server.url]} for server in servers]
    commands.environment |= {"S1ECS_OUTPUTS": json.dumps(outputs), "S1ECS_NAMESPACE": COLLECTED}
    set_up(*servers)
    commands.ok("collect")
    agents = documents(elasticsearch, data_stream("agent", COLLECTED))
    older = [{**each, "event": {**each["event"], "created": EARLIER}} for each in agents.values()]
    for server in servers:
        for stream in STREAMS:
            index(server, stream, [case for path in CASES.glob(f"{stream}/*.expected.json") for case in cases(path)])
        index(server, "agent", older)
    return {stream: len(documents(elasticsearch, data_stream(stream, COLLECTED))) for stream in STREAMS}


def cases(path: Path) -> list[dict[str, Any]]:
    """The documents of a file of cases, each with a time."""
    return [{"@timestamp": EARLIER, **document} for document in orjson.loads(path.read_bytes())]


def index(server: Running, stream: str, found: list[dict[str, Any]]) -> None:
    """Put documents beside those that were collected, all but those whose shape no index could hold."""
    lines = [line for document in found for line in (b'{"create":{}}', orjson.dumps(document))]
    answer = server.ask("POST", f"/{data_stream(stream, MORE)}/_bulk?refresh=true", b"\n".join([*lines, b""]))
    assert {item["create"]["status"] for item in answer["items"]} <= {201, 400}, answer


@pytest.fixture(scope="module")
def asked(collected: Mapping[str, int]) -> Callable[[Running, str], Asked]:
    """Asks each pattern of data streams once for what it holds."""
    assert all(collected.values())
    known: dict[tuple[str, str], Asked] = {}

    def ask(server: Running, name: str) -> Asked:
        if (server.kind, name) not in known:
            known[server.kind, name] = Asked(server, name)
        return known[server.kind, name]

    return ask


Ask = Callable[[Running, str], Asked]


@pytest.fixture(params=STREAMS)
def stream(request: pytest.FixtureRequest) -> str:
    """Each stream, one after the other."""
    name: str = request.param
    return name


@pytest.fixture
def all_of(asked: Ask, search_server: Running, stream: str) -> Asked:
    """Everything of one stream on one server."""
    return asked(search_server, data_stream(stream, "queries_*"))


def test_every_exported_field_can_be_asked_for(all_of: Asked, stream: str) -> None:
    """Each exported field is mapped; what can't be asked for is named above, or lies inside a field that can."""
    for name in (each.name for each in exported_fields(STREAMS[stream].table)):
        definition = all_of.types.get(name)
        if definition is None:
            within = nested_in(name, all_of.types)
            assert within, name
            assert all_of.types[within]["type"] in WITHIN_ANOTHER, name
        else:
            assert (definition.get("index") is False) == (name in ONLY_KEPT), name


def test_terms_of_every_keyword(all_of: Asked) -> None:
    """A terms aggregation on every field of words gives exactly the values that the documents hold, each as often."""
    only_found = ONLY_FOUND.get(all_of.server.kind, ())
    left_out = {*ONLY_KEPT, *only_found}
    names = [name for name, definition in all_of.types.items() if definition["type"] in TERMS and name not in left_out]
    assert all_of.buckets(names) == {name: all_of.terms(name) for name in names}
    assert {"event.kind", "data_stream.dataset", "agent.id"} <= set(names)
    for name in set(only_found) & set(all_of.types):
        assert all_of.ids({"term": {name: all_of.types[name]["value"]}}) == sorted(all_of.documents)


def test_ranges_of_every_date_and_number(all_of: Asked) -> None:
    """A range over all values finds exactly the documents that hold one, above the middle those above."""
    queries: dict[str, Any] = {}
    expected: dict[str, set[str]] = {}
    for name, definition in all_of.types.items():
        if definition["type"] not in ("date", *NUMBERS):
            continue
        read = moment if definition["type"] == "date" else number
        held = {identity: [read(each) for each in found] for identity, found in all_of.held(name).items()}
        lowest, middle = limits([each for found in held.values() for each in found], definition["type"])
        for what, relation, limit in (("all", "gte", lowest), ("above", "gt", middle)):
            queries[f"{name} {what}"] = {"range": {name: {relation: written(limit)}}}
        expected[f"{name} all"] = set(held)
        expected[f"{name} above"] = {identity for identity, found in held.items() if max(found) > middle}
    assert expected["event.ingested all"]
    assert all_of.matching(queries) == expected


def test_networks_of_every_address(all_of: Asked) -> None:
    """0.0.0.0/0 finds exactly the documents with an IPv4 address, ::/0 those with any, a host's network it."""
    queries: dict[str, Any] = {}
    expected: dict[str, set[str]] = {}
    for name, definition in all_of.types.items():
        if definition["type"] != "ip":
            continue
        held = {
            identity: [ipaddress.ip_address(each) for each in found] for identity, found in all_of.held(name).items()
        }
        hosts = sorted({str(each) for found in held.values() for each in found})[:1]
        for network in ("0.0.0.0/0", "::/0", *(f"{one}/{ipaddress.ip_address(one).max_prefixlen}" for one in hosts)):
            queries[f"{name} {network}"] = {"term": {name: network}}
            expected[f"{name} {network}"] = {
                identity for identity, found in held.items() if any(belongs(each, network) for each in found)
            }
    assert all_of.matching(queries) == expected


def belongs(address: ipaddress.IPv4Address | ipaddress.IPv6Address, network: str) -> bool:
    """Whether an address lies in a network; IPv4's are indexed as part of IPv6's."""
    return network == "::/0" or address in ipaddress.ip_network(network)


def moment(value: str) -> datetime:
    """A date as it is indexed, in whole milliseconds."""
    found = datetime.fromisoformat(value)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def number(value: Any) -> float:
    """A number, also one that is written as a text."""
    return float(value)


def limits(found: list[Any], kind: str) -> tuple[Any, Any]:
    """The lowest and the middle one; some, where there is none."""
    ordered = sorted(found) or [moment(EARLIER) if kind == "date" else 0.0]
    return ordered[0], ordered[len(ordered) // 2]


def written(limit: Any) -> Any:
    """A limit as a query has it."""
    return limit.isoformat() if isinstance(limit, datetime) else limit


def test_newest_document_of_each_agent(asked: Ask, search_server: Running, collected: Mapping[str, int]) -> None:
    """Kibana's lookup of agents by their ids gives one document each, the newest by event.created, with agent.id."""
    agents = asked(search_server, data_stream("agent", "queries_*"))
    field = "sentinel_one.agent.agent.id"
    fresh = documents(search_server, data_stream("agent", COLLECTED))
    wanted = [each["sentinel_one"]["agent"]["agent"]["id"] for each in fresh.values()][1:]
    newest = {"name": "most_recent", "size": 1, "_source": ["agent", field], "sort": [{"event.created": "desc"}]}
    body = {
        "query": {"bool": {"filter": [{"terms": {field: wanted}}]}},
        "collapse": {"field": field, "inner_hits": newest},
        "sort": [{"event.created": {"order": "desc"}}],
        "_source": False,
    }
    hits = agents.search(body)["hits"]["hits"]
    found = [inner for hit in hits for inner in hit["inner_hits"]["most_recent"]["hits"]["hits"]]
    assert len(wanted) == len(hits) == collected["agent"] - 1
    assert sorted(hit["fields"][field][0] for hit in hits) == sorted(wanted)
    assert {hit["_id"] for hit in found} < set(fresh)
    assert all(hit["_source"]["agent"]["id"] for hit in found)


def test_activities_of_an_action(asked: Ask, search_server: Running) -> None:
    """Kibana's lookup of what became of an action: by type and agent, the first since a time, one for each agent."""
    everything = asked(search_server, data_stream("activity", COLLECTED))
    activities = {identity: each["sentinel_one"]["activity"] for identity, each in everything.documents.items()}
    wanted = {
        identity: each for identity, each in activities.items() if each["type"] in {5126, 5232} and "agent" in each
    }
    agents = sorted({each["agent"]["id"] for each in wanted.values()})
    since = min(each["updated_at"] for each in wanted.values())
    field = "sentinel_one.activity.agent.id"
    first = {"name": "first_found", "size": 1, "sort": [{"sentinel_one.activity.updated_at": "asc"}]}
    filters = [
        {"term": {"event.kind": "event"}},
        {"terms": {field: agents}},
        {"terms": {"sentinel_one.activity.type": [5126, 5232]}},
        {"range": {"sentinel_one.activity.updated_at": {"gte": since}}},
    ]
    body = {"query": {"bool": {"filter": filters}}, "collapse": {"field": field, "inner_hits": first}}
    found = {}
    for hit in everything.search(body)["hits"]["hits"]:
        [inner] = hit["inner_hits"]["first_found"]["hits"]["hits"]
        found[hit["fields"][field][0]] = inner["_source"]["sentinel_one"]["activity"]
    assert sorted(found) == agents
    for agent, activity in found.items():
        mine = [each["updated_at"] for each in wanted.values() if each["agent"]["id"] == agent]
        assert activity["updated_at"] == min(mine)
        assert activity["id"]
        assert activity["description"]["primary"]


def test_what_lies_inside_a_flattened_field_is_found(asked: Ask, search_server: Running) -> None:
    """An action's own values, such as the batch of its commands, are found inside the activity's data."""
    everything = asked(search_server, data_stream("activity", COLLECTED))
    inner = {
        i: each["sentinel_one"]["activity"].get("data", {}).get("flattened", {})
        for i, each in everything.documents.items()
    }
    counted = Counter(each["action"] for each in inner.values() if "action" in each)
    assert counted
    for action in counted:
        expected = sorted(identity for identity, each in inner.items() if each.get("action") == action)
        assert everything.ids({"term": {"sentinel_one.activity.data.flattened.action": action}}) == expected
