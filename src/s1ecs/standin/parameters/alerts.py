"""GET /cloud-detection/alerts."""

from s1ecs.standin.parameters.parameter import PAGING, SCOPE, TENANT, Parameter, bounds, sort_by

_PROCESS_SORTS = (
    "Commandline", "FileHashMd5", "FileHashSha1", "FileHashSha256", "FilePath", "FileSignerIdentity", "Name", "Pid",
    "PidStarttime", "Storyline", "IntegrityLevel", "Subsystem", "User",
)  # fmt: skip
# The values of sortBy.
SORTS = (
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

ALERTS = (
    *SCOPE,
    TENANT,
    *PAGING,
    sort_by(*SORTS),
    Parameter("ids", "ids"),
    *bounds("createdAt"),
    *bounds("reportedAt"),
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
