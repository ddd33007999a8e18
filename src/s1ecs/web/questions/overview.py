"""Everything that the overview shows, asked in one read transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from s1ecs.web.mitre import matrix
from s1ecs.web.questions.conditions import Conditions
from s1ecs.web.questions.counting import TimeCount, ValueCount, over_time, total, values
from s1ecs.web.questions.list_rows import ListRow, Sorting, list_page
from s1ecs.web.questions.narrowing import narrowed
from s1ecs.web.questions.summaries import Cross, PatchFirst, also, before, by_two, distinct, members, patch_first

# Streams whose documents are counted in the first line, and the column that stacks their chart.
COUNTED = (
    "alert",
    "unified_alert",
    "threat",
    "threat_event",
    "activity",
    "agent",
    "application",
    "application_risk",
    "group",
)
CHARTS: Mapping[str, str] = {"alert": "severity", "unified_alert": "severity", "threat": "confidence"}
_TOP = 8
_OPEN = "resolved"


@dataclass(frozen=True)
class TopPanel:
    """The most frequent values of a column of a stream."""

    title: str
    stream: str
    column: str
    values: Sequence[ValueCount]


# Title, stream, column; shown in this order.
_TOPS = (
    ("Loudest rules", "alert", "rule"),
    ("Hosts with most alerts", "alert", "host"),
    ("Users with most alerts", "alert", "user"),
    ("Agents by operating system", "agent", "os"),
    ("Agents by version", "agent", "version"),
    ("Agents by network status", "agent", "network"),
    ("Vulnerabilities by severity", "application_risk", "severity"),
    ("Threats by classification", "threat", "classification"),
)


# Columns that panels ask of latest states.
_NARROWED: Mapping[str, Sequence[str]] = {
    "agent": ("os", "version", "network", "infected", "up_to_date", "last_active"),
    "application_risk": ("cve", "application", "severity", "score", "host"),
}


@dataclass(frozen=True)
class Overview:
    """Answers for the overview; panels without documents are empty, and say so."""

    totals: Mapping[str, int]
    over_time: Mapping[str, Sequence[TimeCount]]
    open_threats: Sequence[Cross]
    open_threat_count: int
    tops: Sequence[TopPanel]
    techniques: Sequence[tuple[str, Sequence[tuple[str, int]]]]
    infected: int
    outdated: int
    unseen: int
    unseen_before: str
    cves: int
    severe_cves: int
    patch_first: Sequence[PatchFirst]
    activity: Sequence[ListRow]


def overview_key(lists: Mapping[str, Conditions], week_ago: str) -> str:
    """Return a text that is the same for the same question."""
    asked = [
        (stream, each.within, each.consoles, each.filters, each.words, each.current, each.gone)
        for stream, each in lists.items()
    ]
    return repr((asked, week_ago))


def ask_overview(connection: sqlite3.Connection, lists: Mapping[str, Conditions], week_ago: str) -> Overview:
    """Ask it all; `lists` are the conditions of every stream, `week_ago` a time as documents have it."""
    found = {stream: narrowed(connection, lists[stream], columns) for stream, columns in _NARROWED.items()}
    lists = {**lists, **found}
    risks, agents = lists["application_risk"], lists["agent"]
    threats = also(replace(lists["threat"], current=True), "status", _OPEN, negated=True)
    threats = narrowed(connection, threats, ("status", "verdict"))
    return Overview(
        totals={stream: total(connection, lists[stream]) for stream in COUNTED},
        over_time={stream: over_time(connection, lists[stream], column) for stream, column in CHARTS.items()},
        open_threats=by_two(connection, threats, "status", "verdict"),
        open_threat_count=total(connection, threats),
        tops=[
            TopPanel(title, stream, column, values(connection, lists[stream], column, _TOP))
            for title, stream, column in _TOPS
        ],
        techniques=matrix(members(connection, lists["threat"], "techniques")),
        infected=total(connection, also(agents, "infected", "true")),
        outdated=total(connection, also(agents, "up_to_date", "false")),
        unseen=total(connection, before(agents, "last_active", week_ago)),
        unseen_before=week_ago,
        cves=distinct(connection, risks, "cve"),
        severe_cves=distinct(connection, also(risks, "severity", "99", "73"), "cve"),
        patch_first=patch_first(connection, risks, _TOP),
        activity=list_page(connection, lists["activity"], Sorting("time", descending=True), "", _TOP).rows,
    )
