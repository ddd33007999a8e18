"""The timeline of one threat, as GET /web/api/v2.1/threats/{threat_id}/timeline returns it."""

from collections.abc import Iterator
from datetime import timedelta

from s1ecs.standin import invent
from s1ecs.standin.activities import of_incident
from s1ecs.standin.activity_types import OF_A_RULE
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.incidents import Incident
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation

# Activities have these keys beside those of timelines.
_ONLY_ACTIVITIES = frozenset({"activityUuid", "comments", "description"})
_AFTER = timedelta(milliseconds=400)

_SORTS = ("hash", "activityType", "primaryDescription", "secondaryDescription", "createdAt")
FIELDS = FieldPaths(
    identity="id",
    filters={"activityTypes": "activityType"},
    sorts={name: name for name in _SORTS},
    ids={"accountIds": "accountId", "groupIds": "groupId", "siteIds": "siteId"},
    text=("primaryDescription", "secondaryDescription"),
    sort="createdAt",
)


def timeline(organisation: Organisation, host: Host, incident: Incident) -> Iterator[JsonObject]:
    """Yield the entries: what the activities tell of the threat and, for some, that a STAR rule made it one."""
    # Threats that came from elsewhere have no timeline.
    if incident.number % 7 == 3:  # noqa: PLR2004 - a share
        return
    for number, activity in enumerate(of_incident(organisation, host, incident)):
        if activity["threatId"] is None:
            continue
        entry = {key: value for key, value in activity.items() if key not in _ONLY_ACTIVITIES}
        if number % 3 == 1:
            del entry["threatId"]
        yield entry
        if number == 0 and incident.number % 3 == 0:
            yield _of_a_rule(organisation, incident, entry)


def _of_a_rule(organisation: Organisation, incident: Incident, detected: JsonObject) -> JsonObject:
    rule = organisation.rules[incident.number % len(organisation.rules)]
    moment = min(incident.created + _AFTER, organisation.now)
    known = detected["data"] | {
        "ruleDescription": rule.scenario.description,
        "ruleId": rule.id,
        "ruleName": rule.scenario.name,
    }
    return detected | {
        "activityType": OF_A_RULE.number,
        "createdAt": invent.time_text(moment),
        "data": {key: known.get(key) for key in OF_A_RULE.keys},
        "id": invent.identifier(moment, incident.number),
        "primaryDescription": f"Custom Rule {rule.scenario.name} marked the event as {incident.malware.confidence}.",
        "updatedAt": invent.time_text(moment),
    }
