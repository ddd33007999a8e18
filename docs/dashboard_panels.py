"""Panels of the dashboards that Elastic ships for SentinelOne, and where the page answers each, as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


class Shown(Enum):
    """Form in which a page shows the answer to a panel."""

    TOTAL = "number of the list"
    VALUES = "filter `{0}`"
    NESTED = "filter `{1}`, after a click on a value of filter `{0}`"
    GROUPS = "rows of the list by `{0}`"
    CHART = "chart over time"
    SORTED = "list sorted by `{0}`"
    ROWS = "list, and each row opened"
    CVES = "figures of vulnerable applications"


@dataclass(frozen=True)
class Panel:
    """A panel, and the address that answers it; `reason` says why its question is not the right one as it stands.

    `columns` are those of the list that the answer is about. A panel whose question is wrong may have an address all
    the same: that of the question which was meant.
    """

    dashboard: str
    title: str
    shown: Shown
    address: str
    columns: Sequence[str] = ()
    reason: str = ""
    note: str = ""


NEWEST = "Each counts once, in its newest state."
_PACKAGE_FIELD = "Applications by name, without the version."


def _counted(dashboard: str, path: str, column: str, *titles: str, note: str = "", reason: str = "") -> Iterator[Panel]:
    """Panels that count by a column."""
    sign = "&" if "?" in path else "?"
    for title in titles:
        yield Panel(dashboard, title, Shown.VALUES, f"{path}{sign}facet={column}", (column,), reason, note)


def _activities() -> Iterator[Panel]:
    name, path = "Activities", "/activity"
    yield Panel(name, "Total Activities", Shown.TOTAL, path)
    yield from _counted(name, path, "user_id", "Top 10 User ID")
    yield Panel(
        name,
        "Top 10 Primary Description by Computer Name",
        Shown.NESTED,
        f"{path}?not.host=&facet=description",
        ("description", "host"),
    )
    yield from _counted(name, path, "agent_id", "Distribution of Activities by Agent ID")
    yield from _counted(name, path, "os", "Distribution of Activities by OS Family")
    yield from _counted(name, path, "host", "Top 10 Activities Count by Computer Name")
    yield from _counted(name, path, "account", "Top 10 Account Name")


def _agents() -> Iterator[Panel]:
    name, path = "Agents", "/hosts"
    columns = {
        "Distribution of Agents with Firewall Status": "firewall",
        "Distribution of Agents by Scan Status": "scan",
        "Distribution of Agents by OS Architecture": "arch",
        "Distribution of Agents by Machine Type": "machine",
        "Distribution of Agents by Infected Agents": "infected",
        "Distribution of Agents by Up To Date Agents": "up_to_date",
        "Distribution of Agents by Active Agents Status": "is_active",
        "Distribution of Agents by Pending Uninstall Status": "pending_uninstall",
        "Distribution of Agents by Group IP": "group_ip",
        "Percentage of Uninstalled Agents": "uninstalled",
        "Distribution of Agents by Mitigation Mode": "mitigation",
        "Distribution of Agents by Application Vulnerability Status": "vulnerability",
        "Distribution of Agents by Installer Type": "installer",
    }
    for title, column in columns.items():
        yield from _counted(name, path, column, title)
    yield Panel(
        name, "Distribution of Agents by OS Name, OS Type", Shown.NESTED, f"{path}?facet=os_type", ("os_type", "os")
    )
    yield from _counted(name, path, "site", "Top 10 Site Name")
    yield Panel(
        name,
        "Distribution of Computer Name by Active Threats",
        Shown.SORTED,
        f"{path}?sort=-active_threats",
        ("active_threats",),
        reason="The median of all polls in the range tells of the past; the newest value is what counts.",
    )


def _alerts() -> Iterator[Panel]:
    name, path = "Alerts", "/alerts"
    yield Panel(name, "Total Alerts", Shown.TOTAL, path)
    columns = {
        "Distribution of Alerts by Rule Severity": "severity",
        "Distribution of Alerts by OS Family": "os_family",
        "Distribution of Alerts by Agent Version": "agent_version",
        "Distribution of Alerts by Scope Level": "scope",
        "Distribution of Alerts by Incident Status": "status",
        "Distribution of Alerts by Treat As Threat": "treat_as_threat",
    }
    for title, column in columns.items():
        yield from _counted(name, path, column, title)
    yield from _counted(
        name,
        path,
        "event_type",
        "Distribution of Alerts by Event Type",
        reason="`event.type` is `info` for every alert; the type of the event that raised it is meant.",
    )
    yield from _counted(name, path, "rule", "Top 10 Rule Names")
    columns_shown = ("user", "rule_id", "rule", "rule_description", "host", "agent_version", "host_type", "agent_uuid")
    yield Panel(name, "Alert Essential Details", Shown.ROWS, path, columns_shown)


def _applications() -> Iterator[Panel]:
    name, path = "Applications", "/applications"
    yield Panel(name, "Applications by Installation Time", Shown.CHART, path, ("installed",))
    yield Panel(name, "Applications by Detection Time", Shown.CHART, path, ("detected",))
    yield from _counted(name, path, "os", "Applications by Host OS")
    yield from _counted(name, path, "host", "Applications by Host Name")


def _risks() -> Iterator[Panel]:
    name, path = "Application Risk", "/vulnerabilities"
    yield Panel(name, "Total Vulnerability", Shown.CVES, "/", ("cve",))
    yield Panel(name, "High and Critical Vulnerability", Shown.CVES, "/", ("cve", "severity"))
    yield Panel(name, "Application Vulnerability by Severity", Shown.GROUPS, f"{path}?by=severity", ("severity",))
    yield Panel(
        name,
        "Application by Vulnerability",
        Shown.GROUPS,
        f"{path}?by=application",
        ("application",),
        note=_PACKAGE_FIELD,
    )
    yield Panel(name, "Top Vulnerability", Shown.GROUPS, f"{path}?by=cve", ("cve",))


def _groups() -> Iterator[Panel]:
    name, path = "Groups", "/groups"
    yield Panel(name, "Total Groups", Shown.TOTAL, path)
    yield Panel(name, "Distribution of Groups by Agent Count", Shown.SORTED, f"{path}?sort=-agents", ("agents",))
    yield from _counted(name, path, "type", "Distribution of Groups by Type")
    yield from _counted(name, path, "rank", "Distribution of Groups by Rank")
    yield from _counted(name, path, "creator", "Top 10 Creator Name")


def _threats() -> Iterator[Panel]:
    name, path = "Threats", "/threats?current=1"
    unresolved = f"{path}&not.status=resolved"
    totals = (
        ("Total Resolved Threats", f"{path}&status=resolved", ""),
        ("Total Unresolved Threats", f"{path}&status=unresolved", ""),
        (
            "Active Threats",
            f"{unresolved}&mitigation=active&mitigation=not_mitigated",
            "It asks for resolved threats that are active; not resolved and not mitigated is meant.",
        ),
        ("Total Number of Threats", path, ""),
        ("Total Blocked Threats", f"{unresolved}&mitigation=blocked", ""),
        ("Total Mitigated Threats", f"{unresolved}&mitigation=mitigated", ""),
        (
            "Total Detected - Suspicious Threats",
            f"{unresolved}&confidence=suspicious",
            "It looks for `suspicious` in the migration status of an agent and is always 0; the confidence is meant.",
        ),
    )
    for title, address, reason in totals:
        yield Panel(name, title, Shown.TOTAL, address, (), reason, NEWEST)
    columns = {
        "Distribution of Detections by Engine": "engine",
        "Distribution of Threats by Mitigation Status Action": "mitigation_action",
        "Distribution of Threats by Agent Status": "agent_active",
        "Distribution of Threats by Agent Mitigation Mode": "mitigation_mode",
        "Distribution of Threats by Mitigation Status": "mitigation_result",
        "Distribution of Threats by Confidence Level": "confidence",
        "Distribution of Threats by File Extension Type": "extension_type",
        "Top 10 File Extension": "extension",
        "Distribution of Threats by Incident Status": "status",
        "Top 10 Threat Techniques": "techniques",
        "Distribution of Threats by Infected Agents": "infected",
        "Distribution of Threats by Detection Engine": "engine",
        "Top 10 Threats by Classification": "classification",
    }
    for title, column in columns.items():
        yield from _counted(name, path, column, title, note=NEWEST)
    yield from _counted(name, unresolved, "threat", "Most Prevalent Threats", note=NEWEST)


def _threat_events() -> Iterator[Panel]:
    name, path = "Threat Events", "/threat-events"
    yield from _counted(
        name,
        path,
        "user",
        "Threat Events by User",
        reason="It counts files of an unknown type in all indices, and no user; events by user are meant.",
    )
    yield Panel(name, "Threat Events over Time", Shown.CHART, path, ("time",))
    yield from _counted(name, path, "file_type", "Threat Events by File Type")
    yield from _counted(name, path, "indicator", "Threat Events by Indicator Name")
    yield from _counted(name, path, "source_ip", "Top Source IPs")
    yield from _counted(name, path, "destination_ip", "Top Destination IPs")


def _unified_alerts() -> Iterator[Panel]:
    name, path = "Unified Alerts", "/unified-alerts?current=1"
    under_way = f"{path}&status=NEW&status=IN_PROGRESS"
    graded = "&severity=critical&severity=high&severity=medium&severity=low"
    yield Panel(name, "Total Alerts", Shown.TOTAL, path, note=NEWEST)
    unassigned = f"{path}&status=NEW&result=UNMITIGATED&result=BENIGN&result=&assignee="
    yield Panel(name, "New Unassigned Alerts", Shown.TOTAL, unassigned, note=NEWEST)
    yield Panel(name, "Unresolved Alerts", Shown.TOTAL, f"{under_way}{graded}", note=NEWEST)
    columns = {
        "Alerts by Severity": "severity",
        "Alerts by Confidence Level": "confidence",
        "Alerts by Detection Engine": "category",
        "Alerts by Threat Classification": "classification",
    }
    for title, column in columns.items():
        yield from _counted(name, path, column, title, note=NEWEST)
    yield Panel(name, "Alert detected over Time", Shown.CHART, path, ("detected",), note=NEWEST)
    yield Panel(
        name,
        "Top Security Alerts by File Hash",
        Shown.GROUPS,
        f"{under_way}&not.sha1=&by=sha1",
        ("sha1", "alert", "severity"),
        note="A click on a hash leads to its alerts, with their names and severities as filters.",
    )
    yield Panel(
        name,
        "Top Assets With Highest Alerts",
        Shown.GROUPS,
        f"{under_way}&surfaces=ENDPOINT&by=host",
        ("host", "severity"),
        note="A click on a host leads to its alerts, with their severities as filters.",
    )


PANELS: Sequence[Panel] = tuple(
    panel
    for panels in (
        _activities,
        _agents,
        _alerts,
        _applications,
        _risks,
        _groups,
        _threats,
        _threat_events,
        _unified_alerts,
    )
    for panel in panels()
)
