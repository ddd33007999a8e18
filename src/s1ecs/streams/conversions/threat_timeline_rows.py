"""The rows of an entry of a threat's timeline in layout 2."""

from dataclasses import replace
from typing import Any

from s1ecs.ecs.table import Found, Inner, date, function, keyword, within

_THREAT = "sentinel_one.threat"
# For each field of a rule, the keys of an entry's details that may have it; the first that is there counts.
_RULE_KEYS = {
    "rule.description": ("ruledescription", "ruleDescription"),
    "rule.id": ("ruleid", "ruleId"),
    "rule.name": ("rulename", "ruleName"),
}


def _own(field: str) -> str:
    return f"{_THREAT}.{field.replace('.', '_')}"


def details(data: Any, found: Found) -> Any:
    """The details without what they tell of a STAR rule, which goes to fields of its own; no object stays as it is.

    Where both spellings of a key are there, the second stays in the details.
    """
    if not isinstance(data, dict):
        return data
    left = dict(data)
    for field, keys in _RULE_KEYS.items():
        key = next((key for key in keys if left.get(key) is not None), None)
        if key is not None:
            found.fields[field] = found.fields[_own(field)] = left.pop(key)
    return left


_RULE_FIELDS = tuple(
    Inner(name, "keyword", f"{meaning} that an entry of the timeline tells of.", key)
    for field, meaning in (
        ("rule.description", "Description of the STAR rule"),
        ("rule.id", "Id of the STAR rule"),
        ("rule.name", "Name of the STAR rule"),
    )
    for name in (_own(field), field)
    for key in _RULE_KEYS[field]
)

TIMELINE_ROWS = within(
    "timeline",
    f"{_THREAT}.timeline",
    date("@timestamp", "createdAt", "Time when the entry of the timeline was created.", overwrites=True),
    keyword(".activity_type", "activityType", "Number of the entry's activity type.", index_type="long"),
    keyword(".primary_description", "primaryDescription", "Description of the event by the console."),
    keyword(".secondary_description", "secondaryDescription", "Additional description."),
    keyword(".id", "id", "Id of the entry."),
    keyword("message", "primaryDescription", "Description of the event by the console.", only_if_unset=True),
    replace(function(".data", "data", "Details of the entry.", details, *_RULE_FIELDS), index_type="flattened"),
    keyword(".account.id", "accountId", "Id of the account that the entry belongs to."),
    keyword(".agent.id", "agentId", "Id of the agent that the entry is about."),
    keyword(".agent_updated_version", "agentUpdatedVersion", "Version that the agent was updated to."),
    date(".created_at", "createdAt", "Time when the entry was created."),
    keyword(".group.id", "groupId", "Id of the group that the entry belongs to."),
    keyword("group.id", "groupId", "Id of the group that the entry belongs to.", only_if_unset=True),
    keyword(".hash", "hash", "SHA-1 of the file that the entry is about.", related="hash"),
    keyword(
        ".os_family",
        "osFamily",
        "Operating-system family of the host, as the console writes it.",
        copies=("host.os.family",),
    ),
    keyword(".site.id", "siteId", "Id of the site that the entry belongs to."),
    date(".updated_at", "updatedAt", "Time when the entry last changed."),
    keyword(".user.id", "userId", "Id of the user who acted.", copies=("user.id",), related="user"),
)
