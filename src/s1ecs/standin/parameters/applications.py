"""GET /application-management/inventory, .../inventory/endpoints and /application-management/risks."""

from s1ecs.standin.parameters.parameter import PAGING, SCOPE, Parameter, booleans, bounds, sort_by, texts

INVENTORY = (
    *SCOPE,
    *PAGING,
    sort_by("applicationName", "applicationVendor", "applicationVersionsCount", "endpointsCount"),
    *texts(
        "endpointName__contains", "endpointUuid__contains", "name__contains", "osArchitectures", "osTypes",
        "osVersion__contains", "osVersions", "vendor__contains", "vendors",
    ),
)  # fmt: skip

# The values of sortBy.
INSTALLATIONS_SORTS = (
    "endpointName", "endpointType", "osType", "osVersion", "accountName", "siteName", "groupName", "version",
    "fileSize", "detectionDate", "applicationInstallationDate", "cpuCount", "coreCount", "osArch",
    "applicationInstallationPath",
)  # fmt: skip
INSTALLATIONS = (
    *SCOPE,
    *PAGING,
    sort_by(*INSTALLATIONS_SORTS),
    Parameter("applicationName", "text", required=True),
    Parameter("applicationVendor", "text", required=True),
    *bounds("detectionDate", between=True),
    *texts("endpointName__contains", "endpointUuid__contains", "osArchitectures", "osTypes", "osVersions", "versions"),
)

RISKS_SORTS = (
    "id", "accountId", "siteId", "cveId", "endpointName", "application", "applicationVendor", "baseScore", "severity",
    "daysDetected", "detectionDate", "publishedDate", "lastScanDate", "lastScanResult", "nvdBaseScore", "riskScore",
    "exploitCodeMaturity", "remediationLevel", "reportConfidence", "mitigationStatus",
)  # fmt: skip
RISKS = (
    *SCOPE,
    *PAGING,
    sort_by(*RISKS_SORTS),
    *bounds("detectionDate", between=True),
    *bounds("publishedDate", between=True),
    *bounds("riskUpdatedDate", between=True),
    *booleans("includeRemovals"),
    Parameter("daysFromCveDetection", "integer", 0, 28),
    *texts(
        "analystVerdict", "applicationNames", "applicationVendor__contains", "application__contains",
        "cveId__contains", "domain__contains", "domains", "endpointName__contains", "endpointTypes",
        "exploitCodeMaturity", "exploitedInTheWild", "lastScanResults", "mitigationStatus", "osTypes", "osVersions",
        "remediationLevels", "reportConfidence", "severities", "vendors",
    ),
    Parameter("riskScore__between", "text"),
)  # fmt: skip
