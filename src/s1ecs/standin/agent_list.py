"""Paths of filters and sort values in the records of the list of agents."""

from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.parameters.agents import SORTS

_UNDER_THEIR_OWN_NAME = (
    "activeThreats", "computerName", "coreCount", "cpuCount", "cpuId", "createdAt", "encryptedApplications",
    "externalId", "externalIp", "firewallEnabled", "infected", "isActive", "isDecommissioned", "isPendingUninstall",
    "isUninstalled", "isUpToDate", "lastActiveDate", "lastLoggedInUserName", "lastSuccessfulScanDate",
    "locationEnabled", "mitigationMode", "mitigationModeSuspicious", "networkQuarantineEnabled", "osArch",
    "rangerStatus", "registeredAt", "scanStatus", "serialNumber", "threatRebootRequired", "totalMemory", "updatedAt",
    "uuid",
)  # fmt: skip

FIELDS = FieldPaths(
    identity="id",
    filters={name: name for name in _UNDER_THEIR_OWN_NAME}
    | {
        "agentVersions": "agentVersion",
        "appsVulnerabilityStatuses": "appsVulnerabilityStatus",
        "consoleMigrationStatuses": "consoleMigrationStatus",
        "domains": "domain",
        "installerTypes": "installerType",
        "machineTypes": "machineType",
        # A list, searched as its JSON text.
        "networkInterfaceInet": "networkInterfaces",
        "networkInterfacePhysical": "networkInterfaces",
        "networkStatuses": "networkStatus",
        "operationalStates": "operationalState",
        "osTypes": "osType",
        "osVersion": "osRevision",
        "rangerStatuses": "rangerStatus",
        "rangerVersions": "rangerVersion",
        "remoteProfilingStates": "remoteProfilingState",
        "scanStatuses": "scanStatus",
        "uuids": "uuid",
    },
    sorts={name: name for name in SORTS},
    ids={"accountIds": "accountId", "groupIds": "groupId", "ids": "id", "siteIds": "siteId"},
    text=("computerName", "uuid", "osName", "lastLoggedInUserName"),
)
