"""Panels and rules of Elastic on both real servers, in both layouts: they show and find what the documents tell."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from statistics import median
from typing import Any

import pytest

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.ecs.layouts import LAYOUTS, names_in_both
from s1ecs.ecs.table import Layout
from s1ecs.streams import STREAMS
from servers.documents import data_stream, documents
from servers.latest_states import amiss, latest_index, state_of
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
from tests.services.panels import NOT, PANELS, Panel

_ALL = 10_000
_DAY = len("2026-01-31")
# What the rules name the promoted ones by.
_NAMED_BY = {"alert": "rule.name", "threat": "message"}
_SEVERITIES = {21, 47, 73, 99}
NAMESPACES: Mapping[Layout, str] = {layout: f"panels_{layout}" for layout in LAYOUTS}


@pytest.fixture(scope="module")
def collected(
    start_standin: Start,
    elasticsearch: Running,
    opensearch: Running,
    set_up: SetUp,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Both servers with the documents of a small console in each layout, and their latest states."""
    address = start_standin("--agents", "10", "--now", MOMENT)
    outputs = [{"type": server.kind, "hosts": [server.url], "latest": True} for server in (elasticsearch, opensearch)]
    set_up(elasticsearch, opensearch)
    for layout in (2, 1):
        commands = Commands(tmp_path_factory.mktemp("panels"), address)
        commands.environment |= {
            "S1ECS_OUTPUTS": json.dumps(outputs),
            "S1ECS_NAMESPACE": f"panels_{layout}",
            "S1ECS_LAYOUT": str(layout),
        }
        # The last one is that of the other tests of these servers.
        commands.ok("setup", "--yes")
        # On a loaded machine requests that were spaced arrive together.
        commands.ok("collect", S1ECS_INITIAL_INTERVAL="3650d", S1ECS_ATTEMPTS="6")


def field_in(layout: Layout, stream: str, name: str) -> str:
    """A field of layout 2 by the name that it has in a layout."""
    known = {each.name for each in exported_fields(STREAMS[stream].complete(layout).table)}
    return next((each for each in names_in_both(STREAMS[stream].declared, name) if each in known), name)


def values(document: Any, path: str) -> list[Any]:
    """The values of a field as an index has them: lists passed through, each once."""
    found = [document]
    for step in path.split("."):
        inner = [member.get(step) for member in found if isinstance(member, dict)]
        found = [each for value in inner for each in (value if isinstance(value, list) else [value])]
    return [*dict.fromkeys(each for each in found if each is not None)]


def has_mark(server: Running) -> bool:
    """Whether the server knows constant_keyword, without which its latest states have no mark."""
    found = server.ask("GET", "/sentinel_one-application-latest-panels_1/_mapping/field/labels.is_transform_source")
    return any(index["mappings"] for index in found.values())


def query_of(panel: Panel, layout: Layout, *, marked: bool) -> dict[str, Any]:
    """The filter of a panel."""
    must: list[Any] = [
        {"term": {"data_stream.dataset": f"sentinel_one.{panel.stream}"}},
        {"term": {"data_stream.namespace": NAMESPACES[layout]}},
    ]
    must_not: list[Any] = []
    if panel.latest and marked:
        must.append({"term": {"labels.is_transform_source": "false"}})
    for name, wanted in panel.where.items():
        field = field_in(layout, panel.stream, name.removeprefix(NOT))
        if not wanted:
            must_not.append({"exists": {"field": field}})
        else:
            (must_not if name.startswith(NOT) else must).append({"terms": {field: list(wanted)}})
    return {"bool": {"filter": must, "must_not": must_not}}


def fits(document: Any, panel: Panel, layout: Layout) -> bool:
    """Whether a document is one that a panel counts."""
    for name, wanted in panel.where.items():
        found = values(document, field_in(layout, panel.stream, name.removeprefix(NOT)))
        hit = bool(set(found) & set(wanted)) if wanted else not found
        if hit == name.startswith(NOT):
            return False
    return True


def aggregation_of(panel: Panel, fields: Sequence[str], metric: str) -> dict[str, Any]:
    """The aggregation of a panel, of all buckets instead of the first ten."""
    made: dict[str, Any] = {}
    if panel.statistic == "median":
        made = {"metric": {"percentiles": {"field": metric, "percents": [50]}}}
    elif panel.statistic:
        made = {"metric": {panel.statistic: {"field": metric}}}
    elif metric:
        made = {"metric": {"cardinality": {"field": metric, "precision_threshold": 40_000}}}
    for field in reversed(fields):
        how = (
            {"date_histogram": {"field": field, "calendar_interval": "day", "min_doc_count": 1, "format": "yyyy-MM-dd"}}
            if panel.by_day
            else {"terms": {"field": field, "size": _ALL}}
        )
        made = {"by": {**how, **({"aggs": made} if made else {})}}
    return made


def shown(panel: Panel, found: Mapping[str, Any], total: int) -> dict[tuple[str, ...], float]:
    """What a server's answer shows: a number for each combination of values."""
    return dict(_numbers(panel, found, total))


def _numbers(panel: Panel, found: Mapping[str, Any], count: int) -> Iterator[tuple[tuple[str, ...], float]]:
    if "by" in found:
        for bucket in found["by"]["buckets"]:
            key = str(bucket.get("key_as_string", bucket["key"]))
            for rest, number in _numbers(panel, bucket, bucket["doc_count"]):
                yield (key, *rest), number
    elif "metric" in found:
        metric = found["metric"]
        yield (), float(metric["values"]["50.0"] if panel.statistic == "median" else metric["value"])
    else:
        yield (), float(count)


def counted(
    panel: Panel, fields: Sequence[str], metric: str, held: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, ...], float]:
    """The same by counting the documents."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for document in held:
        keys = [
            dict.fromkeys(_key(value)[:_DAY] if panel.by_day else _key(value) for value in values(document, name))
            for name in fields
        ]
        for combination in product(*keys):
            groups.setdefault(combination, []).append(document)
    result = {}
    for key, members in groups.items() if fields else [((), list(held))]:
        found = [value for member in members for value in values(member, metric)] if metric else []
        if panel.statistic:
            result[key] = float(max(found) if panel.statistic == "max" else median(found))
        else:
            result[key] = float(len(set(found)) if metric else len(members))
    return result


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("dashboard", PANELS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_panels(collected: None, search_server: Running, layout: Layout, dashboard: str) -> None:
    """Each panel's number for each of its values is the one that counting the documents gives, and some have any."""
    del collected
    namespace = NAMESPACES[layout]
    marked = has_mark(search_server)
    shows_any = 0
    for panel in PANELS[dashboard]:
        name = latest_index(panel.stream, namespace) if panel.latest else data_stream(panel.stream, namespace)
        held = [each for each in documents(search_server, name).values() if fits(each, panel, layout)]
        if not panel.latest and STREAMS[panel.stream].latest_shown:
            # What asks for no latest states finds them too, and counts distinct values.
            assert panel.metric
        fields = [field_in(layout, panel.stream, each) for each in panel.fields]
        metric = field_in(layout, panel.stream, panel.metric) if panel.metric else ""
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": query_of(panel, layout, marked=marked),
            "aggs": aggregation_of(panel, fields, metric),
        }
        # Dashboards ask all logs, and tell latest states by their mark; without it they are asked by their name.
        name = "logs-*" if marked or not panel.latest else f"logs-sentinel_one_latest.{panel.stream}"
        answer = search_server.ask("POST", f"/{name}/_search", body)
        found = shown(panel, answer.get("aggregations", {}), answer["hits"]["total"]["value"])
        assert found == pytest.approx(counted(panel, fields, metric, held)), panel
        shows_any += any(found.values())
    assert shows_any > len(PANELS[dashboard]) / 2, dashboard


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("stream", [name for name, stream in STREAMS.items() if stream.has_latest])
def test_latest_states_are_those_of_a_recount(
    collected: None, search_server: Running, stream: str, layout: Layout
) -> None:
    """The index of latest states has one document for each thing, the newest of the data stream, by its other name."""
    del collected
    namespace = NAMESPACES[layout]
    assert amiss(search_server, stream, namespace) == []
    things = {state_of(stream, each) for each in documents(search_server, latest_index(stream, namespace)).values()}
    query = {"query": {"term": {"data_stream.namespace": namespace}}}
    found = search_server.ask("POST", f"/logs-sentinel_one_latest.{stream}/_count", query)["count"]
    assert found == len(things) > 0
    assert None not in things


def test_all_logs_find_what_dashboards_ask_for(collected: None, search_server: Running) -> None:
    """The states that no dashboard asks for are found by their own name alone; Kibana's findings have theirs."""
    del collected
    query = {"size": 0, "aggs": {"of": {"terms": {"field": "_index", "size": _ALL}}}}
    answer = search_server.ask("POST", "/logs-*/_search", query)
    names = [bucket["key"] for bucket in answer["aggregations"]["of"]["buckets"]]
    found = {name.split("-")[1] for name in names if "-latest-" in name}
    assert found == {"application", "application_risk", "threat_event", "unified_alert"}
    findings = search_server.ask("POST", "/security_solution-*.vulnerability_latest/_count")["count"]
    risks = [documents(search_server, f"sentinel_one-application_risk-latest-{each}") for each in NAMESPACES.values()]
    assert findings >= sum(map(len, risks)) > 0


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("kind", "stream"), [("event", "alert"), ("alert", "threat")])
def test_promotion_rules_find_their_documents(
    collected: None, search_server: Running, kind: str, stream: str, layout: Layout
) -> None:
    """Elastic's rules that promote alerts and threats find all of them, nothing else, by when they were ingested."""
    del collected
    held = documents(search_server, data_stream(stream, NAMESPACES[layout]))
    everything = f"logs-*-{NAMESPACES[layout]}"
    query: dict[str, Any] = {
        "filter": [
            {"match": {"event.kind": kind}},
            {"match": {"data_stream.dataset": f"sentinel_one.{stream}"}},
            {"range": {"event.ingested": {"gte": "now-1h", "lte": "now+1h"}}},
        ]
    }
    assert held
    for named in ({}, {"must": {"exists": {"field": _NAMED_BY[stream]}}}):
        body = {"size": _ALL, "_source": False, "query": {"bool": {**query, **named}}}
        hits = search_server.ask("POST", f"/{everything}/_search", body)["hits"]["hits"]
        assert sorted(hit["_id"] for hit in hits) == sorted(held)
    severities = {each["event"].get("severity") for each in held.values()}
    assert stream != "alert" or severities <= _SEVERITIES
