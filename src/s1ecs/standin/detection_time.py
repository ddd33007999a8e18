"""State of agent, cloud and Kubernetes when a unified alert was detected."""

from collections.abc import Callable, Mapping
from random import Random

from s1ecs.standin import invent, words
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host

_SHARE_IN_CLOUD = 0.6
_SIZES = {"AWS": "m5.large", "Azure": "Standard_D4s_v5", "GCP": "e2-standard-4"}
_LOCATIONS = {"AWS": "eu-central-1", "Azure": "westeurope", "GCP": "us-central1-f"}
_KUBERNETES = (
    "clusterName", "containerId", "containerImageName", "containerLabels", "containerName", "controllerLabels",
    "controllerName", "controllerType", "namespaceLabels", "namespaceName", "nodeLabels", "nodeName", "podLabels",
    "podName",
)  # fmt: skip


def asset(random: Random, host: Host) -> JsonObject:
    """Return the host as one of `detectionTime.assets`; in a cloud the agent's own part is often missing."""
    cloud = _cloud(random, host) if host.system.family == "linux" or host.machine_type == "server" else None
    is_bare = host.cluster is not None or (cloud is not None and random.randrange(2) == 0)
    return {
        "accessible": host.is_active,
        "asset": None if is_bare else _agent(random, host, is_known=cloud is None or random.randrange(2) == 0),
        "cloud": cloud,
        "kubernetes": _kubernetes(random, host),
        "origin": "RESOURCES",
        "scope": scope_names(host),
    }


def scope_names(host: Host) -> JsonObject:
    """Return where the host belongs."""
    site = host.group.site
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "groupName": host.group.name,
        "siteName": site.name,
    }


def system_word(host: Host) -> str:
    """Return the operating system as unified alerts write it."""
    return {"windows": "WINDOWS", "osx": "MACOS"}.get(host.system.family, "LINUX")


def _agent(random: Random, host: Host, *, is_known: bool) -> JsonObject:
    return {
        "agentVersion": host.version,
        "consoleIpAddress": invent.outer_address(random),
        "domain": words.DOMAIN if host.system.family == "windows" else None,
        "ipV4": host.address,
        "ipV6": None if random.randrange(3) else f"2001:db8::{host.number % 0xFFFF + 1:x}",
        "lastLoggedInUser": host.person.login,
        "osName": host.system.name,
        "osRevision": host.system.revision,
        "osType": system_word(host) if is_known else "UNKNOWN",
        "policy": random.choice(("Default", None)),
        "subscriptionTime": random.choice((invent.time_text(host.story.registered), "", None)),
    }


def _cloud(random: Random, host: Host) -> JsonObject | None:
    if random.random() >= _SHARE_IN_CLOUD:
        return None
    provider = random.choice(tuple(_PROVIDERS))
    instance = f"i-{invent.hexadecimal(random, 17)}"
    tags = [f"site={host.group.site.name}", "owner=platform"]
    details = _PROVIDERS[provider](random, instance)
    return {
        "accountId": str(random.randrange(10**11, 10**12)),
        "cloudProvider": provider,
        "image": f"image-{random.randrange(100)}",
        "instanceId": instance,
        "instanceSize": _SIZES[provider],
        "location": _LOCATIONS[provider],
        "network": random.choice(("default", "", None)),
        "providerDetails": {**details, "instanceId": instance, "instanceType": _SIZES[provider], "tags": tags},
        "tags": random.choice((tags, [])),
    }


def _aws(random: Random, instance: str) -> JsonObject:
    return {
        "__typename": "DetectionAws",
        "accountId": str(random.randrange(10**11, 10**12)),
        "imageId": f"ami-{instance[-8:]}",
        "region": _LOCATIONS["AWS"],
        "role": random.choice(("web", None)),
        "securityGroups": ["default"],
        "subnetIds": [f"subnet-{invent.hexadecimal(random, 8)}"],
        "vpcId": f"vpc-{invent.hexadecimal(random, 8)}",
    }


def _azure(random: Random, instance: str) -> JsonObject:
    return {
        "__typename": "DetectionAzure",
        "imageId": f"image-{instance[-4:]}",
        "region": _LOCATIONS["Azure"],
        "resourceGroup": "production",
        "subscriptionId": invent.uuid(random),
    }


def _gcp(random: Random, instance: str) -> JsonObject:
    project = f"example-{instance[-4:]}"
    return {
        "__typename": "DetectionGcp",
        "imageId": None,
        "projectId": project,
        "serviceAccount": f"{random.randrange(10**11)}-compute@{project}.example",
        "vpcId": "default",
        "zone": _LOCATIONS["GCP"],
    }


_PROVIDERS: Mapping[str, Callable[[Random, str], JsonObject]] = {"AWS": _aws, "Azure": _azure, "GCP": _gcp}


def _kubernetes(random: Random, host: Host) -> JsonObject | None:
    """Return null, or all keys without a value, for what is no node, as both come."""
    cluster = host.cluster
    if cluster is None:
        return random.choice((None, {**dict.fromkeys(_KUBERNETES), "containerId": "", "containerName": ""}))
    pod = f"{cluster.workload}-{invent.hexadecimal(random, 9)}-{invent.hexadecimal(random, 5)}"
    labels = [f"app={cluster.workload}", f"tier={cluster.namespace}"]
    return {
        "clusterName": cluster.name,
        "containerId": invent.hexadecimal(random, 64),
        "containerImageName": cluster.image,
        "containerLabels": labels,
        "containerName": cluster.workload,
        "controllerLabels": labels,
        "controllerName": cluster.workload,
        "controllerType": "deployment",
        "namespaceLabels": [f"kubernetes.io/metadata.name={cluster.namespace}"],
        "namespaceName": cluster.namespace,
        "nodeLabels": [],
        "nodeName": host.name,
        "podLabels": [*labels, f"pod-template-hash={pod.split('-')[-2]}"],
        "podName": pod,
    }
