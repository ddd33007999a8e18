"""Table of the saved queries that s1ecs ships: `s1ecs query --saved` and docs/querying.md show it."""

from s1ecs.settings.saved_queries import SavedQuery

_WEEK = {"since": "7d"}
_MONTH = {"since": "30d"}

# Types of activities are the numbers of the console. `+host` keeps SQLite from grouping by an index of all times, where
# the index of times finds the few documents of a week. The index by rule has all that is asked, and rules are few.
SHIPPED: tuple[SavedQuery, ...] = (
    SavedQuery(
        "loudest-rules",
        "Rules with the most alerts, with the number of hosts.",
        """
SELECT rule, max(severity) AS severity, count(DISTINCT alert_id) AS alerts, count(DISTINCT host) AS hosts,
    max(time) AS newest
FROM alert WHERE time > ago(:since)
GROUP BY rule ORDER BY alerts DESC, rule LIMIT :limit
""",
        _WEEK | {"limit": "20"},
    ),
    SavedQuery(
        "alerts-by-hour",
        "Alerts per hour and severity, newest hour first.",
        """
SELECT substr(time, 1, 13) || ':00Z' AS hour, count(DISTINCT alert_id) AS alerts,
    count(DISTINCT CASE WHEN severity >= 99 THEN alert_id END) AS critical,
    count(DISTINCT CASE WHEN severity BETWEEN 73 AND 98 THEN alert_id END) AS high,
    count(DISTINCT CASE WHEN severity BETWEEN 47 AND 72 THEN alert_id END) AS medium,
    count(DISTINCT CASE WHEN severity < 47 THEN alert_id END) AS low
FROM alert WHERE time > ago(:since)
GROUP BY hour ORDER BY hour DESC
""",
        {"since": "24h"},
    ),
    SavedQuery(
        "noisy-hosts",
        "Hosts with the most alerts, with their rules and highest severity.",
        """
SELECT host, count(DISTINCT alert_id) AS alerts, max(severity) AS severity, count(DISTINCT rule) AS rules,
    max(time) AS newest
FROM alert WHERE time > ago(:since) AND +host IS NOT NULL
GROUP BY +host ORDER BY alerts DESC, host LIMIT :limit
""",
        _WEEK | {"limit": "20"},
    ),
    SavedQuery(
        "open-threats",
        "Threats that are not resolved, in their latest state, newest first.",
        """
SELECT time, host, threat, classification, confidence, status, verdict, mitigation, threat_id FROM (
    SELECT max(time) AS time, host, threat, classification, confidence, status, verdict, mitigation, threat_id
    FROM threat GROUP BY console, threat_id
)
WHERE status <> 'resolved' ORDER BY time DESC LIMIT :limit
""",
        {"limit": "50"},
    ),
    SavedQuery(
        "open-unified-alerts",
        "Unified alerts that are not resolved, in their latest state, most severe first.",
        """
SELECT detected, severity, alert, host, user, status, verdict, assignee, product, alert_id FROM (
    SELECT max(time) AS time, detected, severity, alert, host, user, status, verdict, assignee, product, alert_id
    FROM unified_alert GROUP BY console, alert_id
)
WHERE status <> 'RESOLVED' ORDER BY severity DESC, detected DESC LIMIT :limit
""",
        {"limit": "50"},
    ),
    SavedQuery(
        "host-timeline",
        "Activities, alerts, threats and response actions of one host, newest first.",
        """
SELECT time, 'activity' AS stream, description AS text FROM activity WHERE host = :host AND time > ago(:since)
UNION ALL SELECT time, 'alert', rule FROM alert WHERE host = :host AND time > ago(:since)
UNION ALL SELECT time, 'unified_alert', alert FROM unified_alert WHERE host = :host AND time > ago(:since)
UNION ALL SELECT time, 'threat', threat || ': ' || status FROM threat WHERE host = :host AND time > ago(:since)
UNION ALL SELECT time, 'response_action', action || ': ' || coalesce(status, state)
    FROM response_action WHERE host = :host AND time > ago(:since)
ORDER BY time DESC LIMIT :limit
""",
        _WEEK | {"limit": "100"},
    ),
    SavedQuery(
        "hash-sightings",
        "Hosts on which a file with this SHA-256 was seen, in alerts, threats and threat events.",
        """
SELECT host, stream, min(time) AS first, max(time) AS last, count(*) AS documents, max(file) AS file FROM (
    SELECT host, 'threat_event' AS stream, time, file FROM threat_event WHERE sha256 = :sha256
    UNION ALL SELECT host, 'threat', time, file FROM threat WHERE sha256 = :sha256
    UNION ALL SELECT host, 'alert', time, process FROM alert WHERE sha256 = :sha256
    UNION ALL SELECT host, 'unified_alert', time, file FROM unified_alert WHERE sha256 = :sha256
)
GROUP BY host, stream ORDER BY last DESC
""",
    ),
    SavedQuery(
        "infected-hosts",
        "Hosts that are infected or have active threats now.",
        """
SELECT host, os, user, active_threats, network, last_active, site, agent_id
FROM agent_latest WHERE NOT gone AND (infected OR active_threats > 0)
ORDER BY active_threats DESC, host
""",
    ),
    SavedQuery(
        "outdated-agents",
        "Agents that are not up to date, by version.",
        """
SELECT version, host, os, last_active, site, group_name, agent_id
FROM agent_latest WHERE NOT gone AND NOT decommissioned AND NOT up_to_date
ORDER BY version, host
""",
    ),
    SavedQuery(
        "silent-agents",
        "Agents that have not reported since a time, longest silence first.",
        """
SELECT host, last_active, os, version, user, site, agent_id
FROM agent_latest WHERE NOT gone AND NOT decommissioned AND last_active < ago(:since)
ORDER BY last_active
""",
        _WEEK,
    ),
    SavedQuery(
        "patch-first",
        "Applications to patch first: most severe vulnerability, then number of hosts.",
        """
SELECT application, version, max(severity) AS severity, max(score) AS score, count(DISTINCT cve) AS cves,
    count(DISTINCT agent_id) AS hosts, max(days) AS days
FROM application_risk_latest
WHERE NOT gone AND coalesce(mark, '') NOT IN ('Ignored', 'False positive') AND coalesce(mitigation, '') <> 'Mitigated'
GROUP BY application, version ORDER BY severity DESC, hosts DESC, score DESC, cves DESC LIMIT :limit
""",
        {"limit": "20"},
    ),
    SavedQuery(
        "vulnerable-hosts",
        "Hosts with the most vulnerabilities of severity high (73) and critical (99).",
        """
SELECT host, count(DISTINCT cve) AS cves, count(DISTINCT CASE WHEN severity >= 99 THEN cve END) AS critical,
    max(score) AS score, count(DISTINCT application) AS applications, agent_id
FROM application_risk_latest WHERE NOT gone AND severity >= 73
GROUP BY agent_id ORDER BY cves DESC, host LIMIT :limit
""",
        {"limit": "20"},
    ),
    SavedQuery(
        "failed-logins",
        "Failed logins to the console.",
        """
SELECT time, user, description, secondary, site
FROM activity WHERE type IN (133, 134) AND time > ago(:since)
ORDER BY time DESC
""",
        _WEEK,
    ),
    SavedQuery(
        "new-tokens",
        "API tokens, service users and registration tokens: generated, changed, revoked.",
        """
SELECT time, user, description, secondary, site
FROM activity WHERE type IN (110, 111, 112, 113, 114, 140, 141, 142, 5012, 5027) AND time > ago(:since)
ORDER BY time DESC
""",
        _MONTH,
    ),
    SavedQuery(
        "policy-changes",
        "Changes of policies, exclusions and blocklists.",
        """
SELECT time, user, description, site, group_name
FROM activity WHERE time > ago(:since) AND type IN (
    56, 57, 68, 69, 70, 73, 76, 77, 78, 79, 82, 83, 84, 87, 105, 116, 4004, 4005, -- policies
    3001, 3005, 3008, 3009, 3010, 3011, 3012, 3013, 3014, 3015, 3016, 3017, 3018, 3019, 3021, 3022, -- exclusions
    3002, 3006, 3020, 3023 -- blocklists
)
ORDER BY time DESC
""",
        _MONTH,
    ),
    SavedQuery(
        "response-actions",
        "Response actions of s1ecs in their latest state, newest first.",
        """
SELECT max(time) AS time, action, target, host, state, status, user, reason, comment, action_id
FROM response_action WHERE time > ago(:since)
GROUP BY console, action_id ORDER BY time DESC
""",
        _MONTH,
    ),
    SavedQuery(
        "newest-per-stream",
        "Newest document of each stream, and its age in hours.",
        """
WITH RECURSIVE found(stream) AS (
    SELECT min(stream) FROM documents
    UNION ALL SELECT (SELECT min(stream) FROM documents WHERE stream > found.stream) FROM found
    WHERE found.stream IS NOT NULL
), newest AS (
    SELECT stream, (SELECT max(time) FROM documents WHERE documents.stream = found.stream) AS time
    FROM found WHERE stream IS NOT NULL
)
SELECT stream, time, round((julianday(now()) - julianday(time)) * 24, 1) AS hours FROM newest ORDER BY stream
""",
    ),
)
