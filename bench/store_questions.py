"""Questions that lists, panels and the story of an alert put to the store, and those to its search."""

from collections.abc import Mapping
from types import MappingProxyType

_COUNTS = "SELECT value, sum(count) AS n FROM hourly_counts WHERE (stream, dimension) = ('{0}', '{1}')"
_TOP = " AND hour >= :{2} GROUP BY value ORDER BY n DESC LIMIT 10"
_BY_HOUR = (
    "SELECT hour, value, sum(count) FROM hourly_counts WHERE (stream, dimension) = ('{0}', '{1}') AND hour >= :{2}"
    " GROUP BY hour, value"
)


def _top(stream: str, column: str, since: str) -> str:
    return (_COUNTS + _TOP).format(stream, column, since)


def _by_hour(stream: str, column: str, since: str) -> str:
    return _BY_HOUR.format(stream, column, since)


# :day, :week, :month are the times that long ago.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "alerts by hour and severity, a day": _by_hour("alert", "severity", "day"),
        "alerts by hour and severity, 30 days": _by_hour("alert", "severity", "month"),
        "loudest rules, a week": _top("alert", "rule", "week"),
        "loudest rules, 30 days": _top("alert", "rule", "month"),
        "hosts with most alerts, a week": _top("alert", "host", "week"),
        "alerts by status, 30 days": _top("alert", "status", "month"),
        "alerts by operating system, 30 days": _top("alert", "os", "month"),
        "newest alerts": "SELECT time, severity, rule, host, user, id FROM alert ORDER BY time DESC LIMIT 50",
        "newest alerts of a severity": (
            "SELECT time, rule, host, id FROM alert WHERE severity = 99 ORDER BY time DESC LIMIT 50"
        ),
        "alerts before a key": (
            "SELECT time, rule, host, id FROM alert WHERE time < :week ORDER BY time DESC LIMIT 50"
        ),
        "alerts of a host": "SELECT time, rule, id FROM alert WHERE host = 'WS-0042' ORDER BY time DESC LIMIT 50",
        "alerts of a rule, a day": (
            "SELECT time, host, id FROM alert WHERE time > :day AND rule = (SELECT rule FROM alert LIMIT 1)"
        ),
        "rules by severity, a day": (
            "SELECT rule, severity, count(*) FROM alert WHERE time > :day GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10"
        ),
        "one alert": (
            "SELECT document FROM documents WHERE (console, stream, id) = ('default', 'alert', 'alert-000400000')"
        ),
        "threats by confidence and hour, 30 days": _by_hour("threat", "confidence", "month"),
        "threats by classification, 30 days": _top("threat", "classification", "month"),
        "open threats": (
            "SELECT threat, host, count(*) FROM threat WHERE status <> 'resolved' AND time > :month GROUP BY 1, 2"
            " ORDER BY 3 DESC LIMIT 20"
        ),
        "events of a host, a day": (
            "SELECT time, event, process FROM threat_event WHERE host = 'WS-0042' AND time > :day ORDER BY time"
        ),
        "unified alerts by severity, 30 days": _top("unified_alert", "severity", "month"),
        "newest unified alerts": "SELECT time, severity, alert, host FROM unified_alert ORDER BY time DESC LIMIT 50",
        "agents by version": "SELECT version, count(*) FROM agent_latest GROUP BY 1 ORDER BY 2 DESC",
        "agents out of date": "SELECT host, version FROM agent_latest WHERE NOT up_to_date ORDER BY host LIMIT 50",
        "agents not seen for a week": "SELECT host, last_active FROM agent_latest WHERE last_active < :week LIMIT 50",
        "latest state of a host": "SELECT * FROM agent_latest WHERE host = 'WS-0042'",
        "applications by vendor": (
            "SELECT vendor, count(*) FROM application_latest GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
        ),
        "what to patch first": (
            "SELECT cve, application, max(score), count(DISTINCT host) FROM application_risk_latest"
            " GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC LIMIT 20"
        ),
        "agents of a site that are there": (
            "SELECT site, count(*) FROM agent_latest WHERE NOT gone GROUP BY 1 ORDER BY 2 DESC"
        ),
        "applications that are there": (
            "SELECT application, count(*) FROM application_latest WHERE NOT gone GROUP BY 1 ORDER BY 2 DESC LIMIT 20"
        ),
        "risks by severity": "SELECT severity, count(*) FROM application_risk_latest GROUP BY 1",
        "newest activity": "SELECT time, description, user, host FROM activity ORDER BY time DESC LIMIT 50",
        "activity by type, a week": _top("activity", "type", "week"),
        "documents a day and stream": (
            "SELECT stream, substr(hour, 1, 10) AS day, sum(count) FROM hourly_counts WHERE dimension = 'total'"
            " AND stream IN ('alert', 'threat', 'activity', 'agent', 'threat_event') AND hour >= :month GROUP BY 1, 2"
        ),
    }
)

# Questions to the full-text search, over all streams.
SEARCHES: Mapping[str, str] = MappingProxyType(
    {
        "a hash": "hash:0c*",
        "two words": "powershell encodedcommand",
        "a word of every alert": "windows",
        "a host": "host:ws-0042",
        "the beginning of a word": "power*",
    }
)
