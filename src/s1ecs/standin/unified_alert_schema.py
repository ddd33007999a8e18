"""The part of the GraphQL schema of unified alerts that collectors ask for, and what changes them."""

from s1ecs.standin.graphql.schema import Schema, fields

# The times that a filter may bound and a list may be sorted by.
TIMES = ("createdAt", "detectedAt", "lastSeenAt", "updatedAt")

_OBJECTIVE = "actionComplete actionDue completion completionTime status target targetTime"

SCHEMA = Schema(
    objects={
        "Query": fields("", alerts="AlertConnection"),
        "Mutation": fields("", addAlertNote="AlertNoteAdded", alertTriggerActions="TriggerActionsResult"),
        "AlertNoteAdded": fields("alertId createdAt id text type"),
        "ActionsTriggered": fields("", actions="ActionTriggered"),
        "ActionTriggered": fields("actionId", failure="ActionFailure", skip="ActionFailure", success="ActionSuccess"),
        "ActionSuccess": fields("id"),
        "ActionFailure": fields("errorMessage id"),
        "TriggerActionsScheduled": fields("scheduledId"),
        "TriggerActionsError": fields("errorMessage"),
        "AlertConnection": fields("totalCount", pageInfo="PageInfo", edges="AlertEdge"),
        "PageInfo": fields("hasNextPage hasPreviousPage startCursor endCursor"),
        "AlertEdge": fields("cursor", node="Alert"),
        "Alert": fields(
            "id analystVerdict attackSurfaces availableActionIds classification confidenceLevel createdAt dataSources "
            "description detectedAt exclusionHash externalId firstSeenAt lastSeenAt name noteExists result severity "
            "status storylineId ticketId updatedAt",
            aiInvestigation="AiInvestigation",
            analytics="Analytics",
            assets="Asset",
            assignee="Assignee",
            detectionSource="DetectionSource",
            detectionTime="DetectionTime",
            process="Process",
            realTime="RealTime",
            sloDetails="SloDetails",
        ),
        "AiInvestigation": fields("purpleAiStatus status verdict"),
        "Analytics": fields("category name typeValue uid"),
        "Assignee": fields("email fullName userId"),
        "DetectionSource": fields("product vendor"),
        "Asset": fields(
            "accessible agentUuid agentVersion assetTypeClassifier category connectivityToConsole decommissioned id "
            "lastLoggedInUser name origin osType osVersion pendingReboot policy role status subcategory"
        ),
        "DetectionTime": fields(
            "", assets="DetectionAsset", attacker="Attacker", scope="DetectionScope", targetUser="TargetUser"
        ),
        "Attacker": fields("host ip"),
        "TargetUser": fields("domain emailAddress name"),
        "DetectionScope": fields("accountId accountName groupName siteName"),
        "DetectionAsset": fields(
            "accessible origin",
            asset="DetectionAgent",
            cloud="DetectionCloud",
            kubernetes="DetectionKubernetes",
            scope="DetectionScope",
        ),
        "DetectionAgent": fields(
            "agentVersion consoleIpAddress domain ipV4 ipV6 lastLoggedInUser osName osRevision osType policy "
            "subscriptionTime"
        ),
        "DetectionCloud": fields(
            "accountId cloudProvider image instanceId instanceSize location network tags",
            providerDetails="DetectionProviderDetails",
        ),
        "DetectionAws": fields(
            "accountId imageId instanceId instanceType region role securityGroups subnetIds tags vpcId"
        ),
        "DetectionAzure": fields("imageId instanceId instanceType region resourceGroup subscriptionId tags"),
        "DetectionGcp": fields("imageId instanceId instanceType projectId serviceAccount tags vpcId zone"),
        "DetectionKubernetes": fields(
            "clusterName containerId containerImageName containerLabels containerName controllerLabels controllerName "
            "controllerType namespaceLabels namespaceName nodeLabels nodeName podLabels podName"
        ),
        "Process": fields("cmdLine parentName", file="ProcessFile"),
        "ProcessFile": fields("certSubject md5 name path sha1 sha256"),
        "RealTime": fields("", scope="RealTimeScope"),
        "RealTimeScope": fields("", account="Named", group="Named", site="Named"),
        "Named": fields("id name"),
        "SloDetails": fields("", timeToResolveData="SloData", timeToResponseData="SloData"),
        "SloData": fields(_OBJECTIVE),
    },
    unions={
        "DetectionProviderDetails": ("DetectionAws", "DetectionAzure", "DetectionGcp"),
        "TriggerActionsResult": ("ActionsTriggered", "TriggerActionsScheduled", "TriggerActionsError"),
    },
    inputs={
        "FilterInput": {
            "fieldId": "String!",
            "dateTimeRange": "DateTimeRangeInput",
            "stringEqual": "EqualStringInput",
            "stringIn": "InStringInput",
        },
        "DateTimeRangeInput": {
            "start": "Long",
            "startInclusive": "Boolean",
            "end": "Long",
            "endInclusive": "Boolean",
        },
        "SortInput": {"by": "String!", "order": "SortOrder"},
        "ScopeSelectorInput": {"scopeIds": "[String!]", "scopeType": "ScopeType"},
        "OrFilterSelectionInput": {"or": "[AndFilterSelectionInput!]!"},
        "AndFilterSelectionInput": {"and": "[FilterInput!]!"},
        "EqualStringInput": {"value": "String"},
        "InStringInput": {"values": "[String]"},
        "TriggerActionInput": {"id": "String!", "payload": "TriggerActionPayloadInput"},
        "TriggerActionPayloadInput": {
            "analystVerdict": "ActionValueInput",
            "note": "ActionValueInput",
            "status": "ActionValueInput",
        },
        "ActionValueInput": {"value": "String!"},
    },
    enums={
        "AlertNoteType": ("MARKDOWN", "PLAIN_TEXT"),
        "ScopeType": ("ACCOUNT", "GROUP", "SITE", "TENANT"),
        "SortOrder": ("ASC", "DESC"),
        "ViewType": ("ALL",),
    },
    arguments={
        ("Query", "alerts"): {
            "after": "String",
            "filters": "[FilterInput!]",
            "first": "Int",
            "sort": "SortInput",
        },
        ("Mutation", "addAlertNote"): {
            "alertId": "String!",
            "plainText": "String",
            "text": "String!",
            "type": "AlertNoteType",
        },
        ("Mutation", "alertTriggerActions"): {
            "actions": "[TriggerActionInput!]!",
            "filter": "OrFilterSelectionInput",
            "scope": "ScopeSelectorInput",
            "viewType": "ViewType",
        },
    },
)
