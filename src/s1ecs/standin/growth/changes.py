"""Kinds of growth, one function each, with the same result for the same number and moment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

from s1ecs.standin import invent
from s1ecs.standin.activities import of_incident
from s1ecs.standin.alerts import alert
from s1ecs.standin.below_threats import events_of
from s1ecs.standin.console import StandinConsole
from s1ecs.standin.incidents import Incident, IncidentKind, IncidentStep
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host
from s1ecs.standin.shelf import Shelf
from s1ecs.standin.threats import threat

# Numbers of what was there before lie below.
_NEW = 1 << 18
_RARE = 40
_MOST_NEW_EVENTS = 3
_ANALYSIS: tuple[IncidentKind, ...] = ("in_progress", "judged", "resolved")


class Change(NamedTuple):
    """Context of a change: its number among all, its moment, and its own randomness."""

    number: int
    moment: datetime
    random: Random

    @property
    def time(self) -> str:
        """The moment as most records have it."""
        return invent.time_text(self.moment)


# Makes one change in the console.
Make = Callable[[StandinConsole, Change], None]


def _activity(console: StandinConsole, change: Change) -> None:
    shelf = console.lists["activity"].shelf()
    new = {
        "activityUuid": invent.uuid(change.random),
        "createdAt": change.time,
        "id": invent.identifier(change.moment, _NEW + change.number),
        "updatedAt": change.time,
    }
    _add_like_another(shelf, change, new)


def _agent_updated(console: StandinConsole, change: Change) -> None:
    new = {"lastActiveDate": change.time, "updatedAt": change.time, "totalMemory": 2048 + change.number}
    _change(console.lists["agent"].shelf(), change, new)


def _group_changed(console: StandinConsole, change: Change) -> None:
    person = change.random.choice(console.organisation.people)
    new = {"totalAgents": change.random.randrange(1, 99), "updatedAt": change.time, "updater": person.name}
    _change(console.lists["group"].shelf(), change, new)


def _alert(console: StandinConsole, change: Change) -> None:
    number = _NEW + change.number
    shelf = console.lists["alert"].shelf()
    shelf.add(alert(console.organisation, number, change.moment, change.moment))


def _alert_updated(console: StandinConsole, change: Change) -> None:
    new = {
        "analystVerdict": change.random.choice(("True positive", "False positive", "Suspicious")),
        "incidentStatus": change.random.choice(("In progress", "Resolved")),
        "updatedAt": change.time,
    }
    _change(console.lists["alert"].shelf(), change, {}, alertInfo=new)


def _threat(console: StandinConsole, change: Change) -> None:
    if not console.incidents:
        return
    host, like = change.random.choice(list(console.incidents.values()))
    number = len(console.organisation.hosts) * 4 + change.number
    incident = replace(
        like,
        id=invent.identifier(change.moment, _NEW + change.number),
        number=number,
        storyline=invent.hexadecimal(change.random, 16).upper(),
        sha1=invent.hexadecimal(change.random, 40),
        steps=(IncidentStep("detected", change.moment),),
    )
    console.incidents[incident.id] = host, incident
    # Known as it is at that moment.
    organisation = replace(console.organisation, now=change.moment)
    console.lists["threat"].shelf().add(threat(organisation, host, incident))
    _tell(console, host, incident)


def _threat_updated(console: StandinConsole, change: Change) -> None:
    if not console.incidents:
        return
    host, before = change.random.choice(list(console.incidents.values()))
    kind: IncidentKind = next((each for each in _ANALYSIS if not before.had(each)), "noted")
    incident = replace(before, steps=(*before.steps, IncidentStep(kind, change.moment)))
    events = list(events_of(console, host, before))
    more = [
        event
        | {
            "createdAt": change.time,
            "id": invent.identifier(change.moment, _NEW + change.number * _MOST_NEW_EVENTS + number),
        }
        for number, event in enumerate(change.random.sample(events, change.random.randint(1, _MOST_NEW_EVENTS)))
    ]
    console.incidents[incident.id] = host, incident
    console.more_events.setdefault(incident.id, []).extend(more)
    organisation = replace(console.organisation, now=change.moment)
    shelf = console.lists["threat"].shelf()
    record = threat(organisation, host, incident)
    if incident.id in console.actions.acted_on:
        # What somebody decided about it stands.
        kept = shelf.record(incident.id)
        record = kept | {"threatInfo": kept["threatInfo"] | {"updatedAt": record["threatInfo"]["updatedAt"]}}
    shelf.replace(incident.id, record)
    _tell(console, host, incident)


def _risk_changed(console: StandinConsole, change: Change) -> None:
    new = {
        "lastScanDate": invent.whole_second(change.moment),
        "mitigationStatus": change.random.choice(("In progress", "On hold", "Mitigated")),
        "mitigationStatusChangeTime": change.time,
        "mitigationStatusChangedBy": change.random.choice(console.organisation.people).login,
    }
    _change(console.lists["application_risk"].shelf(), change, new)


def _installation(console: StandinConsole, change: Change) -> None:
    host = change.random.choice(console.organisation.hosts)
    console.installations.appear(host, _NEW + change.number, change.random.randrange(_RARE), change.moment)


def _installation_gone(console: StandinConsole, change: Change) -> None:
    if console.installations.all:
        console.installations.disappear(change.random.choice(console.installations.all))


def _unified_alert(console: StandinConsole, change: Change) -> None:
    time = _milliseconds(change.moment)
    times = dict.fromkeys(("createdAt", "detectedAt", "firstSeenAt", "lastSeenAt", "updatedAt"), time)
    identity = {"id": invent.uuid(change.random), "externalId": invent.identifier(change.moment, _NEW + change.number)}
    untouched = {"analystVerdict": "UNDEFINED", "assignee": None, "noteExists": False, "status": "NEW"}
    _add_like_another(console.unified_alerts.shelf(), change, {**identity, **times, **untouched})


def _unified_alert_updated(console: StandinConsole, change: Change) -> None:
    new = {
        "analystVerdict": change.random.choice(("TRUE_POSITIVE_MALWARE", "FALSE_POSITIVE_USER_ERROR")),
        "status": change.random.choice(("RESOLVED", "IN_PROGRESS")),
        "updatedAt": _milliseconds(change.moment),
    }
    _change(console.unified_alerts.shelf(), change, new)


def _tell(console: StandinConsole, host: Host, incident: Incident) -> None:
    """Add the activity of the incident's last step."""
    *_, told = of_incident(console.organisation, host, incident)
    # The number of a step in its incident fits into few bits; growth brings more of them.
    sequence = _NEW + incident.number * 31 + len(incident.steps)
    identity = invent.identifier(incident.updated, sequence)
    console.lists["activity"].shelf().add(told | {"id": identity})


def _add_like_another(shelf: Shelf, change: Change, new: JsonObject) -> None:
    ids = shelf.ids()
    if ids:
        shelf.add(shelf.record(change.random.choice(ids)) | new)


def _change(shelf: Shelf, change: Change, new: JsonObject, **sections: JsonObject) -> None:
    """Change the next record in turn, so that many changes of one moment are of different records."""
    ids = shelf.ids()
    if not ids:
        return
    identity = ids[change.number % len(ids)]
    record = shelf.record(identity) | new
    for name, values in sections.items():
        record[name] = record[name] | values
    shelf.replace(identity, record)


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# The changes of each stream. What makes a new threat or changes one makes events and activities too.
CHANGES: Mapping[str, tuple[Make, ...]] = {
    "activity": (_activity,),
    "agent": (_agent_updated,),
    "alert": (_alert, _alert_updated),
    "application": (_installation, _installation_gone),
    "application_risk": (_risk_changed,),
    "group": (_group_changed,),
    "threat": (_threat, _threat_updated),
    "threat_event": (_threat_updated,),
    "unified_alert": (_unified_alert, _unified_alert_updated),
}
