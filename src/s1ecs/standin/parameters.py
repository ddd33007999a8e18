"""The query parameters of each path, with their types, ranges and values, after the API's own description."""

from typing import Literal, NamedTuple

Kind = Literal["boolean", "choice", "ids", "integer", "text", "texts", "time"]


class Parameter(NamedTuple):
    """A query parameter: `ids` and `texts` are comma lists, `values` are the words that a choice allows."""

    name: str
    kind: Kind
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()


_SCOPE = (
    Parameter("accountIds", "ids"),
    Parameter("groupIds", "ids"),
    Parameter("siteIds", "ids"),
    Parameter("tenant", "boolean"),
)
_PAGING = (
    Parameter("countOnly", "boolean"),
    Parameter("cursor", "text"),
    Parameter("limit", "integer", 1, 1000),
    Parameter("skip", "integer", 0, 1000),
    Parameter("skipCount", "boolean"),
    Parameter("sortOrder", "choice", values=("asc", "desc")),
)

_PROCESS_SORTS = (
    "Commandline", "FileHashMd5", "FileHashSha1", "FileHashSha256", "FilePath", "FileSignerIdentity", "Name", "Pid",
    "PidStarttime", "Storyline", "IntegrityLevel", "Subsystem", "User",
)  # fmt: skip
_ALERT_SORTS = (
    "id", "machineType", "osName", "incidentStatus", "analystVerdict", "severity",
    "agentDetectionInfoMachineType", "agentDetectionInfoName", "agentDetectionInfoOsFamily",
    "agentDetectionInfoOsName", "agentDetectionInfoOsRevision", "agentDetectionInfoSiteId", "agentDetectionInfoUuid",
    "agentDetectionInfoVersion",
    "alertInfoAlertId", "alertInfoAnalystVerdict", "alertInfoCreatedAt", "alertInfoDvEventId", "alertInfoEventType",
    "alertInfoHitType", "alertInfoIncidentStatus", "alertInfoReportedAt", "alertInfoSource",
    "containerInfoId", "containerInfoImage", "containerInfoLabels", "containerInfoName",
    "kubernetesInfoCluster", "kubernetesInfoControllerKind", "kubernetesInfoControllerLabels",
    "kubernetesInfoControllerName", "kubernetesInfoNamespace", "kubernetesInfoNamespaceLabels", "kubernetesInfoNode",
    "kubernetesInfoPod", "kubernetesInfoPodLabels",
    "ruleInfoDescription", "ruleInfoId", "ruleInfoName", "ruleInfoScopeLevel", "ruleInfoSeverity",
    "ruleInfoTreatAsThreat",
    *(f"sourceParentProcessInfo{key}" for key in _PROCESS_SORTS),
    *(f"sourceProcessInfo{key}" for key in _PROCESS_SORTS),
)  # fmt: skip

NONE: tuple[Parameter, ...] = ()

# GET /user
USER = _SCOPE

# GET /cloud-detection/alerts
ALERTS = (
    *_SCOPE,
    *_PAGING,
    Parameter("sortBy", "choice", values=_ALERT_SORTS),
    Parameter("ids", "ids"),
    *(
        Parameter(f"{time}__{bound}", "time")
        for time in ("createdAt", "reportedAt")
        for bound in ("gt", "gte", "lt", "lte")
    ),
    Parameter("disablePagination", "boolean"),
    Parameter("query", "text"),
    *(
        Parameter(name, "texts")
        for name in ("analystVerdict", "incidentStatus", "machineType", "osType", "scopes", "severity")
    ),
    *(
        Parameter(f"{name}__contains", "texts")
        for name in (
            "containerImageName", "containerLabels", "containerName", "k8sCluster", "k8sControllerLabels",
            "k8sControllerName", "k8sNamespaceLabels", "k8sNamespaceName", "k8sNode", "k8sPod", "k8sPodLabels",
            "origAgentName", "origAgentOsRevision", "origAgentUuid", "origAgentVersion", "ruleName",
            "sourceProcessCommandline", "sourceProcessFileHashMd5", "sourceProcessFileHashSha1",
            "sourceProcessFileHashSha256", "sourceProcessFilePath", "sourceProcessName", "sourceProcessStoryline",
        )
    ),
)  # fmt: skip
