"""An entry of a threat's timeline, where the collector was told to ask for it: GET /threats/{id}/timeline."""

import re
from contextlib import suppress
from typing import Any

from s1ecs.ecs.converters import Bad
from s1ecs.ecs.dates import date
from s1ecs.ecs.table import Found, Inner
from s1ecs.records import DEEPEST
from s1ecs.streams.conversions.snake_case import in_snake_case

_BEGINS_LIKE_A_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")

# As in the details of an activity that tells of a STAR rule, where both spellings are seen.
_RULE_KEYS = {
    "rule.id": ("ruleid", "ruleId"),
    "rule.name": ("rulename", "ruleName"),
    "rule.description": ("ruledescription", "ruleDescription"),
}


def timeline(entry: Any, found: Found) -> dict[str, Any] | None:
    """The entry with keys in snake case and dates in one form; the STAR rule that it names goes to `rule.*`.

    What is no object leaves no trace.
    """
    if not isinstance(entry, dict):
        return None
    details = entry.get("data")
    places = (details, entry) if isinstance(details, dict) else (entry,)
    for field, keys in _RULE_KEYS.items():
        values = (place.get(key) for place in places for key in keys)
        value = next((value for value in values if isinstance(value, str | int) and not isinstance(value, bool)), None)
        if value is not None:
            found.fields[field] = value
    renamed: dict[str, Any] = _with_dates(in_snake_case(entry))
    return renamed


def _with_dates(value: Any, depth: int = 0) -> Any:
    # What is nested deeper never gets into a document.
    if depth > DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: _with_dates(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_dates(member, depth + 1) for member in value]
    if isinstance(value, str) and _BEGINS_LIKE_A_DATE_TIME.match(value):
        with suppress(Bad):
            return date(value)
    return value


# What an entry holds is not known for sure; these keys are those that the console sorts it by, and an activity's.
TIMELINE_FIELDS = (
    *(
        Inner(field, "keyword", f"{meaning}, from an entry of the timeline.", f"{place}{key}")
        for field, meaning in (
            ("rule.description", "Description of the STAR rule"),
            ("rule.id", "Id of the STAR rule"),
            ("rule.name", "Name of the STAR rule"),
        )
        for place in ("data.", "")
        for key in _RULE_KEYS[field]
    ),
    Inner(".account_id", "keyword", "Id of the account that the entry belongs to.", "accountId"),
    Inner(".activity_type", "long", "Number of the entry's activity type.", "activityType"),
    Inner(".agent_id", "keyword", "Id of the agent that the entry is about.", "agentId"),
    Inner(".created_at", "date", "Time when the entry was created.", "createdAt"),
    Inner(".data", "flattened", "Details of the entry."),
    Inner(".hash", "keyword", "SHA-1 of the file that the entry is about."),
    Inner(".id", "keyword", "Id of the entry."),
    Inner(".primary_description", "keyword", "Description of the event by the console.", "primaryDescription"),
    Inner(".secondary_description", "keyword", "Additional description.", "secondaryDescription"),
    Inner(".site_id", "keyword", "Id of the site that the entry belongs to.", "siteId"),
    Inner(".threat_id", "keyword", "Id of the threat that the entry is about.", "threatId"),
    Inner(".updated_at", "date", "Time when the entry last changed.", "updatedAt"),
    Inner(".user_id", "keyword", "Id of the user who acted.", "userId"),
)
