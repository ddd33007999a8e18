"""Alerts of all SentinelOne products and of others that report to them.

The console's path is POST /unifiedalerts/graphql; newer cloud consoles only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from s1ecs.ecs.table import FieldTable, Found, constant, date, function, ip, keyword, severity, words
from s1ecs.streams import unified_alert_fields
from s1ecs.streams.collection_modes import Window
from s1ecs.streams.conversions import unified_alert_assets
from s1ecs.streams.conversions.snake_case import snake_case
from s1ecs.streams.conversions.unified_alert import prepare
from s1ecs.streams.conversions.usual_unified_alert import preparing
from s1ecs.streams.stream import Column, StateKey, Stored, Stream
from s1ecs.streams.unified_alert_query import QUERY, SKIM

OWN = "sentinel_one.unified_alert"
OUTCOMES = {"mitigated": "success", "unmitigated": "failure"}

_CLASSIFICATIONS = {
    "malware": (
        "MALWARE RANSOMWARE TROJAN DOWNLOADER WORM VIRUS SPYWARE KEYLOGGER INFO_STEALER ROOTKIT BACKDOOR DROPPER "
        "COINMINER CRYPTOMINER MINER PACKED LINUX_MALWARE MALICIOUS_OFFICE_DOC MALICIOUS_PDF GENERIC_HEURISTIC PUA "
        "ROGUE TOOLBAR"
    ),
    "intrusion_detection": (
        "COMMAND_AND_CONTROL EXPLOIT HACKTOOL ENUMERATION INTERACTIVE_SHELL REMOTE_SHELL LATERAL_MOVEMENT MANUAL"
    ),
    "network": "NETWORK",
    "email": "PHISHING",
}
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {word: category for category, listed in _CLASSIFICATIONS.items() for word in listed.split()}
)


def categories(classification: Any, _: Found) -> list[str] | None:
    """The ECS category of a classification, compared letter for letter."""
    category = CATEGORIES.get(classification) if isinstance(classification, str) else None
    return None if category is None else [category]


ROWS = (
    constant("event.kind", "alert", "Always alert; pipeline_error where a value could not be mapped."),
    constant("event.type", ["info"], "Always info."),
    keyword(OWN, "", "The whole alert, its keys in snake case.", inner=unified_alert_fields.FIELDS),
    keyword("sentinel_one.site.id", "real_time.scope.site.id", "Id of the site that the alert belongs to."),
    keyword("sentinel_one.site.name", "real_time.scope.site.name", "Name of the site that the alert belongs to."),
    keyword("sentinel_one.account.id", "real_time.scope.account.id", "Id of the account that the alert belongs to."),
    keyword(
        "sentinel_one.account.name",
        "real_time.scope.account.name",
        "Name of the account that the alert belongs to.",
    ),
    keyword("sentinel_one.threat_classification.name", "classification", "Kind of attack."),
    keyword("message", "name", "Name of the alert."),
    function(
        "event.category",
        "classification",
        "malware, intrusion_detection, network or email, by the classification.",
        categories,
    ),
    date("event.created", "created_at", "Time when the alert was created."),
    date("event.start", "first_seen_at", "Time when it was first seen."),
    date("event.end", "last_seen_at", "Time when it was last seen."),
    keyword("event.id", "id", "Id of the alert."),
    words(
        "event.outcome",
        "result",
        "success where the attack was mitigated, failure where it was not.",
        OUTCOMES,
        not_text="fails",
    ),
    severity("event.severity", "severity", "Severity as a number: low 21, medium 47, high 73, critical 99."),
    date("@timestamp", "updated_at", "Time when the alert last changed."),
    keyword("group.name", "real_time.scope.group.name", "Name of the group that the alert belongs to."),
    keyword("group.id", "real_time.scope.group.id", "Id of the group that the alert belongs to."),
    keyword("source.domain", "detection_time.attacker.host", "Host that the attack came from."),
    ip("source.ip", "detection_time.attacker.ip", "Address that the attack came from."),
    keyword("user.domain", "detection_time.target_user.domain", "Domain of the attacked user."),
    keyword("user.email", "detection_time.target_user.email_address", "Mail address of the attacked user."),
    keyword("user.name", "detection_time.target_user.name", "Name of the attacked user."),
    keyword("process.command_line", "process.cmd_line", "Command line of the process."),
    keyword("process.parent.name", "process.parent_name", "Name of the parent process."),
    keyword("file.hash.md5", "process.file.md5", "MD5 of the process file."),
    keyword("file.name", "process.file.name", "Name of the process file."),
    keyword("file.path", "process.file.path", "Path of the process file."),
    keyword("file.hash.sha1", "process.file.sha1", "SHA-1 of the process file."),
    keyword("file.hash.sha256", "process.file.sha256", "SHA-256 of the process file."),
    function(
        "",
        "",
        "What the first asset tells of host, cloud, container and cluster.",
        unified_alert_assets.first_assets,
        *unified_alert_assets.FIELDS,
    ),
    keyword("", "detection_time.attacker.host", "Host that the attack came from.", related="hosts"),
    keyword("", "detection_time.attacker.ip", "Address that the attack came from.", related="ip"),
    keyword("", "detection_time.target_user.email_address", "Mail address of the attacked user.", related="user"),
    keyword("", "detection_time.target_user.name", "Name of the attacked user.", related="user"),
    keyword("", "assignee.email", "Mail address of the user who works on the alert.", related="user"),
    keyword("", "assignee.full_name", "Name of the user who works on the alert.", related="user"),
    keyword("", "assignee.user_id", "Id of the user who works on the alert.", related="user"),
    keyword("", "process.file.md5", "MD5 of the process file.", related="hash"),
    keyword("", "process.file.sha1", "SHA-1 of the process file.", related="hash"),
    keyword("", "process.file.sha256", "SHA-256 of the process file.", related="hash"),
    keyword("", "exclusion_hash", "Hash that an exclusion of the file would take.", related="hash"),
)

TABLE = FieldTable(
    identity=("detectedAt", "externalId", "id", "updatedAt"),
    ecs_version="9.3.0",
    key_form=snake_case,
    prepare=prepare,
    prepare_usual=preparing(row.source for row in ROWS),
    empty_skipped=frozenset({"date", "ip"}),
    bad_value_fails=True,
    rows=ROWS,
    duplicates=tuple(
        f"{OWN}.{name}"
        for name in (
            "assets[].agent_uuid",
            "assets[].agent_version",
            "assets[].name",
            "assets[].subcategory",
            "detection_time.assets[].asset.os_name",
            "detection_time.assets[].asset.os_revision",
            "detection_time.assets[].cloud.account_id",
            "detection_time.assets[].cloud.cloud_provider",
            "detection_time.assets[].cloud.instance_id",
            "detection_time.assets[].cloud.instance_size",
            "detection_time.assets[].cloud.location",
            "detection_time.assets[].cloud.provider_details.account_id",
            "detection_time.assets[].cloud.provider_details.subscription_id",
            "detection_time.assets[].cloud.provider_details.project_id",
            "detection_time.assets[].cloud.provider_details.service_account",
            "detection_time.assets[].kubernetes.cluster_name",
            "detection_time.assets[].kubernetes.container_id",
            "detection_time.assets[].kubernetes.container_name",
            "detection_time.assets[].kubernetes.controller_type",
            "detection_time.assets[].kubernetes.namespace_name",
            "detection_time.assets[].kubernetes.pod_labels",
            "detection_time.assets[].kubernetes.pod_name",
            "created_at",
            "first_seen_at",
            "last_seen_at",
            "updated_at",
            "id",
            "detection_time.attacker.host",
            "detection_time.attacker.ip",
            "detection_time.target_user.domain",
            "detection_time.target_user.email_address",
            "detection_time.target_user.name",
            "process.cmd_line",
            "process.parent_name",
            "process.file.md5",
            "process.file.name",
            "process.file.path",
            "process.file.sha1",
            "process.file.sha256",
            "real_time.scope.group.name",
            "real_time.scope.group.id",
        )
    ),
)

STREAM = Stream(
    name="unified_alert",
    what="Alerts of all products (newer cloud consoles only)",
    permission="Unified Alerts -> View",
    ask=Window(
        path="/unifiedalerts/graphql",
        query=QUERY,
        skim=SKIM,
        root="alerts",
        site="realTime.scope.site.id",
        phases=("detectedAt", "updatedAt"),
    ),
    declared=TABLE,
    view=(
        Column("severity", "event.severity"),
        Column("alert", "message"),
        Column("host", "host.name"),
        Column("user", "user.name"),
        Column("classification", f"{OWN}.classification"),
        Column("status", f"{OWN}.status"),
        Column("verdict", f"{OWN}.analyst_verdict"),
        Column("result", f"{OWN}.result"),
        Column("file", "file.name"),
        Column("sha256", "file.hash.sha256"),
        Column("command_line", "process.command_line"),
        Column("parent", "process.parent.name"),
        Column("attacker_ip", "source.ip"),
        Column("attacker", "source.domain"),
        Column("product", f"{OWN}.detection_source.product"),
        Column("detected", f"{OWN}.detected_at"),
        Column("assignee", f"{OWN}.assignee.full_name"),
        Column("storyline", f"{OWN}.storyline_id"),
        Column("alert_id", "event.id"),
    ),
    stored=Stored(
        panels=(
            Column("confidence", f"{OWN}.confidence_level"),
            Column("category", f"{OWN}.analytics.category"),
            Column("surfaces", f"{OWN}.attack_surfaces"),
            Column("os", "host.os.type"),
            Column("site", "sentinel_one.site.name"),
            Column("account", "sentinel_one.account.name"),
            Column("group_name", "group.name"),
            Column("sha1", "file.hash.sha1"),
        ),
        counted=("severity", "status", "verdict", "classification", "host", "product", "site"),
        indexed=("host", "sha256", "alert_id"),
        timed=("severity", "status", "verdict", "classification", "result", "confidence", "host"),
        searched={
            "user": ("user.name", "user.email"),
            "address": ("source.domain",),
            "path": ("file.name", "file.path"),
            "command": ("process.command_line", "process.parent.command_line"),
            "name": (f"{OWN}.name", f"{OWN}.classification", "process.name", "process.parent.name"),
            "text": ("message", f"{OWN}.description"),
        },
    ),
    input_type="cel",
    # It is walked by two times, this one first, so that by the other it may not have asked yet for what is as late.
    migrated_by="sentinel_one.unified_alert.detected_at",
    state_key=StateKey(("id",), "updatedAt"),
    latest_shown=True,
)
