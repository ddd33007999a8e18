"""Lists of the page as data: for each stream its path, columns, filters and order. Pages, API and docs read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

# Words for numbers of event.severity, the highest first.
SEVERITY_WORDS: Mapping[int, str] = MappingProxyType({99: "critical", 73: "high", 47: "medium", 21: "low"})
# Parameters that mean the same on every list; a list that has no such column ignores them, and says so.
SHARED_FILTERS = ("console", "site", "severity", "status", "host")


_HEADINGS: Mapping[str, str] = {
    "os": "OS",
    "os_type": "OS type",
    "os_family": "OS family",
    "is_active": "Active",
    "is_default": "Default",
    "ip": "IP",
    "cve": "CVE",
    "group_name": "Group",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "mitigation": "Mitigation",
    "up_to_date": "Up to date",
    "dns": "DNS",
    "url": "URL",
    "agent_id": "Agent id",
}


@dataclass(frozen=True)
class ListView:
    """A list of documents of one stream.

    `columns` are shown, by their names in the store's table; `facets` are offered as filters with their counts;
    `many` may hold several values. `title_column` leads to the item; `key` names the object that several documents
    may be versions of, "" where each document stands for itself. With `latest` the list shows the latest state of each
    entity and no range of time. `charts` are drawn above the list: the column of the time, "time" where it is that of
    the document, and the column by which it is stacked, "" for none. `groupings` are columns by which the list can be
    summed up. The first `counted_facets` are counted at once, each of the others when it is opened.
    """

    stream: str
    path: str
    title: str
    one: str
    columns: Sequence[str]
    title_column: str
    facets: Sequence[str]
    key: str = ""
    latest: bool = False
    many: Sequence[str] = ()
    order: str = "-time"
    charts: Sequence[tuple[str, str]] = ()
    groupings: Sequence[str] = ()
    counted_facets: int = 6
    headings: Mapping[str, str] = field(default_factory=lambda: _HEADINGS)

    def heading(self, column: str) -> str:
        """Return the heading of a column."""
        return self.headings.get(column) or column.replace("_", " ").capitalize()


LIST_VIEWS: Sequence[ListView] = (
    ListView(
        "alert",
        "/alerts",
        "Alerts",
        "Alert",
        ("severity", "rule", "host", "user", "process", "status", "verdict"),
        "rule",
        (
            "severity",
            "status",
            "verdict",
            "rule",
            "host",
            "user",
            "os",
            "os_family",
            "event_type",
            "scope",
            "treat_as_threat",
            "agent_version",
            "source_ip",
        ),
        key="alert_id",
        charts=(("time", "severity"),),
    ),
    ListView(
        "unified_alert",
        "/unified-alerts",
        "Unified alerts",
        "Unified alert",
        ("severity", "alert", "host", "user", "classification", "status", "verdict", "product"),
        "alert",
        (
            "severity",
            "status",
            "verdict",
            "classification",
            "result",
            "confidence",
            "category",
            "product",
            "assignee",
            "host",
            "os",
            "site",
            "surfaces",
            "sha1",
        ),
        key="alert_id",
        many=("surfaces", "category"),
        charts=(("time", "severity"), ("detected", "")),
        groupings=("host", "sha1", "alert"),
    ),
    ListView(
        "threat",
        "/threats",
        "Threats",
        "Threat",
        ("confidence", "threat", "host", "user", "classification", "status", "verdict", "mitigation"),
        "threat",
        (
            "confidence",
            "status",
            "verdict",
            "mitigation",
            "classification",
            "engine",
            "threat",
            "host",
            "os",
            "site",
            "extension",
            "extension_type",
            "techniques",
            "agent_active",
            "infected",
            "mitigation_mode",
            "mitigation_action",
            "mitigation_result",
        ),
        key="threat_id",
        many=("techniques", "engine", "mitigation_action", "mitigation_result"),
        charts=(("time", "confidence"),),
    ),
    ListView(
        "threat_event",
        "/threat-events",
        "Threat events",
        "Threat event",
        ("event", "host", "process", "command_line", "user", "file", "indicator"),
        "event",
        (
            "event",
            "object",
            "host",
            "user",
            "process",
            "indicator",
            "indicator_category",
            "file_type",
            "source_ip",
            "destination_ip",
            "site",
        ),
        many=("indicator", "indicator_category"),
        charts=(("time", ""),),
    ),
    ListView(
        "agent",
        "/hosts",
        "Hosts",
        "Host",
        (
            "host",
            "os",
            "ip",
            "user",
            "network",
            "infected",
            "active_threats",
            "version",
            "up_to_date",
            "last_active",
            "site",
        ),
        "host",
        (
            "os_type",
            "os",
            "machine",
            "network",
            "infected",
            "is_active",
            "up_to_date",
            "version",
            "mitigation",
            "arch",
            "firewall",
            "scan",
            "vulnerability",
            "installer",
            "pending_uninstall",
            "uninstalled",
            "decommissioned",
            "group_ip",
            "group_name",
            "site",
        ),
        latest=True,
        many=("ip",),
        order="host",
    ),
    ListView(
        "application",
        "/applications",
        "Applications",
        "Application",
        ("application", "version", "vendor", "host", "os", "installed", "detected", "site"),
        "application",
        ("vendor", "application", "os_type", "os", "host", "host_type", "site", "group_name"),
        latest=True,
        order="application",
        charts=(("installed", ""), ("detected", "")),
        groupings=("application", "vendor", "host"),
    ),
    ListView(
        "application_risk",
        "/vulnerabilities",
        "Vulnerabilities",
        "Vulnerability",
        ("severity", "cve", "score", "application", "version", "host", "status", "days", "mitigation"),
        "cve",
        ("severity", "status", "application", "vendor", "cve", "host", "os", "mitigation", "mark"),
        latest=True,
        order="-severity",
        groupings=("cve", "application", "host", "severity"),
    ),
    ListView(
        "activity",
        "/activity",
        "Activity",
        "Activity",
        ("description", "user", "host", "outcome", "site"),
        "description",
        ("type", "outcome", "user", "host", "site", "agent_id", "os", "account", "user_id", "description"),
        counted_facets=5,
        charts=(("time", ""),),
    ),
    ListView(
        "group",
        "/groups",
        "Groups",
        "Group",
        ("name", "type", "agents", "rank", "is_default", "creator", "created"),
        "name",
        ("type", "rank", "is_default", "inherits", "creator", "site_id"),
        latest=True,
        order="name",
    ),
    ListView(
        "response_action",
        "/actions",
        "Actions",
        "Action",
        ("action", "host", "target", "status", "user", "reason", "comment"),
        "action",
        ("action", "status", "state", "host", "user"),
        key="action_id",
        many=("host", "target"),
    ),
)

BY_STREAM: Mapping[str, ListView] = MappingProxyType({view.stream: view for view in LIST_VIEWS})


def severity_word(value: object) -> str:
    """Return the word for a number of event.severity; "" for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return next((word for least, word in SEVERITY_WORDS.items() if value >= least), "info")
