"""Unified alerts, as POST /unifiedalerts/graphql can be asked for them, told from the organisation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from s1ecs.standin import invent, words
from s1ecs.standin.detection_time import asset, scope_names, system_word
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Hashes, Host, Organisation
from s1ecs.standin.programs import PROGRAMS
from s1ecs.standin.unified_stories import UNIFIED_STORIES, UnifiedStory

_MILLISECOND = timedelta(milliseconds=1)
# Every one was updated in the last 23 hours, so that who asks for 24 hours some minutes later still gets them all.
_SPAN = timedelta(hours=23)
# How many hosts of a hundred have none, one, two, four.
_NUMBERS, _SHARES = (0, 1, 2, 4), (45, 30, 15, 10)
# Of a hundred alerts: how many nothing happened to since, and how many are from before the window.
_UNTOUCHED, _OLD = 45, 25
_CATEGORIES = {
    "laptop": ("Workstation", "Laptop"),
    "desktop": ("Workstation", "Desktop"),
    "server": ("Server", "Virtual Machine"),
    "kubernetes node": ("Server", "Other Server"),
}
_VERDICTS = ("TRUE_POSITIVE_MALWARE", "TRUE_POSITIVE_BENIGN_BUT_SUSPICIOUS", "FALSE_POSITIVE_USER_ERROR")


class _Course(NamedTuple):
    """Course of an alert; `handled` is True if somebody looked at it."""

    first_seen: datetime
    detected: datetime
    created: datetime
    updated: datetime
    handled: bool


def unified_alerts(organisation: Organisation) -> Iterator[JsonObject]:
    """Yield the alerts, host by host."""
    for host in organisation.hosts:
        random = invent.source(organisation.seed, "unified alerts", host.number)
        for number in range(random.choices(_NUMBERS, _SHARES)[0]):
            yield _alert(organisation, host, number)


def _alert(organisation: Organisation, host: Host, number: int) -> JsonObject:
    random = invent.source(organisation.seed, "unified alert", host.number, number)
    story = random.choice([story for story in UNIFIED_STORIES if host.system.family in story.systems])
    course = _course(random, organisation.now)
    analyst = _person(random) if course.handled and random.randrange(4) else None
    category, kind = story.analytics
    record: JsonObject = {
        "id": invent.uuid(random),
        "aiInvestigation": _investigation(random) if course.handled else None,
        "analystVerdict": random.choice(_VERDICTS) if course.handled else "UNDEFINED",
        "analytics": {"category": category, "name": story.name, "typeValue": kind, "uid": random.choice((None, "a-1"))},
        "assets": [_asset(random, host)],
        "assignee": analyst,
        "attackSurfaces": [story.surface],
        "availableActionIds": random.choice((None, [])),
        "classification": story.classification,
        "confidenceLevel": random.choice(("MALICIOUS", "SUSPICIOUS", "INFORMATIONAL")),
        "createdAt": _time(course.created),
        "dataSources": ["FILE", "PROCESS"] if story.program else [],
        "description": story.description,
        "detectedAt": _time(course.detected),
        "detectionSource": {"product": story.product, "vendor": "SentinelOne"},
        "detectionTime": {
            "assets": [asset(random, host)],
            "attacker": _attacker(random, story),
            "scope": scope_names(host),
            "targetUser": _target(host) if story.surface in {"IDENTITY", "EMAIL"} else None,
        },
        "exclusionHash": invent.hexadecimal(random, 40) if random.randrange(5) == 0 else None,
        "externalId": invent.identifier(course.detected, random.randrange(1 << 20)) if random.randrange(5) else None,
        "firstSeenAt": _time(course.first_seen),
        "lastSeenAt": _time(course.detected),
        "name": story.name,
        "noteExists": course.handled and random.randrange(2) == 0,
        "process": _process(organisation, story),
        "realTime": {"scope": _scope(host)},
        "result": random.choice(("MITIGATED", "UNMITIGATED", "BENIGN", None)),
        "severity": story.severity,
        "sloDetails": _objectives(random, course) if random.randrange(3) == 0 else None,
        "status": random.choice(("RESOLVED", "IN_PROGRESS")) if course.handled else "NEW",
        "storylineId": invent.hexadecimal(random, 16).upper() if story.program else None,
        "ticketId": f"INC-{random.randrange(10**5)}" if course.handled and random.randrange(3) == 0 else None,
        "updatedAt": _time(course.updated),
    }
    return record


def _course(random: Random, now: datetime) -> _Course:
    # Whole milliseconds, so that no text stands for an earlier time than the moment itself.
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    updated = now - random.randrange(1000, _SPAN // _MILLISECOND) * _MILLISECOND
    kind = random.randrange(100)
    if kind < _UNTOUCHED:
        detected = updated
    elif kind < _UNTOUCHED + _OLD:
        detected = now - random.randrange(26 * 3600, 10 * 86400) * timedelta(seconds=1)
    else:
        earliest = now - _SPAN
        detected = earliest + (updated - earliest) // _MILLISECOND * random.randrange(1000) // 1000 * _MILLISECOND
    return _Course(
        first_seen=detected - random.randrange(60_000) * _MILLISECOND,
        detected=detected,
        created=min(updated, detected + random.randrange(4000) * _MILLISECOND),
        updated=updated,
        handled=kind >= _UNTOUCHED,
    )


def _person(random: Random) -> JsonObject:
    first, last = random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES)
    return {
        "email": f"{first}.{last}@{words.DOMAIN}".lower(),
        "fullName": f"{first} {last}",
        "userId": str(invent.SMALLEST_ID + random.randrange(10**12)),
    }


def _investigation(random: Random) -> JsonObject | None:
    if random.randrange(3):
        return None
    verdict = random.choice(("TRUE_POSITIVE", "FALSE_POSITIVE", None))
    return {"purpleAiStatus": "COMPLETED", "status": "COMPLETED", "verdict": verdict}


def _asset(random: Random, host: Host) -> JsonObject:
    category, subcategory = _CATEGORIES[host.machine_type]
    return {
        "accessible": host.is_active,
        "agentUuid": host.uuid,
        "agentVersion": host.version,
        "assetTypeClassifier": f"{host.system.name} {category}",
        "category": category,
        "connectivityToConsole": "ONLINE" if host.is_active else "OFFLINE",
        "decommissioned": host.is_decommissioned,
        "id": f"asset{host.id}",
        "lastLoggedInUser": random.choice((host.person.login, None, "")),
        "name": host.name,
        "origin": "RESOURCES",
        "osType": system_word(host),
        "osVersion": host.system.version,
        "pendingReboot": random.randrange(10) == 0,
        "policy": "Default",
        "role": "TARGET",
        "status": "ACTIVE" if host.is_active else "INACTIVE",
        "subcategory": subcategory,
    }


def _attacker(random: Random, story: UnifiedStory) -> JsonObject | None:
    if story.surface not in {"IDENTITY", "NETWORK", "CLOUD"}:
        return None
    address = invent.outer_address(random)
    return {"host": random.choice((random.choice(words.EVIL_DOMAINS), None, "")), "ip": random.choice((address, ""))}


def _target(host: Host) -> JsonObject:
    return {"domain": words.SHORT_DOMAIN, "emailAddress": host.person.email, "name": host.person.login}


def _process(organisation: Organisation, story: UnifiedStory) -> JsonObject | None:
    if story.program is None:
        return None
    program, hashes = PROGRAMS[story.program], organisation.hashes[story.program]
    return {
        "cmdLine": story.command,
        "file": {
            "certSubject": program.signer,
            **_hashes(hashes),
            "name": program.name,
            "path": program.path,
        },
        "parentName": "explorer.exe" if "windows" in story.systems else "sh",
    }


def _hashes(hashes: Hashes) -> JsonObject:
    return {"md5": hashes.md5, "sha1": hashes.sha1, "sha256": hashes.sha256}


def _scope(host: Host) -> JsonObject:
    site = host.group.site
    return {
        "account": {"id": site.account.id, "name": site.account.name},
        "group": {"id": host.group.id, "name": host.group.name},
        "site": {"id": site.id, "name": site.name},
    }


def _objectives(random: Random, course: _Course) -> JsonObject:
    return {
        "timeToResolveData": _objective(random, course, minutes=480),
        "timeToResponseData": _objective(random, course, minutes=30),
    }


def _objective(random: Random, course: _Course, *, minutes: int) -> JsonObject:
    return {
        "actionComplete": course.handled,
        "actionDue": random.randrange(-10, 60),
        "completion": (course.updated - course.detected) // timedelta(seconds=1) if course.handled else None,
        "completionTime": _time(course.updated) if course.handled else None,
        "status": "MET" if course.handled else "IN_PROGRESS",
        "target": minutes,
        "targetTime": _time(course.detected + timedelta(minutes=minutes)),
    }


def _time(moment: datetime) -> str:
    """Write a time as unified alerts have it, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
