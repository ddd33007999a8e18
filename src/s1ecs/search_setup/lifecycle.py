"""Retention of documents: a data stream's own lifecycle, an ILM policy, or an ISM policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from s1ecs.search_setup.names import POLICY, PRIORITY, VERSION

LifecycleKind = Literal["data_stream", "ilm", "ism"]

_LARGEST_SHARD = "50gb"
# Days between two backing indices by days of retention, as Elasticsearch's data-stream lifecycle has them. A backing
# index goes as a whole, so its span is what documents may stay longer than asked for.
_SPANS = ((14, 1), (90, 7))
_LONGEST_SPAN = 30

ILM_PATH = f"/_ilm/policy/{POLICY}"
ISM_PATH = f"/_plugins/_ism/policies/{POLICY}"
# Of indices that exist: a policy's template is for new ones, and each keeps the version that it began with.
ISM_EXPLAIN = "/_plugins/_ism/explain"
ISM_ADD = "/_plugins/_ism/add"
ISM_CHANGE = "/_plugins/_ism/change_policy"
_INDICES_AT_ONCE = 30  # their names stand in the request's line, of 4,096 bytes at most
_ISM_MARK = "managed_by: s1ecs, version: "


@dataclass(frozen=True)
class Lifecycle:
    """Lifecycle of backing indices; `keep_days` None keeps all documents."""

    way: LifecycleKind
    keep_days: int | None = None


def lifecycle(retention: Lifecycle) -> dict[str, Any]:
    """The `lifecycle` of an index template or a data stream (Elasticsearch's data-stream lifecycle)."""
    kept = {} if retention.keep_days is None else {"data_retention": f"{retention.keep_days}d"}
    return {"enabled": True, **kept}


def ilm_policy(retention: Lifecycle) -> dict[str, Any]:
    """The body of `PUT _ilm/policy/s1ecs-logs` but for its mark; a document's age counts from the rollover."""
    rollover = {"max_primary_shard_size": _LARGEST_SHARD, "max_age": f"{_span(retention.keep_days)}d"}
    phases: dict[str, Any] = {"hot": {"min_age": "0ms", "actions": {"rollover": rollover}}}
    if retention.keep_days is not None:
        phases["delete"] = {"min_age": f"{retention.keep_days}d", "actions": {"delete": {}}}
    return {"policy": {"phases": phases}}


def ism_policy(retention: Lifecycle, patterns: Sequence[str]) -> dict[str, Any]:
    """The body of `PUT _plugins/_ism/policies/s1ecs-logs` but for its mark.

    `ism_template` gives it to new backing indices of the data streams of these patterns.
    """
    rollover = {"min_primary_shard_size": _LARGEST_SHARD, "min_index_age": f"{_span(retention.keep_days)}d"}
    hot: dict[str, Any] = {"name": "hot", "actions": [{"rollover": rollover}], "transitions": []}
    states = [hot]
    if retention.keep_days is not None:
        aged = {"min_rollover_age": f"{retention.keep_days}d"}
        hot["transitions"] = [{"state_name": "delete", "conditions": aged}]
        states.append({"name": "delete", "actions": [{"delete": {}}], "transitions": []})
    template = {"index_patterns": list(patterns), "priority": PRIORITY}
    return {"policy": {"default_state": "hot", "states": states, "ism_template": [template]}}


def ism_description(version: int, digest: str) -> str:
    """The mark of an ISM policy, which has no `_meta`."""
    return f"Rollover and retention of s1ecs ({_ISM_MARK}{version}, digest: {digest})"


def ism_meta(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The mark that an ISM policy's description holds; empty if it is not ours."""
    _, found, rest = str(policy.get("description", "")).partition(_ISM_MARK)
    version, _, digest = rest.rstrip(")").partition(", digest: ")
    if not found or not version.isdigit():
        return {}
    return {"managed_by": "s1ecs", "version": int(version), "digest": digest}


def marked_ism(body: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """An ISM policy with its mark."""
    return {"policy": {"description": ism_description(VERSION, digest), **body["policy"]}}


def in_requests(indices: Sequence[str]) -> list[Sequence[str]]:
    """These indices in as many parts as there must be requests."""
    return [indices[start : start + _INDICES_AT_ONCE] for start in range(0, len(indices), _INDICES_AT_ONCE)]


def _span(keep_days: int | None) -> int:
    if keep_days is None:
        return _LONGEST_SPAN
    return next((span for most, span in _SPANS if keep_days <= most), _LONGEST_SPAN)
