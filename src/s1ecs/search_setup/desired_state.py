"""Desired state of a server: every template and policy with its body, in the order of installation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from s1ecs.ecs.field_catalog import ExportedField
from s1ecs.ecs.index_mapping import Dialect, base_fields, mapping, own_mapping
from s1ecs.outputs.search.names import latest_template, logs_template
from s1ecs.search_setup import lifecycle, names
from s1ecs.search_setup.lifecycle import Lifecycle

ArtifactKind = Literal["lifecycle policy", "component template", "index template"]

_MOST_FIELDS = 2000  # an index of ours has at most some 400; the rest is for those who map more themselves


@dataclass(frozen=True)
class Dataset:
    """A stream as setup needs it: its fields, the values that its indices hold themselves, and whether it has things.

    `latest`: indices of the latest state of each thing are wanted too; `latest_shown`: searches over `logs-*` find
    them; `finding_alias`: a further name of theirs, `finding_fields`: further names of their fields. `tells_layout`:
    the `ecs.version` of its documents tells their layout.
    """

    name: str
    fields: tuple[ExportedField, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    latest: bool = False
    latest_shown: bool = False
    finding_alias: str = ""
    finding_fields: Mapping[str, str] = field(default_factory=dict)
    tells_layout: bool = False


@dataclass(frozen=True)
class Features:
    """Features of a server: types and parameters of mappings, index settings, kinds of retention."""

    dialect: Dialect = field(default_factory=Dialect)
    settings: frozenset[str] = frozenset()
    lifecycle: bool = True


# Settings that not every server has, each with what it is for.
WHERE_KNOWN: Mapping[str, Any] = MappingProxyType(
    {
        # Should someone set `dynamic` to true: new fields beyond the limit are then passed over, not refused.
        "index.mapping.total_fields.ignore_dynamic_beyond_limit": True,
        # Elasticsearch's logs mode would otherwise make _source anew from the fields, with lists sorted.
        "index.mapping.source.mode": "stored",
    }
)


@dataclass(frozen=True)
class Artifact:
    """One template or policy: where it goes, what it is. `body` bears the mark of s1ecs.

    `stream` is whose it is ("" for all), `needs` the component templates that must be there, `pattern` what an index
    template is for, `mapping_digest` how an index that it makes is known again. `properties` and `aliases` are those
    that an index template of latest states gives to a new index.
    """

    kind: ArtifactKind
    name: str
    path: str
    body: Mapping[str, Any]
    stream: str = ""
    needs: tuple[str, ...] = ()
    pattern: str = ""
    mapping_digest: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, Any] = field(default_factory=dict)


def pieces(datasets: Sequence[Dataset], features: Features, kept: Lifecycle | None) -> tuple[Artifact, ...]:
    """All that these streams need; `kept` None installs no retention."""
    shared_mapping = mapping(base_fields(), features.dialect, {})
    return (
        *_policies(datasets, kept),
        _component(names.SETTINGS_COMPONENT, {"settings": _settings(features)}),
        _component(names.ECS_COMPONENT, {"mappings": shared_mapping}),
        *(piece for dataset in datasets for piece in _of_dataset(dataset, features, shared_mapping, kept)),
    )


def with_priority(piece: Artifact, priority: int) -> Artifact:
    """The same index template at another priority."""
    body = {name: value for name, value in piece.body.items() if name != "_meta"} | {"priority": priority}
    return replace(piece, body=body | {"_meta": names.meta(body)})


def _policies(datasets: Iterable[Dataset], kept: Lifecycle | None) -> tuple[Artifact, ...]:
    if kept is None or kept.way == "data_stream":
        return ()
    if kept.way == "ilm":
        body = lifecycle.ilm_policy(kept)
        body = {"policy": {"_meta": names.meta(body), **body["policy"]}}
        return (Artifact("lifecycle policy", names.POLICY, lifecycle.ILM_PATH, body),)
    body = lifecycle.ism_policy(kept, [names.logs_pattern(dataset.name) for dataset in datasets])
    body = lifecycle.marked_ism(body, names.digest(body))
    return (Artifact("lifecycle policy", names.POLICY, lifecycle.ISM_PATH, body),)


def _settings(features: Features) -> dict[str, Any]:
    known = {name: value for name, value in WHERE_KNOWN.items() if name in features.settings}
    return {"index.codec": "best_compression", "index.mapping.total_fields.limit": _MOST_FIELDS, **known}


def _component(name: str, template: Mapping[str, Any], stream: str = "") -> Artifact:
    body = {"template": template}
    path = f"/_component_template/{name}"
    return Artifact("component template", name, path, {**body, "_meta": names.meta(body)}, stream)


def _of_dataset(
    dataset: Dataset, features: Features, shared_mapping: Mapping[str, Any], kept: Lifecycle | None
) -> Iterable[Artifact]:
    fields = mapping(dataset.fields, features.dialect, constants(dataset))
    mark = own_mapping(features.dialect, latest=False) if dataset.latest else None
    digest = names.digest({"shared": shared_mapping, "own": fields, **({"mark": mark} if mark else {})})
    fields["_meta"] = {"managed_by": names.MANAGED_BY, "version": names.VERSION, "digest": digest}
    component = names.stream_component(dataset.name)
    yield _component(component, {"mappings": fields}, dataset.name)
    composed = (names.SETTINGS_COMPONENT, names.ECS_COMPONENT, component)
    template: dict[str, Any] = {"mappings": mark} if mark else {}
    if kept is not None and kept.way == "data_stream":
        template["lifecycle"] = lifecycle.lifecycle(kept)
    elif kept is not None and kept.way == "ilm":
        template["settings"] = {"index.lifecycle.name": names.POLICY}
    more = {"data_stream": {}, **({"template": template} if template else {})}

    def template_of(name: str, pattern: str, more: Mapping[str, Any]) -> Artifact:
        body = {"index_patterns": [pattern], "priority": names.PRIORITY, "composed_of": list(composed), **more}
        body |= {"_meta": names.meta(body)}
        path = f"/_index_template/{name}"
        return Artifact("index template", name, path, body, dataset.name, composed, pattern, digest)

    yield template_of(logs_template(dataset.name), names.logs_pattern(dataset.name), more)
    if dataset.latest:
        latest = _latest(dataset, features)
        made = template_of(latest_template(dataset.name), names.latest_pattern(dataset.name), {"template": latest})
        composed_mappings = (shared_mapping, fields, latest.get("mappings", {}))
        yield replace(made, properties=_composed(composed_mappings), aliases=latest["aliases"])


def _composed(mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge the properties of mappings, the later above the earlier, as a server does for a new index."""
    found: dict[str, Any] = {}
    for each in mappings:
        for name, about in each.get("properties", {}).items():
            both = [there for there in (found.get(name), about) if there is not None and "properties" in there]
            found[name] = {**about, "properties": _composed(both)} if both else about
    return found


def _latest(dataset: Dataset, features: Features) -> dict[str, Any]:
    """The part of an index template of latest states that is its own: names, and the mark.

    A hidden name is found as it is, not by one with an asterisk: Elastic's dashboards of most streams count what they
    find in all logs, and would count these documents twice.
    """
    own: dict[str, Any] = {} if dataset.latest_shown else {"is_hidden": True}
    aliases = {names.latest_alias(dataset.name): own}
    if dataset.finding_alias:
        aliases[dataset.finding_alias] = {}
    mappings = own_mapping(features.dialect, latest=True, names=dataset.finding_fields)
    return {"aliases": aliases, **({"mappings": mappings} if mappings else {})}


def constants(dataset: Dataset) -> dict[str, str]:
    """The values that are the same in all documents of a stream."""
    full = f"sentinel_one.{dataset.name}"
    return {
        "data_stream.dataset": full,
        "data_stream.type": "logs",
        "event.dataset": full,
        "event.module": "sentinel_one",
        **dataset.constants,
    }
