"""The list of alerts: where its filters and sort values lie in a record, and how it grows while the console runs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.standin.alerts import alert, history
from s1ecs.standin.clock import StandinClock
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.organisation import Organisation
from s1ecs.standin.pages import PageRequest
from s1ecs.standin.parameters.alerts import SORTS
from s1ecs.standin.shelf import Condition, Shelf

_IDENTITY = "alertInfo.alertId"

_TIMES = {"createdAt": "alertInfo.createdAt", "reportedAt": "alertInfo.reportedAt"}
_IDS = {
    "accountIds": "agentDetectionInfo.accountId",
    "ids": _IDENTITY,
    "siteIds": "agentDetectionInfo.siteId",
}
_WORDS = {
    "analystVerdict": "alertInfo.analystVerdict",
    "incidentStatus": "alertInfo.incidentStatus",
    "machineType": "agentDetectionInfo.machineType",
    "osType": "agentRealtimeInfo.os",
    "scopes": "ruleInfo.scopeLevel",
    "severity": "ruleInfo.severity",
}
_CONTAINS = {
    "containerImageName": "containerInfo.image",
    "containerLabels": "containerInfo.labels",
    "containerName": "containerInfo.name",
    "k8sCluster": "kubernetesInfo.cluster",
    "k8sControllerLabels": "kubernetesInfo.controllerLabels",
    "k8sControllerName": "kubernetesInfo.controllerName",
    "k8sNamespaceLabels": "kubernetesInfo.namespaceLabels",
    "k8sNamespaceName": "kubernetesInfo.namespace",
    "k8sNode": "kubernetesInfo.node",
    "k8sPod": "kubernetesInfo.pod",
    "k8sPodLabels": "kubernetesInfo.podLabels",
    "origAgentName": "agentDetectionInfo.name",
    "origAgentOsRevision": "agentDetectionInfo.osRevision",
    "origAgentUuid": "agentDetectionInfo.uuid",
    "origAgentVersion": "agentDetectionInfo.version",
    "ruleName": "ruleInfo.name",
    "sourceProcessCommandline": "sourceProcessInfo.commandline",
    "sourceProcessFileHashMd5": "sourceProcessInfo.fileHashMd5",
    "sourceProcessFileHashSha1": "sourceProcessInfo.fileHashSha1",
    "sourceProcessFileHashSha256": "sourceProcessInfo.fileHashSha256",
    "sourceProcessFilePath": "sourceProcessInfo.filePath",
    "sourceProcessName": "sourceProcessInfo.name",
    "sourceProcessStoryline": "sourceProcessInfo.storyline",
}
_FREE_TEXT = (
    "ruleInfo.name",
    "ruleInfo.description",
    "agentDetectionInfo.name",
    "sourceProcessInfo.name",
    "sourceProcessInfo.commandline",
    "sourceProcessInfo.user",
)
_SORTS = {
    "id": _IDENTITY,
    "machineType": "agentDetectionInfo.machineType",
    "osName": "agentDetectionInfo.osName",
    "incidentStatus": "alertInfo.incidentStatus",
    "analystVerdict": "alertInfo.analystVerdict",
    "severity": "ruleInfo.severity",
}
_SECTIONS = (
    "agentDetectionInfo",
    "alertInfo",
    "containerInfo",
    "kubernetesInfo",
    "ruleInfo",
    "sourceParentProcessInfo",
    "sourceProcessInfo",
)


def _sort_path(name: str) -> str:
    """`alertInfoCreatedAt` stands for alertInfo.createdAt, and so all but a few."""
    if name in _SORTS:
        return _SORTS[name]
    section = next(section for section in _SECTIONS if name.startswith(section))
    key = name.removeprefix(section)
    return f"{section}.{key[0].lower()}{key[1:]}"


_FIELDS = FieldPaths(
    identity=_IDENTITY,
    filters=_TIMES | _WORDS | _CONTAINS,
    sorts={name: _sort_path(name) for name in SORTS},
    ids=_IDS,
    text=_FREE_TEXT,
)


class AlertList:
    """The alerts of the organisation: `count` from before its `now`, and `rate` new ones a minute since then."""

    def __init__(self, organisation: Organisation, clock: StandinClock, count: int, rate: float | None) -> None:
        self._organisation = organisation
        self._clock = clock
        self._count = count
        self._rate = rate or 0.0
        self._made = 0
        self._shelf = Shelf(_IDENTITY)
        for record in history(organisation, count):
            self._shelf.add(record)
        # The order that collectors ask for is made before the first of them asks.
        self._shelf.order("alertInfo.createdAt")

    def shelf(self) -> Shelf:
        """Return all alerts that there are by now."""
        if self._rate:
            minutes = (self._clock() - self._organisation.now) / timedelta(minutes=1)
            for number in range(self._made + 1, int(minutes * self._rate) + 1):
                created = self._organisation.now + timedelta(minutes=number / self._rate)
                self._shelf.add(alert(self._organisation, self._count + number - 1, created, created))
                self._made = number
        return self._shelf

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Translate the parameters of GET /cloud-detection/alerts, already checked, into a page of the list."""
        if "groupIds" not in given:
            return _FIELDS.page(given)
        # An alert does not name its group, but its agent, which is in one.
        agents = frozenset(host.id for host in self._organisation.hosts if host.group.id in given["groupIds"])
        return _FIELDS.page(given, Condition(("agentRealtimeInfo.id",), agents.__contains__))
