"""Threats, as GET /web/api/v2.1/threats returns them, one an incident of a host."""

from collections.abc import Iterator
from datetime import timedelta

from s1ecs.standin import equipment, invent
from s1ecs.standin.activities import console_user
from s1ecs.standin.agents import network_status, scan_times, user_actions
from s1ecs.standin.incidents import Incident, IncidentStep
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.malware import ENGINES, Technique
from s1ecs.standin.organisation import Host, Organisation
from s1ecs.standin.programs import PROGRAMS

_CONTAINER_KEYS = ("id", "image", "isContainerQuarantine", "labels", "name")
_KUBERNETES_KEYS = (
    "cluster", "controllerKind", "controllerLabels", "controllerName", "namespace", "namespaceLabels", "node",
    "nodeLabels", "pod", "podLabels",
)  # fmt: skip
_ACTIONS = {
    "killed": "kill",
    "kill_failed": "kill",
    "quarantined": "quarantine",
    "remediated": "remediate",
    "rolled_back": "rollback-remediation",
}
_UPDATED_AFTER = timedelta(milliseconds=1)


def threats(organisation: Organisation) -> Iterator[JsonObject]:
    """Yield the threats, host by host."""
    for host in organisation.hosts:
        for incident in host.incidents:
            yield threat(organisation, host, incident)


def threat(organisation: Organisation, host: Host, incident: Incident) -> JsonObject:
    """Return the threat that the console makes of that incident of the host."""
    malware = incident.malware
    return {
        "agentDetectionInfo": _detection(host),
        "agentRealtimeInfo": _realtime(host),
        "containerInfo": dict.fromkeys(_CONTAINER_KEYS),
        "ecsInfo": None,
        "id": incident.id,
        "indicators": [_indicator(technique) for technique in malware.techniques],
        "kubernetesInfo": dict.fromkeys(_KUBERNETES_KEYS) | ({"node": host.name} if host.cluster else {}),
        "mitigationStatus": [_mitigation(incident, step) for step in reversed(incident.mitigations)],
        "threatInfo": {
            **_file(host, incident),
            **_state(organisation, incident),
            "classification": malware.classification,
            "classificationSource": "Cloud" if malware.engine == "sentinelone_cloud" else "Static",
            "confidenceLevel": malware.confidence,
            "createdAt": invent.time_text(incident.created),
            "detectionEngines": [{"key": malware.engine, "title": ENGINES[malware.engine]}],
            "detectionType": "dynamic" if malware.engine in {"executables", "exploits"} else "static",
            "engines": [ENGINES[malware.engine]],
            "identifiedAt": invent.time_text(incident.created - timedelta(milliseconds=551)),
            "storyline": incident.storyline,
            "threatId": incident.id,
            "threatName": malware.name,
            # The record changes a moment after the step that changes it, but not in the future.
            "updatedAt": invent.time_text(min(incident.updated + _UPDATED_AFTER, organisation.now)),
        },
        "whiteningOptions": ["hash", "path"] if incident.number % 3 else [],
    }


def _detection(host: Host) -> JsonObject:
    group, site = host.group, host.group.site
    is_directory = equipment.domain(host) not in {"unknown", "WORKGROUP"}
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "agentDetectionState": None,
        "agentDomain": equipment.domain(host),
        # A laptop with two connections has two addresses, in one text.
        "agentIpV4": f"{host.address},192.0.2.250" if host.machine_type == "laptop" else host.address,
        "agentIpV6": equipment.inner_address_6(host) or "",
        "agentLastLoggedInUpn": host.person.email if is_directory else None,
        "agentLastLoggedInUserMail": host.person.email if is_directory else None,
        "agentLastLoggedInUserName": host.person.login if host.number % 4 else "",
        "agentMitigationMode": "protect",
        "agentOsName": host.system.name,
        "agentOsRevision": host.system.revision,
        "agentRegisteredAt": invent.time_text(host.story.registered),
        "agentUuid": host.uuid,
        "agentVersion": host.version,
        "assetVersion": None,
        "cloudProviders": {},
        "externalIp": equipment.outer_address(host),
        "groupId": group.id,
        "groupName": group.name,
        "siteId": site.id,
        "siteName": site.name,
    }


def _realtime(host: Host) -> JsonObject:
    group, site = host.group, host.group.site
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "activeThreats": host.active_threats,
        "agentComputerName": host.name,
        "agentDecommissionedAt": None,
        "agentDomain": equipment.domain(host),
        "agentId": host.id,
        "agentInfected": host.infected,
        "agentIsActive": host.is_active,
        "agentIsDecommissioned": host.is_decommissioned,
        "agentMachineType": host.machine_type,
        "agentMitigationMode": "protect",
        "agentNetworkStatus": network_status(host),
        "agentOsName": host.system.name,
        "agentOsRevision": host.system.revision,
        "agentOsType": host.system.type,
        "agentUuid": host.uuid,
        "agentVersion": host.version,
        "groupId": group.id,
        "groupName": group.name,
        "networkInterfaces": [
            {key: value for key, value in each.items() if not key.startswith("gateway")}
            for each in equipment.interfaces(host)
        ],
        "operationalState": "na",
        "rebootRequired": False,
        **scan_times(host),
        "siteId": site.id,
        "siteName": site.name,
        "storageName": None,
        "storageType": None,
        "userActionsNeeded": user_actions(host),
    }


def _file(host: Host, incident: Incident) -> JsonObject:
    malware = incident.malware
    program = PROGRAMS[malware.program]
    extension = malware.name.rpartition(".")[2].upper() if "." in malware.name else ""
    user = host.person.login if host.system.family != "windows" else f"{equipment.domain(host)}\\{host.person.login}"
    return {
        "browserType": None,
        "certificateId": "",
        "cloudFilesHashVerdict": "black" if malware.engine == "sentinelone_cloud" else None,
        "collectionId": invent.identifier(incident.created, 1),
        "fileExtension": extension,
        "fileExtensionType": "Executable" if extension in {"EXE", "COM"} else "Unknown",
        "filePath": malware.path.format(user=host.person.login),
        "fileSize": malware.size,
        "fileVerificationType": "NotSigned",
        "isFileless": False,
        "isValidCertificate": False,
        "macroModules": [],
        "maliciousProcessArguments": malware.arguments,
        "md5": incident.md5,
        "originatorProcess": program.name,
        "processUser": user,
        "publisherName": "",
        "rootProcessUpn": None,
        "sha1": incident.sha1,
        "sha256": incident.sha256,
    }


def _state(organisation: Organisation, incident: Incident) -> JsonObject:
    verdict = incident.verdict if incident.had("judged") else "undefined"
    status = next((kind for kind in ("resolved", "in_progress") if incident.had(kind)), "unresolved")
    mitigation = "mitigated" if incident.is_mitigated else "not_mitigated"
    by_user = incident.number % 9 == 0
    person = console_user(organisation, incident.analyst)
    return {
        "analystVerdict": verdict,
        "analystVerdictDescription": _title(verdict),
        "automaticallyResolved": False,
        "externalTicketExists": incident.had("judged") and by_user,
        "externalTicketId": f"INC-{incident.number:05d}" if incident.had("judged") and by_user else None,
        "failedActions": incident.had("kill_failed"),
        "incidentStatus": status,
        "incidentStatusDescription": _title(status),
        "initiatedBy": "full_disk_scan" if by_user else "agent_policy",
        "initiatedByDescription": "Full Disk Scan" if by_user else "Agent Policy",
        "initiatingUserId": person.id if by_user else None,
        "initiatingUsername": person.name if by_user else None,
        "mitigatedPreemptively": False,
        "mitigationStatus": mitigation,
        "mitigationStatusDescription": _title(mitigation),
        "pendingActions": False,
        "reachedEventsLimit": False,
        "rebootRequired": False,
    }


def _mitigation(incident: Incident, step: IncidentStep) -> JsonObject:
    failed = step.kind == "kill_failed"
    counters = {"failed": int(failed), "notFound": 0, "pendingReboot": 0, "success": int(not failed), "total": 1}
    return {
        "action": _ACTIONS[step.kind],
        "actionsCounters": None if step.kind == "killed" else counters,
        "agentSupportsReport": True,
        "groupNotFound": False,
        "lastUpdate": invent.time_text(step.moment),
        "latestReport": f"/threats/mitigation-report/{incident.id}" if step.kind == "quarantined" else None,
        "mitigationEndedAt": invent.time_text(step.moment),
        "mitigationStartedAt": invent.whole_second(step.moment),
        "reportId": invent.identifier(step.moment, incident.number),
        "status": "failed" if failed else "success",
    }


def _indicator(technique: Technique) -> JsonObject:
    link = f"https://attack.mitre.org/techniques/{technique.technique}/"
    return {
        "category": technique.category,
        "categoryId": technique.category_id,
        "description": technique.description,
        "ids": [technique.id],
        "tactics": [
            {
                "name": technique.tactic,
                "source": "MITRE",
                "techniques": [{"link": link, "name": technique.technique}],
            }
        ],
    }


def _title(word: str) -> str:
    return word.replace("_", " ").capitalize()
