"""Paths of filters and sort values in the records of the list of threats."""

from s1ecs.standin.fields import FieldPaths

_DETECTION = "agentDetectionInfo"
_NOW = "agentRealtimeInfo"
_INFO = "threatInfo"

_UNDER_THEIR_OWN_NAME = (
    "createdAt", "updatedAt", "externalTicketExists", "failedActions", "filePath", "initiatedBy",
    "mitigatedPreemptively", "pendingActions", "publisherName", "rebootRequired", "storyline",
)  # fmt: skip
_OF_ONE = {
    "analystVerdicts": "analystVerdict",
    "classificationSources": "classificationSource",
    "classifications": "classification",
    "confidenceLevels": "confidenceLevel",
    "externalTicketIds": "externalTicketId",
    "incidentStatuses": "incidentStatus",
    "mitigationStatuses": "mitigationStatus",
    "storylines": "storyline",
}
_KUBERNETES = {
    "k8sClusterName": "cluster",
    "k8sControllerLabels": "controllerLabels",
    "k8sControllerName": "controllerName",
    "k8sNamespaceLabels": "namespaceLabels",
    "k8sNamespaceName": "namespace",
    "k8sNodeLabels": "nodeLabels",
    "k8sNodeName": "node",
    "k8sPodLabels": "podLabels",
    "k8sPodName": "pod",
}

FIELDS = FieldPaths(
    identity="id",
    filters={name: f"{_INFO}.{name}" for name in _UNDER_THEIR_OWN_NAME}
    | {name: f"{_INFO}.{key}" for name, key in _OF_ONE.items()}
    | {name: f"kubernetesInfo.{key}" for name, key in _KUBERNETES.items()}
    | {
        "agentIsActive": f"{_NOW}.agentIsActive",
        "agentMachineTypes": f"{_NOW}.agentMachineType",
        "agentVersions": f"{_NOW}.agentVersion",
        "commandLineArguments": f"{_INFO}.maliciousProcessArguments",
        "computerName": f"{_NOW}.agentComputerName",
        "containerImageName": "containerInfo.image",
        "containerLabels": "containerInfo.labels",
        "containerName": "containerInfo.name",
        "contentHash": (f"{_INFO}.sha1", f"{_INFO}.sha256", f"{_INFO}.md5"),
        "contentHashes": (f"{_INFO}.sha1", f"{_INFO}.sha256", f"{_INFO}.md5"),
        "detectionAgentDomain": f"{_DETECTION}.agentDomain",
        "detectionAgentVersion": f"{_DETECTION}.agentVersion",
        "displayName": f"{_INFO}.threatName",
        "externalTicketId": f"{_INFO}.externalTicketId",
        "initiatedByUsername": f"{_INFO}.initiatingUsername",
        "originatedProcess": f"{_INFO}.originatorProcess",
        "osNames": f"{_NOW}.agentOsName",
        "osTypes": f"{_NOW}.agentOsType",
        "realtimeAgentVersion": f"{_NOW}.agentVersion",
        "threatDetails": f"{_INFO}.threatName",
        "uuid": f"{_NOW}.agentUuid",
    },
    sorts={
        "agentComputerName": f"{_NOW}.agentComputerName",
        "agentMachineType": f"{_NOW}.agentMachineType",
        "agentVersion": f"{_NOW}.agentVersion",
        "classification": f"{_INFO}.classification",
        "collectionId": f"{_INFO}.collectionId",
        "contentHash": f"{_INFO}.sha1",
        "createdAt": f"{_INFO}.createdAt",
        "createdDate": f"{_INFO}.createdAt",
        "fileDisplayName": f"{_INFO}.threatName",
        "filePath": f"{_INFO}.filePath",
        "id": "id",
        "mitigationStatus": f"{_INFO}.mitigationStatus",
        "siteId": f"{_NOW}.siteId",
        "siteName": f"{_NOW}.siteName",
        "updatedAt": f"{_INFO}.updatedAt",
    },
    ids={
        "accountIds": f"{_NOW}.accountId",
        "agentIds": f"{_NOW}.agentId",
        "collectionIds": f"{_INFO}.collectionId",
        "groupIds": f"{_NOW}.groupId",
        "ids": "id",
        "siteIds": f"{_NOW}.siteId",
    },
    text=(f"{_INFO}.threatName", f"{_INFO}.filePath", f"{_NOW}.agentComputerName"),
)
