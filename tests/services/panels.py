"""Every panel with data of the dashboards that Elastic's integration ships, as a question.

Fields have the names of layout 2. Markdown and link panels, which show no data, are left out; so is the one panel that
asks no stream at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UA = "sentinel_one.unified_alert"
THREAT = "sentinel_one.threat"
AGENT = "sentinel_one.agent"
NOT = "not "


@dataclass(frozen=True)
class Panel:
    """One panel: of which stream, by which fields, what is counted ("" documents, else distinct values of a field).

    `where` are the values that a field must have, none for one that must be absent, and with NOT before the field those
    that it must not have. `latest`: it asks for latest states. `by_day`: its field is a time. `statistic` is max or
    median of `metric` in place of the number of its values.
    """

    stream: str
    fields: tuple[str, ...] = ()
    metric: str = ""
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    latest: bool = False
    by_day: bool = False
    statistic: str = ""


def _agents(*names: str) -> tuple[Panel, ...]:
    return tuple(Panel("agent", (name,), "host.id") for name in names)


def _threats(*names: str, **where: tuple[Any, ...]) -> tuple[Panel, ...]:
    return tuple(Panel("threat", (name,) if name else (), f"{THREAT}.id", where) for name in names)


def _with(*names: str, stream: str, latest: bool = False) -> tuple[Panel, ...]:
    return tuple(Panel(stream, (name,), latest=latest) for name in names)


_OPEN = {f"{NOT}{THREAT}.incident.status": ("resolved",)}
_RISK = "sentinel_one.application_risk"

PANELS: Mapping[str, tuple[Panel, ...]] = {
    "activities": (
        Panel("activity"),
        *_with(
            "user.id",
            "sentinel_one.activity.agent.id",
            "observer.os.family",
            "host.name",
            "sentinel_one.account.name",
            stream="activity",
        ),
        Panel("activity", ("sentinel_one.activity.description.primary", "host.name")),
    ),
    "agents": (
        *_agents(
            f"{AGENT}.firewall_enabled",
            f"{AGENT}.scan.status",
            f"{AGENT}.os.arch",
            f"{AGENT}.machine.type",
            f"{AGENT}.infected",
            f"{AGENT}.is_up_to_date",
            f"{AGENT}.is_active",
            f"{AGENT}.is_pending_uninstall",
            f"{AGENT}.group.ip",
            f"{AGENT}.is_uninstalled",
            f"{AGENT}.mitigation_mode",
            f"{AGENT}.apps_vulnerability_status",
            f"{AGENT}.installer_type",
            "sentinel_one.site.name",
        ),
        Panel("agent", ("host.os.type", "host.os.name"), "host.id"),
        Panel("agent", ("host.name",), f"{AGENT}.active_threats_count", statistic="median"),
    ),
    "alerts": (
        Panel("alert"),
        *_with(
            "sentinel_one.alert.rule.severity",
            "host.os.family",
            "observer.version",
            "sentinel_one.alert.rule.scope_level",
            "sentinel_one.alert.info.status",
            "sentinel_one.alert.rule.treat_as_threat",
            "event.type",
            "rule.name",
            stream="alert",
        ),
        # The table of a saved search shows these of each alert.
        Panel("alert", ("rule.id", "host.type")),
    ),
    "applications": (
        Panel("application", ("package.installed",), latest=True, by_day=True),
        Panel("application", ("sentinel_one.application.detection_date",), latest=True, by_day=True),
        *_with("host.os.name", "host.name", stream="application", latest=True),
    ),
    "application risk": (
        Panel("application_risk", (), "vulnerability.cve"),
        Panel("application_risk", (), "vulnerability.cve", {f"{_RISK}.severity": ("CRITICAL", "HIGH")}),
        Panel("application_risk", (f"{_RISK}.severity",), "vulnerability.cve"),
        Panel("application_risk", (f"{_RISK}.application",), "vulnerability.cve"),
        Panel("application_risk", ("vulnerability.cve",), "event.id"),
    ),
    "groups": (
        Panel("group", (), "group.id"),
        Panel("group", ("group.name",), "sentinel_one.group.agent.count", statistic="max"),
        Panel("group", ("sentinel_one.group.type",), "group.id"),
        Panel("group", ("sentinel_one.group.rank",), "group.id"),
        Panel("group", ("user.full_name",), "group.id"),
    ),
    "threats": (
        *_threats("", **{f"{THREAT}.incident.status": ("resolved",)}),
        *_threats("", **{f"{THREAT}.incident.status": ("unresolved",)}),
        *_threats("", **{f"{THREAT}.incident.status": ("resolved",), f"{THREAT}.mitigation.status": ("active",)}),
        *_threats("", **{**_OPEN, f"{THREAT}.mitigation.status": ("blocked",)}),
        *_threats("", **{**_OPEN, f"{THREAT}.mitigation.status": ("mitigated",)}),
        *_threats("", **{**_OPEN, f"{AGENT}.console_migration_status": ("suspicious",)}),
        *_threats(f"{THREAT}.name", **_OPEN),
        *_threats(
            "",
            f"{THREAT}.detection.engines.title",
            f"{THREAT}.mitigation_status.action",
            f"{THREAT}.agent.is_active",
            f"{THREAT}.agent.mitigation_mode",
            f"{THREAT}.mitigation_status.status",
            f"{THREAT}.confidence_level",
            f"{THREAT}.file.extension.type",
            "threat.indicator.file.extension",
            f"{THREAT}.incident.status",
            f"{THREAT}.agent.infected",
            # Another panel shows the same as a table.
            f"{THREAT}.detection.engines.title",
        ),
        *_with("threat.technique.id", "sentinel_one.threat_classification.name", stream="threat"),
    ),
    "threat events": (
        Panel("threat_event", ("@timestamp",), latest=True, by_day=True),
        *_with("file.type", "threat.indicator.name", "source.ip", "destination.ip", stream="threat_event", latest=True),
    ),
    "unified alerts": (
        Panel("unified_alert", latest=True),
        Panel("unified_alert", where={f"{UA}.status": ("NEW",), f"{UA}.assignee.user_id": ()}, latest=True),
        Panel(
            "unified_alert",
            where={
                f"{UA}.status": ("NEW", "IN_PROGRESS"),
                f"{UA}.severity": ("CRITICAL", "HIGH", "MEDIUM", "LOW"),
            },
            latest=True,
        ),
        Panel("unified_alert", (f"{UA}.detected_at",), latest=True, by_day=True),
        *_with(
            f"{UA}.severity",
            f"{UA}.confidence_level",
            f"{UA}.analytics.category",
            "sentinel_one.threat_classification.name",
            stream="unified_alert",
            latest=True,
        ),
        Panel(
            "unified_alert",
            ("file.hash.sha1", f"{UA}.name", f"{UA}.severity"),
            where={f"{UA}.status": ("NEW", "IN_PROGRESS")},
            latest=True,
        ),
        Panel(
            "unified_alert",
            ("host.name", "host.os.type", f"{UA}.severity"),
            where={f"{UA}.status": ("NEW", "IN_PROGRESS"), f"{UA}.attack_surfaces": ("ENDPOINT",)},
            latest=True,
        ),
    ),
}
