"""Activities, as GET /web/api/v2.1/activities returns them: what hosts, threats and users of the console did."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from s1ecs.standin import equipment, invent, moments, words
from s1ecs.standin.activity_types import AGENT_TYPES, CONSOLE_TYPES, THREAT_TYPES, ActivityType
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.incidents import Incident, IncidentStep
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Group, Host, Organisation, Person, Site

Words = Mapping[str, Any]

_CONSOLE_ACTIVITIES_A_HOST = 3
_CONSOLE_USERS = 12
_ON_A_HOST = 64
_IN_AN_INCIDENT = 32
_OTHER_IDS = 1 << 19
_UPDATE_TAKES = timedelta(minutes=8)
_STATUS_OF = {"in_progress": ("unresolved", "in_progress"), "resolved": ("in_progress", "resolved")}
# Kinds of step that are about the agent, not about the threat.
_ABOUT_THE_AGENT = frozenset({"isolation_ordered", "isolated", "release_ordered", "released"})
_BY_A_USER = frozenset({"in_progress", "resolved", "judged", "noted", "isolation_ordered", "release_ordered"})

FIELDS = FieldPaths(
    identity="id",
    filters={"activityTypes": "activityType", "activityUuids": "activityUuid", "createdAt": "createdAt"},
    sorts={"id": "id", "activityType": "activityType", "createdAt": "createdAt"},
    ids={
        "accountIds": "accountId",
        "agentIds": "agentId",
        "alertIds": "data.alertid",
        "groupIds": "groupId",
        "ids": "id",
        "ruleIds": "data.ruleId",
        "siteIds": "siteId",
        "threatIds": "threatId",
        "userEmails": "userEmail",
        "userIds": "userId",
    },
)


def activities(organisation: Organisation) -> Iterator[JsonObject]:
    """Yield the activities of the 23 hours before the organisation's `now`, host by host, then those of users."""
    for host in organisation.hosts:
        yield from _of_host(organisation, host)
        for incident in host.incidents:
            yield from of_incident(organisation, host, incident)
    for number in range(len(organisation.hosts) * _CONSOLE_ACTIVITIES_A_HOST):
        yield _of_user(organisation, number)


def emails(organisation: Organisation) -> Callable[[JsonObject], Mapping[str, str]]:
    """Return what tells the address of an activity's user, which its record does not have but lists filter by."""
    of_user = {person.id: person.email for person in organisation.people[:_CONSOLE_USERS]}
    return lambda record: {"userEmail": of_user.get(record["userId"] or "", "")}


def of_incident(organisation: Organisation, host: Host, incident: Incident) -> Iterator[JsonObject]:
    """Yield what the console tells of that incident of the host, in its order."""
    random = invent.source(organisation.seed, "incident activities", incident.number)
    analyst = console_user(organisation, incident.analyst)
    for number, step in enumerate(incident.steps):
        kind = incident.malware.confidence if step.kind == "detected" else step.kind
        known = {**_host_words(host), **_incident_words(incident, host, step), **_user_words(analyst)}
        if step.kind not in _BY_A_USER:
            known["username"] = None
        record = _activity(
            random,
            THREAT_TYPES[kind],
            known,
            created=step.moment,
            identity=invent.identifier(step.moment, incident.number * _IN_AN_INCIDENT + number),
        )
        yield record | {
            **_scope(host.group.site, host.group),
            "agentId": host.id,
            "hash": incident.sha1 if step.kind == "detected" else None,
            "osFamily": host.system.family if step.kind == "detected" else None,
            "threatId": None if step.kind in _ABOUT_THE_AGENT else incident.id,
            "userId": analyst.id if step.kind in _BY_A_USER else None,
        }


def of_action(
    random: Random, kind: ActivityType, host: Host | None, more: Words, *, created: datetime, identity: str
) -> JsonObject:
    """Return what the console tells of a response action, on that host if on one; `more` goes before what is known."""
    user = {"ipAddress": "203.0.113.2", "realUser": None, "sourceType": "API"}
    known = {**(_host_words(host) if host else {}), **user, "createdAt": invent.whole_second(created), **more}
    known["spokenTime"] = created.strftime("%a, %d %b %Y, %H:%M:%S UTC")
    record = _activity(random, kind, known, created=created, identity=identity)
    if host is None:
        return record | dict.fromkeys(("accountId", "accountName", "groupId", "groupName", "siteId", "siteName"))
    return record | {**_scope(host.group.site, host.group), "agentId": host.id}


def console_user(organisation: Organisation, number: int) -> Person:
    """Return one of the few people who use the console."""
    return organisation.people[number % _CONSOLE_USERS]


def _of_host(organisation: Organisation, host: Host) -> Iterator[JsonObject]:
    random = invent.source(organisation.seed, "activities", host.number)
    for number, (kind, moment, more) in enumerate(sorted(_story(organisation, host, random), key=lambda each: each[1])):
        known = {**_host_words(host), **more, "createdAt": invent.whole_second(moment)}
        known["spokenTime"] = moment.strftime("%a, %d %b %Y, %H:%M:%S UTC")
        record = _activity(
            random,
            AGENT_TYPES[kind],
            known,
            created=moment,
            identity=invent.identifier(moment, host.number * _ON_A_HOST + number),
        )
        yield record | {
            **_scope(host.group.site, host.group),
            "agentId": host.id,
            "agentUpdatedVersion": host.version if kind == "upgraded" else None,
        }


def _story(organisation: Organisation, host: Host, random: Random) -> Iterator[tuple[str, datetime, Words]]:
    """Yield what happened to the host's agent in the last day, in no order."""
    story, now = host.story, organisation.now
    told = [
        ("registered", story.registered),
        ("upgraded", story.upgraded),
        ("regrouped", story.regrouped),
        ("decommissioned", story.decommissioned),
        ("scan_ordered", story.scan.ordered),
        ("scan_started", story.scan.started),
        (f"scan_{story.scan.status}", story.scan.ended),
    ]
    if story.upgraded:
        told.append(("downloaded", story.upgraded - _UPDATE_TAKES * random.random()))
    if not story.decommissioned:
        lately = partial(moments.recent, random, now, since=story.registered)
        told += [(kind, lately()) for kind in ("device", "firewall") for _ in range(random.randrange(5))]
        told += [(kind, lately()) for kind in ("enabled", "tagged") if random.randrange(3) == 0]
    for kind, moment in told:
        if moment is not None and moment > moments.start(now):
            yield kind, moment, _words_of(kind, organisation, host, random)


def _words_of(kind: str, organisation: Organisation, host: Host, random: Random) -> Words:
    if kind.startswith("scan"):
        return {"status": kind.removeprefix("scan_"), "system": True}
    if kind == "regrouped":
        old = organisation.groups[host.group.number % len(organisation.sites)]
        return {"oldGroupId": old.id, "oldGroupName": old.name, "newGroupId": host.group.id,
                "newGroupName": host.group.name}  # fmt: skip
    if kind == "device":
        return {"deviceName": random.choice(("Backup Stick", "Camera", "Card Reader")), "deviceClass": "08h",
                "eventType": "connected", "interface": "USB", "vendorId": "0a5c", "productId": "21ec",
                "uid": invent.hexadecimal(random, 16)}  # fmt: skip
    if kind == "firewall":
        return {"action": "Block", "direction": "any", "localHost": host.address, "numberOfEvents": 3,
                "osTypes": [host.system.type], "protocol": "TCP", "remoteHost": invent.outer_address(random),
                "remotePorts": ["445"], "reportedDirection": "outbound", "ruleName": "Block file shares outside",
                "status": "Enabled", "tagNames": []}  # fmt: skip
    return {"newVersion": host.version, "enabledReason": "expired", "optionalGroups": []}


def _of_user(organisation: Organisation, number: int) -> JsonObject:
    random = invent.source(organisation.seed, "console", number)
    moment = moments.recent(random, organisation.now)
    (kind,) = random.choices([kind for _, kind in CONSOLE_TYPES], [share for share, _ in CONSOLE_TYPES])
    person = console_user(organisation, random.randrange(_CONSOLE_USERS))
    site = random.choice(organisation.sites)
    by_user = console_user(organisation, random.randrange(_CONSOLE_USERS)).name
    known = {
        "accountName": site.account.name,
        "byUser": by_user,
        "exclusionType": "path",
        "fullScopeDetails": f"Site {site.name} of Account {site.account.name}",
        "fullScopeDetailsPath": f"Global / {site.account.name} / {site.name}",
        "groupName": words.GROUPS[random.randrange(1, len(words.GROUPS))],
        "groupType": "Manual",
        "newValue": True,
        "osFamily": "windows",
        "policy": {
            "antiTamperingOn": True,
            "autoMitigationAction": "mitigation.quarantineThreat",
            "scanNewAgents": True,
        },
        "policyName": site.name,
        "reason": None,
        "scopeLevel": "Site",
        "scopeName": site.name,
        "siteName": site.name,
        "source": "mgmt",
        "value": r"C:\Tools\backup.exe",
        **_user_words(person),
    }
    record = _activity(random, kind, known, created=moment, identity=invent.identifier(moment, _OTHER_IDS + number))
    return record | {
        **_scope(site, None),
        "userId": person.id if kind.primary and "{username}" in kind.primary else None,
    }


def _activity(random: Random, kind: ActivityType, known: Words, *, created: datetime, identity: str) -> JsonObject:
    """Return the record of an activity of that kind, its texts and its `data` filled with what is known."""
    return {
        "activityType": kind.number,
        "activityUuid": invent.uuid(random),
        "agentId": None,
        "agentUpdatedVersion": None,
        "comments": None,
        "createdAt": invent.time_text(created),
        "data": {key: known.get(key) for key in kind.keys},
        "description": None,
        "hash": None,
        "id": identity,
        "osFamily": None,
        "primaryDescription": kind.primary and kind.primary.format_map(known),
        "secondaryDescription": kind.secondary and kind.secondary.format_map(known),
        "threatId": None,
        "updatedAt": invent.time_text(created + timedelta(microseconds=7)),
        "userId": None,
    }


def _scope(site: Site, group: Group | None) -> JsonObject:
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "groupId": group and group.id,
        "groupName": group and group.name,
        "siteId": site.id,
        "siteName": site.name,
    }


def _host_words(host: Host) -> dict[str, Any]:
    group, site = host.group, host.group.site
    return {
        "accountName": site.account.name,
        "computerName": host.name,
        "externalIp": equipment.outer_address(host),
        "fullScopeDetails": f"Group {group.name} in Site {site.name} of Account {site.account.name}",
        "fullScopeDetailsPath": f"Global / {site.account.name} / {site.name} / {group.name}",
        "group": group.id,
        "groupId": group.id,
        "groupName": group.name,
        "groupType": "Manual",
        "lastLoggedInUserName": host.person.login,
        "osType": host.system.type,
        "scopeLevel": "Group",
        "scopeName": group.name,
        "siteName": site.name,
        "uuid": host.uuid,
    }


def _incident_words(incident: Incident, host: Host, step: IncidentStep) -> dict[str, Any]:
    malware = incident.malware
    old, new = _STATUS_OF.get(step.kind, ("unresolved", "unresolved"))
    return {
        "confidenceLevel": malware.confidence,
        "downloadUrl": f"/threats/mitigation-report/{incident.id}",
        "escapedMaliciousProcessArguments": malware.arguments,
        "fileContentHash": incident.sha1,
        "fileDisplayName": malware.name,
        "filePath": malware.path.format(user=host.person.login),
        "globalStatus": "failed" if step.kind == "kill_failed" else "success",
        "newAnalystVerdict": incident.verdict,
        "newAnalystVerdictTitle": _title(incident.verdict),
        "newIncidentStatus": new,
        "newIncidentStatusTitle": _title(new),
        "newStatus": "mitigated",
        "oldAnalystVerdict": "undefined",
        "oldAnalystVerdictTitle": "Undefined",
        "oldIncidentStatus": old,
        "oldIncidentStatusTitle": _title(old),
        "originalStatus": "not_mitigated",
        "threatClassification": malware.classification,
        "threatClassificationSource": "Engine",
    }


def _user_words(person: Person) -> dict[str, Any]:
    return {
        "ipAddress": f"203.0.113.{int(person.id) % 250 + 2}",
        "realUser": None,
        "role": "SOC",
        "sourceType": "UI",
        "username": person.name,
        "userScope": "site",
    }


def _title(word: str) -> str:
    """true_positive is shown as "True positive"."""
    return word.replace("_", " ").capitalize()
