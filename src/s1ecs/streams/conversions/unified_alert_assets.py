"""Host, cloud, container and cluster, from a unified alert's first asset."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from s1ecs.ecs import converters, empty_values, related
from s1ecs.ecs.table import Found, Inner

_ADDRESSES = ("console_ip_address", "ip_v4", "ip_v6")
_OF_CLOUD: Mapping[str, str] = MappingProxyType(
    {
        # The console gives an id; Elastic's integration puts it here.
        "account_id": "cloud.account.name",
        "cloud_provider": "cloud.provider",
        "instance_id": "cloud.instance.id",
        "instance_size": "cloud.machine.type",
        "location": "cloud.region",
    }
)
# Of the accounts the last counts.
_OF_PROVIDER: Mapping[str, str] = MappingProxyType(
    {
        "account_id": "cloud.account.id",
        "project_id": "cloud.project.id",
        "service_account": "cloud.account.id",
        "subscription_id": "cloud.account.id",
    }
)
_OF_CLUSTER: Mapping[str, str] = MappingProxyType(
    {
        "cluster_name": "orchestrator.cluster.name",
        "container_id": "container.id",
        "container_image_name": "container.image.name",
        "container_name": "container.name",
        "controller_type": "orchestrator.resource.parent.type",
        "namespace_name": "orchestrator.namespace",
        "pod_labels": "orchestrator.resource.label",
        "pod_name": "orchestrator.resource.name",
    }
)

# The keys whose values are texts and numbers where a record is as usual.
KEYS = frozenset(
    {"agent_uuid", "agent_version", "id", "last_logged_in_user", "name", "os_name", "os_revision", "os_type"}
    | {"subcategory", *_ADDRESSES, *_OF_CLOUD, *_OF_PROVIDER, *_OF_CLUSTER}
)
# The keys at which an empty text is not the same as nothing: it is no object, or takes an earlier text's place.
EMPTY_COUNTS = frozenset({"asset", "cloud", "kubernetes", "provider_details", *_OF_PROVIDER})

_AT_DETECTION = "detection_time.assets"

FIELDS = (
    Inner("observer.serial_number", "keyword", "UUID of the first asset's agent.", "assets.agent_uuid"),
    Inner("observer.version", "keyword", "Version of the first asset's agent.", "assets.agent_version"),
    Inner("host.name", "keyword", "Name of the first asset.", "assets.name"),
    Inner("host.type", "keyword", "Finer kind of the first asset, such as Laptop.", "assets.subcategory"),
    *(
        Inner("host.ip", "ip", "Addresses of the first asset at detection.", f"{_AT_DETECTION}.asset.{key}")
        for key in ("console_ip_address", "ip_v4", "ip_v6")
    ),
    Inner("host.os.name", "keyword", "Name of the operating system at detection.", f"{_AT_DETECTION}.asset.os_name"),
    Inner(
        "host.os.version",
        "keyword",
        "Revision of the operating system at detection.",
        f"{_AT_DETECTION}.asset.os_revision",
    ),
    Inner(
        "host.os.type",
        "keyword",
        "Operating system at detection, as one of the ECS words; with it cloud, container and cluster stay unset.",
        f"{_AT_DETECTION}.asset.os_type",
    ),
    Inner("cloud.account.name", "keyword", "Id of the cloud account.", f"{_AT_DETECTION}.cloud.account_id"),
    Inner("cloud.provider", "keyword", "Cloud that the asset runs in.", f"{_AT_DETECTION}.cloud.cloud_provider"),
    Inner("cloud.instance.id", "keyword", "Id of the cloud instance.", f"{_AT_DETECTION}.cloud.instance_id"),
    Inner("cloud.machine.type", "keyword", "Size of the cloud instance.", f"{_AT_DETECTION}.cloud.instance_size"),
    Inner("cloud.region", "keyword", "Region or zone of the instance.", f"{_AT_DETECTION}.cloud.location"),
    *(
        Inner(
            "cloud.account.id",
            "keyword",
            "Account, service account or subscription of the instance.",
            f"{_AT_DETECTION}.cloud.provider_details.{key}",
        )
        for key in ("account_id", "service_account", "subscription_id")
    ),
    Inner(
        "cloud.project.id",
        "keyword",
        "Project of the instance.",
        f"{_AT_DETECTION}.cloud.provider_details.project_id",
    ),
    Inner(
        "orchestrator.cluster.name",
        "keyword",
        "Name of the Kubernetes cluster.",
        f"{_AT_DETECTION}.kubernetes.cluster_name",
    ),
    Inner("container.id", "keyword", "Id of the container.", f"{_AT_DETECTION}.kubernetes.container_id"),
    Inner(
        "container.image.name",
        "keyword",
        "Image that the container runs.",
        f"{_AT_DETECTION}.kubernetes.container_image_name",
    ),
    Inner("container.name", "keyword", "Name of the container.", f"{_AT_DETECTION}.kubernetes.container_name"),
    Inner(
        "orchestrator.resource.parent.type",
        "keyword",
        "Kind of the Kubernetes controller.",
        f"{_AT_DETECTION}.kubernetes.controller_type",
    ),
    Inner(
        "orchestrator.namespace",
        "keyword",
        "Kubernetes namespace of the pod.",
        f"{_AT_DETECTION}.kubernetes.namespace_name",
    ),
    Inner(
        "orchestrator.resource.label",
        "keyword",
        "Labels of the Kubernetes pod.",
        f"{_AT_DETECTION}.kubernetes.pod_labels",
    ),
    Inner(
        "orchestrator.resource.name",
        "keyword",
        "Name of the Kubernetes pod.",
        f"{_AT_DETECTION}.kubernetes.pod_name",
    ),
)


def first_assets(record: dict[str, Any], found: Found) -> None:
    """Set what the first member of `assets` and of `detection_time.assets` tells.

    What is of the wrong type ends the work there, with one text. Appends to `related.*` are not checked for doubles.
    """
    detection = record.get("detection_time")
    try:
        _asset(_first(record.get("assets")), found)
        _asset_at_detection(_first(detection.get("assets") if isinstance(detection, dict) else None), found)
    except (converters.Bad, converters.WholeRecordFailure) as failure:
        found.problems.append(str(failure))


def _asset(asset: dict[str, Any], found: Found) -> None:
    _set(found, asset, {"agent_uuid": "observer.serial_number", "agent_version": "observer.version"})
    _append(found.related["hosts"], asset.get("id"))
    _append(found.related["hosts"], asset.get("name"))
    _set(found, asset, {"name": "host.name", "subcategory": "host.type"})
    _append(found.related["user"], asset.get("last_logged_in_user"))


def _asset_at_detection(detected: dict[str, Any], found: Found) -> None:
    asset = _object(detected.get("asset"))
    for key in _ADDRESSES:
        _append(found.fields.setdefault("host.ip", []), asset.get(key))
        _append(found.related["ip"], asset.get(key))
    _append(found.related["user"], asset.get("last_logged_in_user"))
    _set(found, asset, {"os_name": "host.os.name", "os_revision": "host.os.version"})
    if asset.get("os_type") is not None:
        system = converters.os_type(asset["os_type"])
        if system is not None:
            found.fields["host.os.type"] = system
            # Elastic's pipeline stops here, and its expected documents hold it to that.
            return
    cloud = _object(detected.get("cloud"))
    if cloud:
        _set(found, cloud, _OF_CLOUD)
        _set(found, _object(cloud.get("provider_details")), _OF_PROVIDER)
    cluster = _object(detected.get("kubernetes"))
    if cluster:
        _set(found, cluster, _OF_CLUSTER)


def _set(found: Found, part: Mapping[str, Any], targets: Mapping[str, str]) -> None:
    """Set each target whose key is not null; an empty text is set too and so takes an earlier one's place."""
    fields = found.fields
    for key, target in targets.items():
        value = part.get(key)
        if value is not None:
            fields[target] = value


def _append(texts: list[str], value: Any) -> None:
    if value is None:
        return
    if type(value) is str:
        if value:
            texts.append(value)
        return
    try:
        texts += related.texts(value)
    except converters.Bad:
        # The row of the whole alert has named what has no text form.
        texts += related.texts(empty_values.whole(value, []))


def _first(members: Any) -> dict[str, Any]:
    return _object(members[0]) if isinstance(members, list) and members else {}


def _object(value: Any) -> dict[str, Any]:
    """An object; an empty one for null; raise Bad for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise converters.Bad(f"[{converters.shown(converters.exactly(value))}] is not an object")
    return value
