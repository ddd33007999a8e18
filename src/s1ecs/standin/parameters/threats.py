"""GET /threats and below, without what asks for things that the stand-in's threats do not have."""

from s1ecs.standin.parameters.parameter import (
    PAGING,
    SCOPE,
    SORT_ORDER,
    TENANT,
    Parameter,
    booleans,
    bounds,
    ids,
    sort_by,
    texts,
)

_EACH_OR_NONE_OF = (
    "agentMachineTypes", "agentVersions", "analystVerdicts", "classificationSources", "classifications",
    "confidenceLevels", "incidentStatuses", "initiatedBy", "mitigationStatuses", "osNames", "osTypes",
)  # fmt: skip
_CONTAINS = (
    "commandLineArguments", "computerName", "containerImageName", "containerLabels", "containerName", "contentHash",
    "detectionAgentDomain", "detectionAgentVersion", "externalTicketId", "filePath", "initiatedByUsername",
    "k8sClusterName", "k8sControllerLabels", "k8sControllerName", "k8sNamespaceLabels", "k8sNamespaceName",
    "k8sNodeLabels", "k8sNodeName", "k8sPodLabels", "k8sPodName", "originatedProcess", "publisherName",
    "realtimeAgentVersion", "storyline", "threatDetails", "uuid",
)  # fmt: skip

# GET /threats
THREATS = (
    *SCOPE,
    TENANT,
    *PAGING,
    sort_by(
        "id", "createdAt", "updatedAt", "mitigationStatus", "fileDisplayName", "agentVersion", "agentMachineType",
        "siteId", "siteName", "agentComputerName", "filePath", "contentHash", "collectionId", "classification",
        "createdDate",
    ),
    *bounds("createdAt"),
    *bounds("updatedAt"),
    *ids("agentIds", "collectionIds", "ids"),
    *texts(*_EACH_OR_NONE_OF, *(f"{name}Nin" for name in _EACH_OR_NONE_OF)),
    *texts("contentHashes", "externalTicketIds", "storylines", *(f"{name}__contains" for name in _CONTAINS)),
    *booleans(
        "agentIsActive", "externalTicketExists", "failedActions", "mitigatedPreemptively", "pendingActions",
        "rebootRequired",
    ),
    Parameter("displayName", "text"),
    Parameter("query", "text"),
)  # fmt: skip

# Those of GET /threats/{threat_id}/timeline.
TIMELINE = (
    *SCOPE,
    *PAGING,
    sort_by("hash", "activityType", "primaryDescription", "secondaryDescription", "createdAt"),
    *texts("activityTypes"),
    Parameter("query", "text"),
)

# Those of GET /threats/{threat_id}/explore/events.
THREAT_EVENTS = (
    SORT_ORDER,
    Parameter("countOnly", "boolean"),
    Parameter("cursor", "text"),
    Parameter("limit", "integer", 1, 1000),
    Parameter("skip", "integer", 0, 1_000_000),
    Parameter("skipCount", "boolean"),
    sort_by(
        "id", "createdAt", "eventType", "fileSize", "fileType", "registryPath", "registryId",
        "registryClassification", "pid", "processName",
    ),
    Parameter("eventId", "text"),
    Parameter("processName__like", "text"),
    *texts("eventSubTypes", "eventTypes"),
)  # fmt: skip
