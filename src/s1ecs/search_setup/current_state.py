"""Current state of a server: templates and policies by name, data streams and their newest mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from s1ecs.outputs.search.admin_requests import ask, find, good, lacks
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.search_setup import lifecycle, names
from s1ecs.search_setup.latest_indices import LatestIndex, read_latest
from s1ecs.search_setup.lifecycle import Lifecycle


@dataclass(frozen=True)
class Managed:
    """ISM's view of a backing index: its policy ("" is none) and the policy's version (None: not taken up yet)."""

    index: str
    policy: str = ""
    version: tuple[int, int] | None = None


@dataclass(frozen=True)
class DataStream:
    """A data stream: the mark in its newest backing index's mapping, and how its documents go.

    `lifecycle` is its own, None where it is not to be known; `managed` are its backing indices where ISM is asked for.
    """

    name: str
    mapping_digest: str = ""
    lifecycle: Mapping[str, Any] | None = None
    managed: tuple[Managed, ...] = ()


@dataclass(frozen=True)
class Policy:
    """The lifecycle policy as it lies there; `query` is what a request that replaces it must say.

    `version` are the sequence number and primary term of an ISM policy.
    """

    meta: Mapping[str, Any]
    query: Mapping[str, str] = field(default_factory=dict)
    version: tuple[int, int] | None = None


@dataclass(frozen=True)
class There:
    """Current state of the server. Component and index templates as the server returns them, by name.

    `has_policies`: it has the endpoint of the lifecycle policies that are wanted.
    """

    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    policy: Policy | None = None
    has_policies: bool = True
    data_streams: tuple[DataStream, ...] = ()
    latest: tuple[LatestIndex, ...] = ()


async def read(server: SearchServer, streams: Sequence[str], kept: Lifecycle) -> There:
    """Read all that concerns these streams; changes nothing."""
    found = await find(server, "/_component_template/s1ecs-*") or {}
    components = {each["name"]: each["component_template"] for each in found.get("component_templates", ())}
    # All of them: which one an index gets is decided among all whose patterns fit.
    found = await find(server, "/_index_template") or {}
    templates = {each["name"]: each["index_template"] for each in found.get("index_templates", ())}
    has_policies, policy = await _policy(server, kept)
    asked_ism = kept.way == "ism" and has_policies
    data_streams = await _data_streams(server, streams, kept, asked_ism=asked_ism)
    return There(components, templates, policy, has_policies, data_streams, await read_latest(server, streams))


async def _policy(server: SearchServer, kept: Lifecycle) -> tuple[bool, Policy | None]:
    if kept.way == "data_stream":
        return True, None
    path = lifecycle.ILM_PATH if kept.way == "ilm" else lifecycle.ISM_PATH
    reply = await server.request("GET", path)
    if lacks(reply):
        return False, None
    if reply.status == 404:  # noqa: PLR2004 - HTTP: no such policy
        return True, None
    body = good(server, "GET", path, reply).body
    if kept.way == "ilm":
        return True, Policy(body[names.POLICY]["policy"].get("_meta", {}))
    query = {"if_seq_no": str(body["_seq_no"]), "if_primary_term": str(body["_primary_term"])}
    return True, Policy(lifecycle.ism_meta(body["policy"]), query, (body["_seq_no"], body["_primary_term"]))


async def _data_streams(
    server: SearchServer, streams: Sequence[str], kept: Lifecycle, *, asked_ism: bool
) -> tuple[DataStream, ...]:
    # The list by `_data_stream` is missing in small editions; this one is in all.
    found = await ask(server, "GET", f"/_resolve/index/{','.join(map(names.logs_pattern, streams))}")
    made = []
    for each in found.get("data_streams", ()):
        indices = each["backing_indices"]
        newest = indices[-1]
        mapping = (await find(server, f"/{newest}/_mapping") or {}).get(newest, {}).get("mappings", {})
        digest = mapping.get("_meta", {}).get("digest", "")
        lifecycle = await _lifecycle(server, each["name"], kept)
        made.append(DataStream(each["name"], digest, lifecycle, await _managed(server, indices) if asked_ism else ()))
    return tuple(made)


async def _lifecycle(server: SearchServer, data_stream: str, kept: Lifecycle) -> Mapping[str, Any] | None:
    if kept.way != "data_stream":
        return None
    path = f"/_data_stream/{data_stream}/_lifecycle"
    reply = await server.request("GET", path)
    if lacks(reply):
        return None
    found: Sequence[Mapping[str, Any]] = good(server, "GET", path, reply).body.get("data_streams", ())
    return next((each.get("lifecycle", {}) for each in found), {})


async def _managed(server: SearchServer, indices: Sequence[str]) -> tuple[Managed, ...]:
    found: dict[str, Any] = {}
    for some in lifecycle.in_requests(indices):
        found |= await ask(server, "GET", f"{lifecycle.ISM_EXPLAIN}/{','.join(some)}")
    return tuple(_of_index(name, found.get(name, {})) for name in indices)


def _of_index(name: str, about: Mapping[str, Any]) -> Managed:
    policy = about.get("policy_id") or about.get("index.plugins.index_state_management.policy_id") or ""
    number, term = about.get("policy_seq_no"), about.get("policy_primary_term")
    return Managed(name, policy, (number, term) if isinstance(number, int) and isinstance(term, int) else None)
