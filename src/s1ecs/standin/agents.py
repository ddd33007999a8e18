"""Agents, as GET /web/api/v2.1/agents returns them, one a host of the organisation."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from s1ecs.standin import equipment, invent, moments, words
from s1ecs.standin.hardware import Hardware, hardware
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation

_CPUS = ("Example(R) Core(TM) E5-1245", "Example EPIC 7R13", "ARM Cortex-A72")
_MODELS = {
    "laptop": "Example Corp. - Book 14",
    "desktop": "Example Corp. - Desk 500",
    "server": "Example Corp. - Rack R40",
    "kubernetes node": "Virtual Machine",
}
_SPOKEN_TO = timedelta(minutes=4)


def agents(organisation: Organisation) -> Iterator[JsonObject]:
    """Yield the agents in the order of their hosts."""
    for host in organisation.hosts:
        yield _agent(organisation, host)


def network_status(host: Host) -> str:
    """Return whether the host may talk to others."""
    if any(incident.had("isolated") and not incident.had("released") for incident in host.incidents):
        return "disconnected"
    return "connected" if host.is_active else "connecting"


def user_actions(host: Host) -> list[str]:
    """Return what somebody should do at the host."""
    return ["reboot_needed"] if host.story.upgraded and host.number % 4 == 0 else []


def _agent(organisation: Organisation, host: Host) -> JsonObject:
    random = invent.source(organisation.seed, "agent", host.number)
    updated = _updated(random, host, organisation.now)
    record = {
        **_place(host),
        **_machine(random, host, hardware(organisation.seed, host)),
        **_software(random, host),
        **_scan(host),
        "activeDirectory": _directory(host),
        "activeThreats": host.active_threats,
        "createdAt": invent.time_text(host.story.registered + timedelta(milliseconds=5)),
        "groupUpdatedAt": invent.maybe_time(host.story.regrouped),
        "id": host.id,
        "infected": host.infected,
        "isActive": host.is_active,
        "isDecommissioned": host.is_decommissioned,
        "isPendingUninstall": False,
        "isUninstalled": False,
        "lastActiveDate": invent.time_text(updated - _SPOKEN_TO * random.random()),
        "lastLoggedInUserName": host.person.login if random.randrange(4) else "",
        "networkInterfaces": equipment.interfaces(host),
        "networkQuarantineEnabled": False,
        "networkStatus": network_status(host),
        "policyUpdatedAt": None,
        "registeredAt": invent.time_text(host.story.registered),
        "tags": {"sentinelone": _tags(random, host)},
        "threatRebootRequired": False,
        "updatedAt": invent.time_text(updated),
        "userActionsNeeded": user_actions(host),
    }
    if host.system.family == "osx":
        record["missingPermissions"] = ["user_action_needed_fda"] if random.randrange(3) == 0 else []
    return record


def _place(host: Host) -> JsonObject:
    site = host.group.site
    return {
        "accountId": site.account.id,
        "accountName": site.account.name,
        "groupId": host.group.id,
        "groupIp": f"{equipment.outer_address(host).rpartition('.')[0]}.x",
        "groupName": host.group.name,
        "locationEnabled": True,
        "locationType": "fallback",
        "locations": [{"id": site.id, "name": "Fallback", "scope": "global"}] if host.number % 2 else None,
        "siteId": site.id,
        "siteName": site.name,
    }


def _machine(random: Random, host: Host, made_of: Hardware) -> JsonObject:
    cloud = {"Example Cloud": {"cloudInstanceId": f"i-{invent.hexadecimal(random, 12)}"}} if host.cluster else {}
    return {
        "cloudProviders": cloud,
        "computerName": host.name,
        "coreCount": made_of.cores,
        "cpuCount": made_of.processors,
        "cpuId": random.choice(_CPUS),
        "domain": equipment.domain(host),
        "encryptedApplications": host.machine_type == "laptop",
        "externalIp": equipment.outer_address(host),
        "lastIpToMgmt": host.address,
        "machineType": host.machine_type,
        "modelName": _MODELS[host.machine_type],
        "osArch": made_of.architecture,
        "osName": host.system.name,
        "osRevision": host.system.revision,
        "osStartTime": invent.whole_second(host.story.registered - timedelta(minutes=random.randrange(1, 600))),
        "osType": host.system.type,
        "osUsername": "root" if host.system.family == "linux" else None,
        "serialNumber": invent.hexadecimal(random, 10).upper() if random.randrange(3) else None,
        "storageName": None,
        "storageType": None,
        "totalMemory": made_of.cores * 2048 - random.randrange(64),
        "uuid": host.uuid,
    }


def _software(random: Random, host: Host) -> JsonObject:
    return {
        "agentVersion": host.version,
        "allowRemoteShell": random.randrange(5) == 0,
        "appsVulnerabilityStatus": random.choice(("up_to_date", "patch_required", "not_applicable")),
        "consoleMigrationStatus": "N/A",
        "detectionState": random.choice((None, "full_mode")),
        "externalId": "",
        "firewallEnabled": True,
        "firstFullModeTime": None,
        "inRemoteShellSession": False,
        "installerType": equipment.installer(host),
        "isUpToDate": host.version == words.AGENT_VERSIONS[-1],
        "licenseKey": "",
        "mitigationMode": "protect",
        "mitigationModeSuspicious": "detect",
        "operationalState": "na",
        "operationalStateExpiration": None,
        "rangerStatus": random.choice(("Enabled", "Disabled", "NotApplicable")),
        "rangerVersion": random.choice(("24.1.0.7", None)),
        "remoteProfilingState": "disabled",
        "remoteProfilingStateExpiration": None,
        "showAlertIcon": False,
    }


def _scan(host: Host) -> JsonObject:
    scan = host.story.scan
    ended = invent.maybe_time(scan.ended)
    return {
        "fullDiskScanLastUpdatedAt": ended or invent.maybe_time(scan.started),
        "lastSuccessfulScanDate": ended if scan.status == "finished" else None,
        **scan_times(host),
    }


def scan_times(host: Host) -> JsonObject:
    """Return what agents and threats say of the host's last full disk scan."""
    scan = host.story.scan
    ended = invent.maybe_time(scan.ended)
    return {
        "scanAbortedAt": ended if scan.status == "aborted" else None,
        "scanFinishedAt": ended if scan.status == "finished" else None,
        "scanStartedAt": invent.maybe_time(scan.started),
        "scanStatus": scan.status,
    }


def _directory(host: Host) -> JsonObject:
    if equipment.domain(host) != words.SHORT_DOMAIN:
        return {
            "computerDistinguishedName": None,
            "computerMemberOf": [],
            "lastUserDistinguishedName": None,
            "lastUserMemberOf": [],
            "mail": None,
            "userPrincipalName": None,
        }
    tail = ",".join(f"DC={part}" for part in words.DOMAIN.split("."))
    return {
        "computerDistinguishedName": f"CN={host.name},OU={host.group.site.name},{tail}",
        "computerMemberOf": [f"CN=Managed Machines,{tail}"],
        "lastUserDistinguishedName": f"CN={host.person.name},OU=People,{tail}",
        "lastUserMemberOf": [f"CN=Staff,{tail}", f"CN={host.group.site.name},{tail}"],
        "mail": host.person.email,
        "userPrincipalName": host.person.email,
    }


def _tags(random: Random, host: Host) -> list[JsonObject]:
    if random.randrange(4):
        return []
    tagged = host.story.registered + timedelta(hours=2)
    return [
        {
            "assignedAt": invent.time_text(tagged),
            "assignedBy": "Collector Admin",
            "assignedById": "1800000000000000007",
            "id": invent.identifier(tagged, host.number),
            "key": "owner",
            "value": random.choice(("finance", "development", "sales")),
        }
    ]


def _updated(random: Random, host: Host, now: datetime) -> datetime:
    """Return when the agent last changed: not before anything that changes it, and long ago for most."""
    story = host.story
    scan = (story.scan.ordered, story.scan.started, story.scan.ended)
    known = [each for each in (story.upgraded, story.regrouped, story.decommissioned, *scan) if each]
    last = max([story.registered, *known, *(incident.updated for incident in host.incidents)])
    if last > moments.start(now):
        return last + (now - last) * random.random()
    if story.decommissioned:
        return last
    return last + (moments.start(now) - last) * math.sqrt(random.random())
