"""ISM's policy on backing indices that exist: asked for, added, changed, as OpenSearch documents it."""

from typing import Any

import pytest

from s1ecs.ecs.field_catalog import ExportedField
from s1ecs.errors import OutputError
from s1ecs.outputs.search.client.server import Reply
from s1ecs.search_setup.apply import apply, prepare
from s1ecs.search_setup.desired_state import Dataset, Features, pieces
from s1ecs.search_setup.lifecycle import Lifecycle
from tests.unit.search_setup.server import Documented

DATASETS = (Dataset("alert", (ExportedField("sentinel_one.thing", "keyword", ""),)),)
KEPT = Lifecycle("ism", 9)
POLICY = pieces(DATASETS, Features(), KEPT)[0].body["policy"]
LOGS = "logs-sentinel_one.alert-default"
INDICES = [f".ds-{LOGS}-00000{number}" for number in range(1, 5)]
ISM = "/_plugins/_ism"


def managed(policy: str | None, number: int | None = None) -> dict[str, Any]:
    """What `explain` says of an index; what is not managed has nulls, what is not taken up yet only the policy's id."""
    found: dict[str, Any] = {"index.plugins.index_state_management.policy_id": policy, "policy_id": policy}
    return found if number is None else {**found, "policy_seq_no": number, "policy_primary_term": 1, "enabled": True}


def server(description: str, *indices: dict[str, Any], added: Reply | None = None) -> Documented:
    """A server with a data stream of these backing indices, and our policy with this description as number 7."""
    names = INDICES[: len(indices)]
    policy = {"_id": "s1ecs-logs", "_seq_no": 7, "_primary_term": 1, "policy": {"description": description}}
    listed = {"data_streams": [{"name": LOGS, "backing_indices": names}]}
    explained = {**dict(zip(names, indices, strict=True)), "total_managed_indices": 2}
    found = {
        ("GET", f"{ISM}/policies/s1ecs-logs"): Reply(200, policy),
        ("GET", "/_resolve/index/logs-sentinel_one.alert-*"): Reply(200, listed),
        ("GET", f"{ISM}/explain/{','.join(names)}"): Reply(200, explained),
        ("GET", f"/{names[-1]}/_mapping"): Reply(200, {names[-1]: {"mappings": {}}}),
    }
    if added is not None:
        found["POST", f"{ISM}/add/{names[0]}"] = added
    return Documented("opensearch", replies=found)


async def sent(documented: Documented) -> list[tuple[str, Any]]:
    """What setup sends for indices that exist: path and body."""
    prepared = await prepare(documented, DATASETS, KEPT)
    await apply(documented, prepared.plan.changes, lambda _change: None)
    return [
        (path, body) for method, path, body, _ in documented.seen if method == "POST" and path.startswith(f"{ISM}/")
    ]


BODY = {"policy_id": "s1ecs-logs"}


async def test_indices_older_than_the_policy_get_it() -> None:
    """Only those without any policy: another's policy stays, and one that is ours already is not added again."""
    found = await sent(server(POLICY["description"], managed(None), managed("theirs", 3), managed("s1ecs-logs", 7)))
    assert found == [(f"{ISM}/add/{INDICES[0]}", BODY)]


async def test_a_changed_policy_goes_to_the_indices_that_have_the_older_version() -> None:
    """Each managed index keeps the version that it began with; what ISM did not take up yet takes the newest itself."""
    documented = server(
        "older (managed_by: s1ecs, version: 0, digest: 1)",
        managed("s1ecs-logs", 7),
        managed("s1ecs-logs", 5),
        managed("theirs", 3),
        managed("s1ecs-logs"),
    )
    assert await sent(documented) == [(f"{ISM}/change_policy/{INDICES[0]},{INDICES[1]}", BODY)]
    paths = [f"{method} {path}" for method, path, _, _ in documented.seen]
    assert paths.index(f"PUT {ISM}/policies/s1ecs-logs") < paths.index(
        f"POST {ISM}/change_policy/{INDICES[0]},{INDICES[1]}"
    )


async def test_indices_that_missed_a_change_get_it_later() -> None:
    """A setup that was interrupted after the policy goes on with its indices; with none left it sends nothing."""
    assert await sent(server(POLICY["description"], managed("s1ecs-logs", 5), managed("s1ecs-logs", 7))) == [
        (f"{ISM}/change_policy/{INDICES[0]}", BODY)
    ]
    assert await sent(server(POLICY["description"], managed("s1ecs-logs", 7))) == []


async def test_policy_of_someone_else_goes_nowhere() -> None:
    """Where a policy of our name is not ours, indices are left as they are."""
    assert await sent(server("somebody's", managed(None))) == []


async def test_indices_that_ism_could_not_do_are_told() -> None:
    """An answer that tells of failures ends setup with ISM's reason."""
    failed = {"index_name": INDICES[0], "reason": "This index has not been initialized (yet)"}
    answer = Reply(200, {"updated_indices": 0, "failures": True, "failed_indices": [failed]})
    documented = server(POLICY["description"], managed(None), added=answer)
    with pytest.raises(OutputError, match="This index has not been initialized"):
        await sent(documented)


async def test_many_indices_are_asked_for_in_parts() -> None:
    """No request's line becomes longer than servers take, however many backing indices there are."""
    names = [f".ds-logs-sentinel_one.application_risk-{'n' * 60}-{number:06}" for number in range(100)]
    listed = {"data_streams": [{"name": LOGS, "backing_indices": names}]}

    class Many(Documented):
        """Answers `explain` for whatever it names."""

        async def request(self, method: str, path: str, *rest: Any, **more: Any) -> Reply:
            """Explain, or answer as the other."""
            if path.startswith(f"{ISM}/explain/"):
                self.seen.append((method, path, None, None))
                return Reply(200, {name: managed(None) for name in path.rpartition("/")[2].split(",")})
            return await super().request(method, path, *rest, **more)

    documented = Many("opensearch", replies={("GET", "/_resolve/index/logs-sentinel_one.alert-*"): Reply(200, listed)})
    added = [path.rpartition("/")[2].split(",") for path, _ in await sent(documented)]
    assert [name for some in added for name in some] == names
    assert max(len(path) for _, path, _, _ in documented.seen) < 4_000
