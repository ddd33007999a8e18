"""GET /agents and GET /agents/count, without what asks for things that the stand-in's agents do not have."""

from s1ecs.standin.parameters.parameter import PAGING, SCOPE, Parameter, booleans, bounds, ids, sort_by, texts

_EACH_OR_NONE_OF = (
    "agentVersions", "appsVulnerabilityStatuses", "consoleMigrationStatuses", "domains", "installerTypes",
    "machineTypes", "networkStatuses", "operationalStates", "osTypes", "rangerStatuses", "rangerVersions",
    "remoteProfilingStates", "scanStatuses",
)  # fmt: skip
_TIMES = ("createdAt", "updatedAt", "registeredAt", "lastActiveDate", "lastSuccessfulScanDate")
_NUMBERS = ("coreCount", "cpuCount", "totalMemory")

# The values of sortBy that the agents have keys for.
SORTS = (
    "createdAt", "updatedAt", "id", "computerName", "groupId", "osType", "osName", "uuid", "scanStatus",
    "isDecommissioned", "isUninstalled", "registeredAt", "lastActiveDate", "isActive", "isPendingUninstall",
    "activeThreats", "isUpToDate", "agentVersion", "osArch", "machineType", "networkStatus", "domain",
    "mitigationMode", "mitigationModeSuspicious", "encryptedApplications", "totalMemory", "cpuCount", "coreCount",
    "externalIp", "lastLoggedInUserName", "groupName", "siteId", "siteName", "infected", "threatRebootRequired",
    "consoleMigrationStatus", "appsVulnerabilityStatus", "accountName", "externalId", "installerType",
    "rangerVersion", "operationalState", "remoteProfilingState", "networkQuarantineEnabled", "firewallEnabled",
    "locationEnabled", "serialNumber", "cpuId", "fullDiskScanLastUpdatedAt", "lastSuccessfulScanDate",
)  # fmt: skip

# GET /agents/count
AGENTS_COUNT = (
    *SCOPE,
    *(each for time in _TIMES for each in bounds(time, between=True)),
    *(Parameter(f"{name}__{bound}", "integer") for name in _NUMBERS for bound in ("gt", "gte", "lt", "lte")),
    *ids("ids"),
    *texts(*_EACH_OR_NONE_OF, *(f"{name}Nin" for name in _EACH_OR_NONE_OF), "uuids", "isDecommissioned"),
    *texts(
        *(
            f"{name}__contains"
            for name in ("computerName", "cpuId", "externalId", "externalIp", "lastLoggedInUserName", "osVersion",
                         "networkInterfaceInet", "networkInterfacePhysical", "serialNumber", "uuid")
        )
    ),
    *booleans(
        "encryptedApplications", "firewallEnabled", "infected", "isActive", "isPendingUninstall", "isUninstalled",
        "isUpToDate", "locationEnabled", "networkQuarantineEnabled", "threatRebootRequired",
    ),
    Parameter("activeThreats", "integer"),
    Parameter("activeThreats__gt", "integer"),
    Parameter("computerName", "text"),
    Parameter("computerName__like", "text"),
    Parameter("mitigationMode", "choice", values=("detect", "protect")),
    Parameter("mitigationModeSuspicious", "choice", values=("detect", "protect")),
    Parameter("osArch", "choice", values=("32 bit", "64 bit", "ARM64")),
    Parameter("query", "text"),
    Parameter("rangerStatus", "choice", values=("NotApplicable", "Enabled", "Disabled")),
    Parameter("scanStatus", "choice", values=("none", "started", "aborted", "finished")),
    Parameter("uuid", "text"),
)  # fmt: skip

# GET /agents
AGENTS = (*AGENTS_COUNT, *PAGING, sort_by(*SORTS))
