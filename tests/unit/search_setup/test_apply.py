"""What is asked of a server before anything is planned, and what its answers mean, as the servers document them."""

from typing import Any

import pytest

from s1ecs.ecs.field_catalog import ExportedField
from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply
from s1ecs.search_setup.apply import apply, prepare
from s1ecs.search_setup.desired_state import Dataset
from s1ecs.search_setup.lifecycle import Lifecycle
from tests.unit.search_setup.server import NO_HANDLER, Documented

DATASETS = (Dataset("alert", (ExportedField("data_stream.namespace", "constant_keyword", ""),)),)
ILM = "/_ilm/policy/s1ecs-logs"
ISM = "/_plugins/_ism/policies/s1ecs-logs"
LOGS = "logs-sentinel_one.alert-default"
SIMULATE = ("POST", "/_index_template/_simulate")
REFUSED = Reply(400, {"error": {"reason": "no such thing"}})


def with_data_stream(lifecycle: Reply) -> dict[tuple[str, str], Reply]:
    """The replies of a server with one data stream, whose own lifecycle this is."""
    listed = {"data_streams": [{"name": LOGS, "backing_indices": [".ds-1", ".ds-2"]}]}
    return {
        ("GET", "/_resolve/index/logs-sentinel_one.alert-*"): Reply(200, listed),
        ("GET", "/.ds-2/_mapping"): Reply(200, {".ds-2": {"mappings": {"_meta": {"digest": "old"}}}}),
        ("GET", f"/_data_stream/{LOGS}/_lifecycle"): lifecycle,
    }


@pytest.mark.parametrize(
    ("kind", "kept", "path"),
    [("elasticsearch", Lifecycle("ilm", 9), ILM), ("opensearch", Lifecycle("ism", 9), ISM)],
)
async def test_policy_is_asked_for_then_put(kind: Any, kept: Lifecycle, path: str) -> None:
    """A policy that is not there is put before everything else."""
    server = Documented(kind)
    prepared = await prepare(server, DATASETS, kept)
    await apply(server, prepared.plan.changes, lambda _change: None)
    assert ("GET", path, None, None) in server.seen
    assert server.changes[0] == f"PUT {path}"


async def test_ism_policy_that_is_there_is_replaced_by_its_numbers() -> None:
    """An older policy of ours goes with if_seq_no and if_primary_term of the one that was read."""
    policy = {"policy_id": "s1ecs-logs", "description": "(managed_by: s1ecs, version: 0, digest: 1)"}
    found = Reply(200, {"_id": "s1ecs-logs", "_seq_no": 4, "_primary_term": 2, "policy": policy})
    server = Documented("opensearch", replies={("GET", ISM): found})
    prepared = await prepare(server, DATASETS, Lifecycle("ism", 9))
    await apply(server, prepared.plan.changes[:1], lambda _change: None)
    method, path, _, query = server.seen[-1]
    assert (method, path, query) == ("PUT", ISM, {"if_seq_no": "4", "if_primary_term": "2"})


async def test_ilm_policy_of_someone_else_is_left_alone() -> None:
    """A policy of our name without our mark is not overwritten."""
    found = Reply(200, {"s1ecs-logs": {"version": 1, "policy": {"phases": {}}}})
    prepared = await prepare(Documented(replies={("GET", ILM): found}), DATASETS, Lifecycle("ilm", 9))
    assert prepared.plan.changes[0].action == "left alone"


async def test_without_ilm_setup_stops_before_it_changes_anything() -> None:
    """Where ILM is asked for and the server has none, the templates would name a policy that can't be."""
    server = Documented(replies={("GET", ILM): NO_HANDLER})
    with pytest.raises(OutputError, match=r"^search: this server has no ILM; set lifecycle: data_stream$"):
        await prepare(server, DATASETS, Lifecycle("ilm", 9))
    assert server.changes == []


async def test_without_data_stream_lifecycle_setup_stops() -> None:
    """An older Elasticsearch that has no data-stream lifecycle is told so."""
    server = Documented(replies={SIMULATE: REFUSED})
    with pytest.raises(OutputError, match=r"^search: this server has no data-stream lifecycle; set lifecycle: ilm$"):
        await prepare(server, DATASETS, Lifecycle("data_stream", 9))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (9, "keep_days: 9 has no effect, because nothing is rolled over or deleted"),
        (None, "not rolled over automatically"),
    ],
)
async def test_without_ism_setup_goes_on(days: int | None, told: str) -> None:
    """An OpenSearch without ISM gets its templates and a warning that nothing is deleted."""
    server = Documented("opensearch", replies={("GET", ISM): NO_HANDLER})
    prepared = await prepare(server, DATASETS, Lifecycle("ism", days))
    assert told in prepared.warnings[-1]
    assert {change.what for change in prepared.plan.changes} == {"component template", "index template"}


async def test_data_streams_that_exist_get_lifecycle_and_rollover() -> None:
    """What a template can't change on existing data streams is planned: their lifecycle, and a rollover if wanted."""
    lifecycle = Reply(200, {"data_streams": [{"name": LOGS, "lifecycle": {"enabled": True, "data_retention": "7d"}}]})
    server = Documented(replies=with_data_stream(lifecycle))
    prepared = await prepare(server, DATASETS, Lifecycle("data_stream", 9))
    await apply(server, (*prepared.plan.changes, *prepared.plan.roll_overs), lambda _change: None)
    assert server.changes[-2:] == [f"PUT /_data_stream/{LOGS}/_lifecycle", f"POST /{LOGS}/_rollover"]


async def test_lifecycles_that_the_server_does_not_tell_are_left() -> None:
    """A small edition without that endpoint is asked for nothing more."""
    server = Documented(replies=with_data_stream(NO_HANDLER))
    prepared = await prepare(server, DATASETS, Lifecycle("data_stream", 9))
    assert "set" not in {change.action for change in prepared.plan.changes}


async def test_each_missing_type_is_one_warning() -> None:
    """A type that the server lacks is named with what takes its place and where."""
    prepared = await prepare(
        Documented("opensearch", replies={SIMULATE: REFUSED}),
        (Dataset("alert", tuple(ExportedField(f"f{number}", "wildcard", "") for number in range(5))),),
        Lifecycle("ism"),
    )
    assert [line for line in prepared.warnings if "wildcard" in line] == [
        "the server has no field type wildcard: keyword instead (f0, f1, f2 and 2 more)"
    ]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, r"^search: the credentials are rejected: check user and password, or the API key \(HTTP 401: "),
        (
            403,
            r"^search: the user is not allowed to POST /_index_template/_simulate \(HTTP 403\); `s1ecs setup --least-",
        ),
        (503, r"^search: POST /_index_template/_simulate: HTTP 503: no master; between; not elected$"),
    ],
)
async def test_refusals_are_one_line(status: int, told: str) -> None:
    """A rejected login, a missing privilege, trouble: one line each, with the server's words."""
    error = {"reason": "no\n master", "caused_by": {"reason": "between", "caused_by": {"reason": "not elected"}}}
    server = Documented(replies={SIMULATE: Reply(status, {"error": error})})
    with pytest.raises(OutputError, match=told):
        await prepare(server, DATASETS, Lifecycle("data_stream"))


async def test_first_failure_ends_the_changes() -> None:
    """What came before a failed change is told as done, what comes after is not tried."""
    bad = ("PUT", "/_component_template/s1ecs-ecs")
    server = Documented(replies={bad: Reply(400, {"error": {"reason": "too old"}})})
    prepared = await prepare(server, DATASETS, Lifecycle("data_stream"))
    made: list[str] = []
    with pytest.raises(OutputError, match="HTTP 400: too old"):
        await apply(server, prepared.plan.changes, lambda change: made.append(change.name))
    assert made == ["s1ecs-settings"]
    assert server.changes[-1] == " ".join(bad)


@pytest.mark.parametrize(
    ("health", "told"),
    [
        (Reply(200), "^search: the response is not from a search server: check hosts$"),
        (Reply(200, {"status": 7}), "^search: the response is not from a search server: check hosts$"),
        (
            Reply(404),
            r"^search: there is no search server at this address: check hosts, including the path \(HTTP 404\)$",
        ),
    ],
)
async def test_what_is_no_search_server_is_not_set_up(health: Reply, told: str) -> None:
    """Whatever takes every request, such as a web server with one page for all: one line, and nothing is sent to it."""
    server = Documented(replies={("GET", "/_cluster/health"): health})
    with pytest.raises(OutputError, match=told):
        await prepare(server, DATASETS, Lifecycle("data_stream"))
    assert len(server.seen) == 1


async def test_success_without_json_is_none() -> None:
    """An answer of 200 that is no JSON object comes from something before the server, and ends setup."""
    server = Documented(replies={("GET", "/_index_template"): Reply(200)})
    with pytest.raises(OutputError, match="GET /_index_template: the response is not from a search server"):
        await prepare(server, DATASETS, Lifecycle("data_stream"))


@pytest.mark.parametrize("said", [{"acknowledged": False}, {"status": "fine"}])
async def test_only_what_is_acknowledged_is_done(said: Any) -> None:
    """A change that the server did not acknowledge ends setup, and is not told as made."""
    bad = ("PUT", "/_component_template/s1ecs-ecs")
    server = Documented(replies={bad: Reply(200, said)})
    prepared = await prepare(server, DATASETS, Lifecycle("data_stream"))
    made: list[str] = []
    with pytest.raises(OutputError, match="did not acknowledge the request"):
        await apply(server, prepared.plan.changes, lambda change: made.append(change.name))
    assert made == ["s1ecs-settings"]
