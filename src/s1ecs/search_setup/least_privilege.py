"""The least that a login may do so that collecting works, and the least for `setup`: roles and requests, as data.

Elasticsearch: security privileges. OpenSearch: permissions and action groups of the security plugin.
"""

from typing import Any

from s1ecs.outputs.search.client.server import ServerKind
from s1ecs.search_setup.lifecycle import LifecycleKind

_LOGS = "logs-sentinel_one.*"
_LATEST = "sentinel_one-*-latest-*"
_COLLECT = "s1ecs_collect"
_SETUP = "s1ecs_setup"


def requests(kind: ServerKind, way: LifecycleKind) -> list[dict[str, Any]]:
    """List the requests that an administrator sends once, each with its purpose."""
    return _elasticsearch(way) if kind == "elasticsearch" else _opensearch()


def _elasticsearch(way: LifecycleKind) -> list[dict[str, Any]]:
    collect = {
        "cluster": ["monitor"],
        "indices": [
            # auto_configure makes the data stream with its first document; create_doc writes new documents and can
            # change none; read finds those that are there already; maintenance refreshes before it looks.
            _index(_LOGS, "auto_configure", "create_doc", "read", "view_index_metadata", "maintenance"),
            # The latest state of a thing replaces the one before; of events and findings the old ones are removed.
            _index(_LATEST, "auto_configure", "index", "delete", "read", "view_index_metadata", "maintenance"),
        ],
    }
    policies = ["manage_ilm"] if way == "ilm" else []
    setup = {
        # The pipelines of Elastic's integration and the documents that are there tell which layout fits.
        "cluster": ["monitor", "manage_index_templates", "read_pipeline", *policies],
        # An index of latest states gets new fields and names in place.
        "indices": [_index(_LOGS, "manage", "read", "view_index_metadata"), _index(_LATEST, "manage")],
    }
    return [
        _request("the role for collecting", "PUT", f"/_security/role/{_COLLECT}", collect),
        _request("the role for setup", "PUT", f"/_security/role/{_SETUP}", setup),
        _request(
            "an API key for collecting, instead of a user with the role; `encoded` in the response is api_key",
            "POST",
            "/_security/api_key",
            {"name": "s1ecs", "role_descriptors": {_COLLECT: collect}},
        ),
    ]


def _index(pattern: str, *privileges: str) -> dict[str, Any]:
    return {"names": [pattern], "privileges": list(privileges)}


_SEEN = [
    "indices:admin/get",
    "indices:admin/resolve/index",
    "indices:admin/data_stream/get",
    "indices:admin/mappings/get",
    "indices:monitor/settings/get",
    "indices:monitor/stats",
]


def _opensearch() -> list[dict[str, Any]]:
    write = ["indices:data/write/index", "indices:data/write/bulk*", "indices:admin/mapping/put"]
    made = ["create_index", "indices:admin/auto_create", "indices:admin/data_stream/create"]
    collect = {
        # Bulk and multi-search are asked for at the cluster before their parts are at the indices.
        "cluster_permissions": ["cluster_composite_ops", "cluster_monitor", "indices:admin/index_template/get"],
        "index_permissions": [
            {
                "index_patterns": [_LOGS, _LATEST],
                "allowed_actions": [*made, *write, "read", "indices:admin/refresh*", *_SEEN],
            },
            # Of events and findings old states are removed.
            {"index_patterns": [_LATEST], "allowed_actions": ["indices:data/write/delete*"]},
        ],
    }
    setup = {
        "cluster_permissions": [
            "cluster_monitor",
            "cluster:admin/component_template/*",
            "cluster:admin/ingest/pipeline/get",
            "indices:admin/index_template/*",
            "cluster:admin/opendistro/ism/policy/*",
            "cluster:admin/opendistro/ism/managedindex/*",
        ],
        "index_permissions": [
            {
                "index_patterns": [_LOGS, _LATEST],
                "allowed_actions": ["indices:admin/rollover", "create_index", "indices:data/read/search", *_SEEN],
            },
            # An index of latest states gets new fields and names in place.
            {"index_patterns": [_LATEST], "allowed_actions": ["indices:admin/mapping/put", "indices:admin/aliases"]},
            # The policy of backing indices that exist.
            {"index_patterns": [_LOGS, f".ds-{_LOGS}"], "allowed_actions": ["indices:admin/opensearch/ism/*"]},
        ],
    }
    path = "/_plugins/_security/api/roles"
    return [
        _request("the role for collecting", "PUT", f"{path}/{_COLLECT}", collect),
        _request("the role for setup", "PUT", f"{path}/{_SETUP}", setup),
        _request(
            "assign the role for collecting to the user s1ecs",
            "PUT",
            f"/_plugins/_security/api/rolesmapping/{_COLLECT}",
            {"users": ["s1ecs"]},
        ),
    ]


def _request(purpose: str, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"for": purpose, "method": method, "path": path, "body": body}
