"""The roles that collecting and setup need, held against what their requests ask for in each server's reference."""

from typing import Any

from s1ecs.search_setup.least_privilege import requests


def body(found: list[dict[str, Any]], path: str) -> Any:
    """The body of the request with this path."""
    return next(request["body"] for request in found if request["path"] == path)


def test_collecting_on_elasticsearch_writes_and_changes_nothing() -> None:
    """In data streams collecting may make documents but neither change nor delete one, nor touch templates."""
    role = body(requests("elasticsearch", "data_stream"), "/_security/role/s1ecs_collect")
    logs, latest = role["indices"]
    assert logs["names"] == ["logs-sentinel_one.*"]
    assert set(logs["privileges"]) == {"auto_configure", "create_doc", "read", "view_index_metadata", "maintenance"}
    assert latest["names"] == ["sentinel_one-*-latest-*"]
    writes = {"auto_configure", "index", "delete"}
    assert set(latest["privileges"]) == {*writes, "read", "view_index_metadata", "maintenance"}
    assert role["cluster"] == ["monitor"]


def test_api_key_has_the_role_of_collecting() -> None:
    """The API key may do what the role may, no more."""
    found = requests("elasticsearch", "data_stream")
    key = body(found, "/_security/api_key")
    assert list(key["role_descriptors"].values()) == [body(found, "/_security/role/s1ecs_collect")]


def test_setup_manages_policies_only_with_ilm() -> None:
    """The privilege for ILM is asked for only where the settings choose it."""
    for way, wanted in (("data_stream", False), ("ilm", True)):
        role = body(requests("elasticsearch", way), "/_security/role/s1ecs_setup")  # type: ignore[arg-type]
        assert ("manage_ilm" in role["cluster"]) is wanted
        assert "manage_index_templates" in role["cluster"]


def test_opensearch_has_roles_of_its_security_plugin() -> None:
    """For OpenSearch the roles are in the form of its plugin, and collecting may delete nothing."""
    found = requests("opensearch", "ism")
    role = body(found, "/_plugins/_security/api/roles/s1ecs_collect")
    assert set(role) == {"cluster_permissions", "index_permissions"}
    allowed = role["index_permissions"][0]["allowed_actions"]
    assert not [action for action in allowed if "delete" in action or action in {"*", "indices_all", "crud", "manage"}]
    assert {"create_index", "read", "indices:data/write/bulk*", "indices:admin/mapping/put"} <= set(allowed)
    assert body(found, "/_plugins/_security/api/rolesmapping/s1ecs_collect") == {"users": ["s1ecs"]}
