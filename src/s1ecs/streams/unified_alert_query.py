"""The query of POST /unifiedalerts/graphql: everything that the console tells of an alert."""

QUERY = """\
query GetAllUnifiedAlerts($after: String, $first: Int, $filters: [FilterInput!], $sort: SortInput) {
  alerts(after: $after, first: $first, filters: $filters, sort: $sort) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges {
      cursor
      node {
        id analystVerdict attackSurfaces availableActionIds classification confidenceLevel createdAt dataSources
        description detectedAt exclusionHash externalId firstSeenAt lastSeenAt name noteExists result severity status
        storylineId ticketId updatedAt
        aiInvestigation { purpleAiStatus status verdict }
        analytics { category name typeValue uid }
        assets {
          accessible agentUuid agentVersion assetTypeClassifier category connectivityToConsole decommissioned id
          lastLoggedInUser name origin osType osVersion pendingReboot policy role status subcategory
        }
        assignee { email fullName userId }
        detectionSource { product vendor }
        detectionTime {
          assets {
            accessible
            origin
            scope { accountId accountName groupName siteName }
            asset {
              agentVersion consoleIpAddress domain ipV4 ipV6 lastLoggedInUser osName osRevision osType policy
              subscriptionTime
            }
            cloud {
              accountId cloudProvider image instanceId instanceSize location network tags
              providerDetails {
                ... on DetectionAws {
                  accountId imageId instanceId instanceType region role securityGroups subnetIds tags vpcId
                }
                ... on DetectionAzure { imageId instanceId instanceType region resourceGroup subscriptionId tags }
                ... on DetectionGcp { imageId instanceId instanceType projectId serviceAccount tags vpcId zone }
              }
            }
            kubernetes {
              clusterName containerId containerImageName containerLabels containerName controllerLabels controllerName
              controllerType namespaceLabels namespaceName nodeLabels nodeName podLabels podName
            }
          }
          attacker { host ip }
          scope { accountId accountName groupName siteName }
          targetUser { domain emailAddress name }
        }
        process { cmdLine parentName file { certSubject md5 name path sha1 sha256 } }
        realTime { scope { account { id name } group { id name } site { id name } } }
        sloDetails {
          timeToResolveData { actionComplete actionDue completion completionTime status target targetTime }
          timeToResponseData { actionComplete actionDue completion completionTime status target targetTime }
        }
      }
    }
  }
}
"""

SKIM = """\
query SkimUnifiedAlerts($after: String, $first: Int, $filters: [FilterInput!], $sort: SortInput) {
  alerts(after: $after, first: $first, filters: $filters, sort: $sort) {
    pageInfo { hasNextPage endCursor }
    edges { node { id } }
  }
}
"""
