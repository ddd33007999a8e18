"""The events of one threat, as GET /web/api/v2.1/threats/{threat_id}/explore/events returns them: flat records."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from random import Random

from s1ecs.standin import equipment, invent, words
from s1ecs.standin.agents import network_status
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.incidents import Incident
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation
from s1ecs.standin.programs import PROGRAMS

EVENTS = 20
_BEFORE = timedelta(minutes=10)

# Keys that an event without a file, a registry entry and so on has null; other such keys it has not at all.
_NULLS = ("dnsRequest", "dnsResponse", "fileId", "fileMd5", "indicatorCategory", "networkMethod", "networkSource",
          "oldFileMd5", "oldFileName", "oldFileSha1", "oldFileSha256", "registryClassification", "registryId",
          "rpid", "taskName", "taskPath", "tid")  # fmt: skip

_SORTS = (
    "id", "createdAt", "eventType", "fileSize", "fileType", "registryPath", "registryId", "registryClassification",
    "pid", "processName",
)  # fmt: skip
FIELDS = FieldPaths(
    identity="id",
    filters={"eventSubTypes": "eventType", "eventTypes": "objectType", "processName": "processName"},
    sorts={name: name for name in _SORTS},
    ids={"eventId": "id"},
)


def threat_events(organisation: Organisation, host: Host, incident: Incident) -> Iterator[JsonObject]:
    """Yield the twenty events of that incident of the host, oldest first."""
    random = invent.source(organisation.seed, "events", incident.number)
    agent = _agent(host)
    process = _process(organisation, random, host, incident)
    moment = incident.created - _BEFORE * random.random()
    kinds = [each for each in _KINDS if host.system.family == "windows" or each != "registry"]
    for number in range(EVENTS):
        kind = kinds[number % len(kinds)]
        moment += (incident.created - moment) / (EVENTS - number) * random.random()
        yield {
            **dict.fromkeys(_NULLS),
            **agent,
            **process,
            **_KINDS[kind](random, host, incident),
            "createdAt": invent.time_text(moment),
            "id": invent.identifier(moment, incident.number * EVENTS + number),
            "objectType": kind,
            "processStartTime": invent.whole_second(incident.created - _BEFORE),
        }


def _agent(host: Host) -> JsonObject:
    return {
        "agentDomain": equipment.domain(host),
        "agentGroupId": host.group.id,
        "agentId": host.id,
        "agentInfected": host.infected,
        "agentIp": equipment.outer_address(host),
        "agentIsActive": host.is_active,
        "agentIsDecommissioned": host.is_decommissioned,
        "agentMachineType": host.machine_type,
        "agentName": host.name,
        "agentNetworkStatus": network_status(host),
        "agentOs": host.system.type,
        "agentUuid": host.uuid,
        "agentVersion": host.version,
        "siteId": host.group.site.id,
        "siteName": host.group.site.name,
    }


def _process(organisation: Organisation, random: Random, host: Host, incident: Incident) -> JsonObject:
    malware = incident.malware
    program, hashes = PROGRAMS[malware.program], organisation.hashes[malware.program]
    path = malware.path.format(user=host.person.login)
    user = f"{words.SHORT_DOMAIN}\\{host.person.login}" if host.system.family == "windows" else host.person.login
    return {
        "activeContentFileId": None,
        "activeContentHash": None,
        "activeContentPath": None,
        "connectionStatus": None,
        "hasActiveContent": False,
        "loginsBaseType": None,
        "loginsUserName": None,
        "md5": None,
        "parentPid": str(random.randrange(400, 9000)),
        "parentProcessGroupId": invent.hexadecimal(random, 16).upper(),
        "parentProcessIsMalicious": False,
        "parentProcessName": program.name,
        "parentProcessUniqueKey": invent.hexadecimal(random, 16).upper(),
        "pid": str(random.randrange(400, 9000)),
        "processCmd": f'"{path}" {malware.arguments}' if malware.arguments else f'"{path}"',
        "processDisplayName": malware.name,
        "processGroupId": incident.storyline,
        "processImagePath": path,
        "processImageSha1Hash": incident.sha1,
        "processIntegrityLevel": program.integrity,
        "processIsMalicious": True,
        "processIsRedirectedCommandProcessor": "False",
        "processIsWow64": "False",
        "processName": malware.name,
        "processRoot": "False",
        "processSessionId": str(random.randrange(3)),
        "processSubSystem": program.subsystem,
        "processUniqueKey": invent.hexadecimal(random, 16).upper(),
        "processUserName": user,
        "publisher": "",
        "relatedToThreat": "True",
        "sha1": incident.sha1 if hashes.md5 else None,
        "sha256": incident.sha256,
        "signatureSignedInvalidReason": None,
        "signedStatus": "unsigned",
        "storyline": incident.storyline,
        "threatStatus": "mitigated" if incident.is_mitigated else "not_mitigated",
        "trueContext": incident.storyline,
        "user": user,
        "verifiedStatus": "",
    }


def _process_event(random: Random, _host: Host, _incident: Incident) -> JsonObject:
    return {"eventType": random.choice(("Process Creation", "Process Modification", "Open Remote Process Handle"))}


def _file_event(random: Random, host: Host, incident: Incident) -> JsonObject:
    path = incident.malware.path.format(user=host.person.login)
    return {
        "eventType": random.choice(("File Creation", "File Modification", "File Rename", "File Deletion")),
        "fileFullName": path,
        "fileId": invent.hexadecimal(random, 16).upper(),
        "fileMd5": incident.md5,
        "fileSha1": incident.sha1,
        "fileSha256": incident.sha256 or "",
        "fileSize": str(incident.malware.size),
        "fileType": path.rpartition(".")[2] if "." in incident.malware.name else "",
        "oldFileName": f"{path}.part" if random.randrange(3) == 0 else None,
    }


def _registry_event(random: Random, host: Host, _incident: Incident) -> JsonObject:
    run = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run"
    return {
        "eventType": random.choice(("Registry Key Create", "Registry Value Modified")),
        "registryClassification": "AUTORUN",
        "registryId": invent.hexadecimal(random, 16).upper(),
        "registryPath": rf"USER\{host.person.sid}\{run}",
    }


def _network_event(random: Random, host: Host, _incident: Incident) -> JsonObject:
    return {
        "connectionStatus": random.choice(("SUCCESS", "FAILURE")),
        "direction": "OUTGOING",
        "dstIp": invent.outer_address(random),
        "dstPort": random.choice((443, 4444, 8081)),
        "eventType": "IP Connect",
        "networkMethod": "GET",
        "networkSource": "WinHTTP" if host.system.family == "windows" else None,
        "networkUrl": f"http://{random.choice(words.EVIL_DOMAINS)}/gate?id={invent.hexadecimal(random, 8)}",
        "protocol": "TCP",
        "srcIp": host.address,
        "srcPort": random.randrange(49152, 65536),
    }


def _dns_event(random: Random, _host: Host, _incident: Incident) -> JsonObject:
    return {
        "dnsRequest": random.choice(words.EVIL_DOMAINS),
        "dnsResponse": f"type: 1 {invent.outer_address(random)};",
        "eventType": "DNS Resolved",
    }


def _indicator_event(_random: Random, _host: Host, incident: Incident) -> JsonObject:
    technique = next(iter(incident.malware.techniques), None)
    return {
        "eventType": "Behavioral Indicators",
        "indicatorCategory": technique.category if technique else "General",
        "indicatorDescription": technique.description if technique else "The file is known to be harmful.",
        "indicatorMetadata": "",
        "indicatorName": technique.technique if technique else "KnownFile",
    }


def _task_event(random: Random, host: Host, incident: Incident) -> JsonObject:
    return {
        "eventType": "Task Register",
        "taskName": rf"\Sync {invent.hexadecimal(random, 4)}",
        "taskPath": incident.malware.path.format(user=host.person.login),
    }


def _login_event(_random: Random, host: Host, _incident: Incident) -> JsonObject:
    return {"eventType": "Login", "loginsBaseType": "INTERACTIVE", "loginsUserName": host.person.login}


# The kinds of event by `objectType`.
_KINDS: Mapping[str, Callable[[Random, Host, Incident], JsonObject]] = {
    "process": _process_event,
    "file": _file_event,
    "registry": _registry_event,
    "ip": _network_event,
    "dns": _dns_event,
    "indicators": _indicator_event,
    "scheduled_task": _task_event,
    "logins": _login_event,
}
