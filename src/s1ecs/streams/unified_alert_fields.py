"""Fields under `sentinel_one.unified_alert`: the whole alert, each key of the query in snake case."""

from collections.abc import Mapping

from s1ecs.ecs.table import Inner
from s1ecs.streams.conversions.unified_alert import CONVERSIONS

_TYPES = {conversion.path.replace("[]", ""): conversion.kind for conversion in CONVERSIONS}


def _inside(around: str, meanings: Mapping[str, str]) -> tuple[Inner, ...]:
    """Fields of one object of the alert; a field that is not converted is a keyword."""
    paths = {f"{around}.{name}" if around else name: meaning for name, meaning in meanings.items()}
    return tuple(Inner(f".{path}", _TYPES.get(path, "keyword"), meaning) for path, meaning in paths.items())


_ALERT = {
    "id": "Id of the alert.",
    "analyst_verdict": "The analyst's verdict on the alert.",
    "attack_surfaces": "Attacked surface (endpoint, identity, cloud ...).",
    "available_action_ids": "Actions that the console offers for the alert.",
    "classification": "Kind of attack.",
    "confidence_level": "Confidence of the detection (malicious, suspicious ...).",
    "created_at": "Time when the alert was created.",
    "data_sources": "Kinds of event that the alert was made from.",
    "description": "Description of the detection in one sentence.",
    "detected_at": "Time when it was detected.",
    "exclusion_hash": "Hash that an exclusion of the file would take.",
    "external_id": "Id of the alert in the product that reported it.",
    "first_seen_at": "Time when it was first seen.",
    "last_seen_at": "Time when it was last seen.",
    "name": "Name of the alert.",
    "note_exists": "Indicates whether someone wrote a note on the alert.",
    "result": "Indicates whether the attack was mitigated.",
    "severity": "Severity as the console writes it.",
    "status": "Processing status of the alert.",
    "storyline_id": "Storyline that the alert belongs to.",
    "ticket_id": "Ticket that was opened for the alert.",
    "updated_at": "Time when the alert last changed.",
}
_INVESTIGATION = {
    "purple_ai_status": "Status of the Purple AI investigation.",
    "status": "Status of the automatic investigation.",
    "verdict": "Verdict of the automatic investigation.",
}
_ANALYTICS = {
    "category": "Group that the detecting logic belongs to.",
    "name": "Name of the detecting logic.",
    "type_value": "Type of the detecting logic (static, dynamic ...).",
    "uid": "Unique id of the detecting logic.",
}
_ASSET = {
    "accessible": "Indicates whether the token may see the asset.",
    "agent_uuid": "UUID of the asset's agent.",
    "agent_version": "Version of the asset's agent now.",
    "asset_type_classifier": "Detailed category of the asset.",
    "category": "Category of the asset (server, workstation ...).",
    "connectivity_to_console": "Indicates whether the agent is in contact with the console.",
    "decommissioned": "Indicates whether the agent was removed from the console.",
    "id": "Id of the asset.",
    "last_logged_in_user": "User who logged in last.",
    "name": "Name of the asset.",
    "origin": "Source of the asset.",
    "os_type": "Kind of the operating system now.",
    "os_version": "Name and version of the operating system now.",
    "pending_reboot": "Indicates whether the asset waits for a restart.",
    "policy": "Policy that holds for the asset now.",
    "role": "Part that the asset has in the attack.",
    "status": "Indicates whether the asset is active.",
    "subcategory": "Subcategory of the asset (laptop, virtual machine ...).",
}
_ASSIGNEE = {
    "email": "Mail address of the user who works on the alert.",
    "full_name": "Name of the user who works on the alert.",
    "user_id": "Id of the user who works on the alert.",
}
_DETECTION_SOURCE = {
    "product": "Product that detected it.",
    "vendor": "Vendor of the product that detected it.",
}
_SCOPE = {
    "account_id": "Id of the account at detection.",
    "account_name": "Name of the account at detection.",
    "group_name": "Name of the group at detection.",
    "site_name": "Name of the site at detection.",
}
_DETECTED = {
    "accessible": "Indicates whether the token may see the asset of the detection.",
    "origin": "Source of the asset at detection.",
}
_DETECTED_ASSET = {
    "agent_version": "Version of the agent at detection.",
    "console_ip_address": "Address from which the agent reached the console.",
    "domain": "Domain of the asset at detection.",
    "ip_v4": "IPv4 address of the asset at detection.",
    "ip_v6": "IPv6 address of the asset at detection.",
    "last_logged_in_user": "User who had logged in last at detection.",
    "os_name": "Name of the operating system at detection.",
    "os_revision": "Revision of the operating system at detection.",
    "os_type": "Kind of the operating system at detection, as the console writes it.",
    "policy": "Policy that held at detection.",
    "subscription_time": "Time when the agent first reported to the console.",
}
_DETECTED_CLOUD = {
    "account_id": "Id of the cloud account.",
    "cloud_provider": "Cloud that the asset runs in.",
    "image": "Image that the instance was made from.",
    "instance_id": "Id of the cloud instance.",
    "instance_size": "Size of the cloud instance.",
    "location": "Region or zone of the instance.",
    "network": "Network of the instance.",
    "tags": "Tags of the instance.",
}
_PROVIDER_DETAILS = {
    "account_id": "AWS account of the instance.",
    "image_id": "Id of the image that the instance was made from.",
    "instance_id": "Id of the instance in the provider's words.",
    "instance_type": "Type of the instance in the provider's words.",
    "project_id": "Google Cloud project of the instance.",
    "region": "Region in the provider's words.",
    "resource_group": "Azure resource group of the instance.",
    "role": "AWS role of the instance.",
    "security_groups": "AWS security groups of the instance.",
    "service_account": "Google Cloud service account of the instance.",
    "subnet_ids": "AWS subnets of the instance.",
    "subscription_id": "Azure subscription of the instance.",
    "tags": "Tags of the instance in the provider's words.",
    "vpc_id": "Virtual private cloud of the instance.",
    "zone": "Google Cloud zone of the instance.",
}
_KUBERNETES = {
    "cluster_name": "Name of the Kubernetes cluster.",
    "container_id": "Id of the container.",
    "container_image_name": "Image that the container runs.",
    "container_labels": "Labels of the container.",
    "container_name": "Name of the container.",
    "controller_labels": "Labels of the Kubernetes controller.",
    "controller_name": "Name of the Kubernetes controller.",
    "controller_type": "Kind of the Kubernetes controller.",
    "namespace_labels": "Labels of the Kubernetes namespace.",
    "namespace_name": "Kubernetes namespace of the pod.",
    "node_labels": "Labels of the Kubernetes node.",
    "node_name": "Kubernetes node that the pod ran on.",
    "pod_labels": "Labels of the Kubernetes pod.",
    "pod_name": "Name of the Kubernetes pod.",
}
_ATTACKER = {
    "host": "Host that the attack came from.",
    "ip": "Address that the attack came from.",
}
_TARGET_USER = {
    "domain": "Domain of the attacked user.",
    "email_address": "Mail address of the attacked user.",
    "name": "Name of the attacked user.",
}
_PROCESS = {
    "cmd_line": "Command line of the process.",
    "parent_name": "Name of the parent process.",
}
_FILE = {
    "cert_subject": "Signer of the process file.",
    "md5": "MD5 of the process file.",
    "name": "Name of the process file.",
    "path": "Path of the process file.",
    "sha1": "SHA-1 of the process file.",
    "sha256": "SHA-256 of the process file.",
}


def _scope_now(what: str) -> Mapping[str, str]:
    return {"id": f"Id of the {what} that the alert belongs to.", "name": f"Name of the {what} that it belongs to."}


def _objective(what: str) -> Mapping[str, str]:
    return {
        "action_complete": f"Indicates whether the objective of time to {what} is completed.",
        "action_due": f"Time left until the objective of time to {what}; below zero when it has passed.",
        "completion": f"Time taken to {what}.",
        "completion_time": f"Time when the objective of time to {what} was completed.",
        "status": f"Indicates whether the objective of time to {what} was met.",
        "target": f"Maximum time to {what}.",
        "target_time": f"Until when the objective of time to {what} holds.",
    }


FIELDS = (
    *_inside("", _ALERT),
    *_inside("ai_investigation", _INVESTIGATION),
    *_inside("analytics", _ANALYTICS),
    *_inside("assets", _ASSET),
    *_inside("assignee", _ASSIGNEE),
    *_inside("detection_source", _DETECTION_SOURCE),
    *_inside("detection_time.assets", _DETECTED),
    *_inside("detection_time.assets.scope", _SCOPE),
    *_inside("detection_time.assets.asset", _DETECTED_ASSET),
    *_inside("detection_time.assets.cloud", _DETECTED_CLOUD),
    *_inside("detection_time.assets.cloud.provider_details", _PROVIDER_DETAILS),
    *_inside("detection_time.assets.kubernetes", _KUBERNETES),
    *_inside("detection_time.attacker", _ATTACKER),
    *_inside("detection_time.scope", _SCOPE),
    *_inside("detection_time.target_user", _TARGET_USER),
    *_inside("process", _PROCESS),
    *_inside("process.file", _FILE),
    *_inside("real_time.scope.account", _scope_now("account")),
    *_inside("real_time.scope.group", _scope_now("group")),
    *_inside("real_time.scope.site", _scope_now("site")),
    *_inside("slo_details.time_to_resolve_data", _objective("resolve")),
    *_inside("slo_details.time_to_response_data", _objective("respond")),
)
