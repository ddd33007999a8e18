"""Threats detected by agents, with their current state. The console's path is GET /threats."""

from dataclasses import replace
from typing import Any

from s1ecs.ecs.empty_values import cleaned
from s1ecs.ecs.layouts import in_layout_2, only_in, with_setting
from s1ecs.ecs.table import (
    FieldTable,
    Found,
    Inner,
    boolean,
    constant,
    date,
    function,
    geo,
    ip,
    joined,
    keyword,
    long,
    os_type,
    template,
    within,
)
from s1ecs.streams.collection_modes import ByTime, CallPerItem
from s1ecs.streams.conversions.threat_classification import set_category_and_type
from s1ecs.streams.conversions.threat_lists import (
    INDICATOR_FIELDS,
    INDICATOR_FIELDS_WITH_IDS,
    INTERFACE_FIELDS,
    MITIGATION_FIELDS,
    indicators,
    indicators_with_ids,
    interfaces,
    mitigation,
)
from s1ecs.streams.conversions.threat_severity import SEVERITY_FIELDS, set_severity
from s1ecs.streams.conversions.threat_timeline import TIMELINE_FIELDS, timeline
from s1ecs.streams.conversions.threat_timeline_rows import TIMELINE_ROWS
from s1ecs.streams.stream import Column, StateKey, Stored, Stream

OWN = "sentinel_one.threat"


def categories(info: Any, found: Found) -> None:
    """Set event.category and event.type by the threat's classification, where the threat has an id."""
    if isinstance(info, dict) and cleaned(info.get("threatId"), 2) is not None:
        set_category_and_type(found.fields, cleaned(info.get("classification"), 2))


TABLE = FieldTable(
    # A record has a timeline only where the collector put an entry of it there.
    identity=("id", "threatInfo.createdAt", "threatInfo.updatedAt", "timeline"),
    # An entry is a document of its own, which stays when the threat changes.
    identity_2=("timeline.id", "timeline.createdAt", "timeline.updatedAt", "id"),
    cleaned=True,
    one_text_per_address=True,
    rows=(
        constant("event.kind", "alert", "Always alert; pipeline_error where the record could not be mapped."),
        function(
            "",
            "threatInfo",
            "",
            categories,
            Inner("event.category", "keyword", "Malware or threat, by the classification.", "classification"),
            Inner("event.type", "keyword", "Info for malware, indicator for a threat.", "classification"),
            # Of all details it reads two, and takes care of those.
            uncleaned=True,
        ),
        date("@timestamp", "threatInfo.updatedAt", "Time when the threat last changed."),
        joined("event.action", "threatInfo.engines", "Engines that found the threat, with commas."),
        keyword("process.name", "threatInfo.originatorProcess", "Process that brought the threat."),
        *within(
            "agentDetectionInfo",
            f"{OWN}.detection",
            keyword(".account.id", "accountId", "Id of the account that the agent belonged to at detection."),
            keyword(".account.name", "accountName", "Name of the account that the agent belonged to at detection."),
            keyword(".state", "agentDetectionState", "Detection state of the agent at detection."),
            keyword(".agent.domain", "agentDomain", "Domain or workgroup of the host at detection."),
            ip(".agent.ipv4", "agentIpV4", "IPv4 addresses of the host at detection.", related="ip", split=True),
            ip(".agent.ipv6", "agentIpV6", "IPv6 addresses of the host at detection.", related="ip", split=True),
            keyword(
                ".agent.last_logged_in.upn",
                "agentLastLoggedInUpn",
                "User principal name of who was last logged in.",
            ),
            keyword("user.email", "agentLastLoggedInUserMail", "Mail address of who was last logged in."),
            in_layout_2(
                keyword(
                    "user.name",
                    "agentLastLoggedInUserName",
                    "User who was last logged in at detection; without one, who ran the process.",
                    related="user",
                ),
                domain="user.domain",
            ),
        ),
        in_layout_2(
            keyword(
                "user.name",
                "threatInfo.processUser",
                "User who was last logged in at detection; without one, who ran the process.",
                related="user",
                only_if_unset=True,
            ),
            domain="user.domain",
        ),
        *within(
            "agentDetectionInfo",
            f"{OWN}.detection",
            keyword(
                ".agent.mitigation_mode", "agentMitigationMode", "Mitigation mode for malicious threats at detection."
            ),
            keyword(".agent.os.name", "agentOsName", "Full name of the operating system at detection."),
            keyword(".agent.os.version", "agentOsRevision", "Revision of the operating system at detection."),
            date(".agent.registered_at", "agentRegisteredAt", "Time when the agent registered at the console."),
            keyword(".agent.uuid", "agentUuid", "UUID of the agent."),
            keyword(".agent.version", "agentVersion", "Version of the agent at detection."),
            keyword(
                ".cloud_providers",
                "cloudProviders",
                "Cloud metadata of the host, by provider.",
                index_type="flattened",
            ),
            geo("host.geo", "externalIp", "Location of the external address at detection."),
            ip(
                "host.ip",
                "externalIp",
                "Address that the console saw the host by at detection.",
                related="ip",
                as_list=True,
            ),
            in_layout_2(
                keyword(".agent.group.id", "groupId", "Id of the group that the agent was in at detection."),
                copies=("group.id",),
            ),
            in_layout_2(
                keyword(".agent.group.name", "groupName", "Name of the group that the agent was in at detection."),
                copies=("group.name",),
            ),
            in_layout_2(
                keyword(".agent.site.id", "siteId", "Id of the site that the agent belonged to at detection."),
                target="sentinel_one.site.id",
            ),
            in_layout_2(
                keyword(".agent.site.name", "siteName", "Name of the site that the agent belonged to at detection."),
                target="sentinel_one.site.name",
            ),
        ),
        *within(
            "agentRealtimeInfo",
            f"{OWN}.agent",
            keyword(".account.id", "accountId", "Id of the account that the agent belongs to now."),
            in_layout_2(
                keyword(".account.name", "accountName", "Name of the account that the agent belongs to now."),
                target="sentinel_one.account.name",
            ),
            long(".active_threats", "activeThreats", "Current number of active threats on the host."),
            keyword("host.name", "agentComputerName", "Computer name of the host now.", related="hosts"),
            # The integration takes the time for a boolean; so a decommissioned agent gives a text in error.message.
            boolean(
                ".decommissioned_at",
                "agentDecommissionedAt",
                "Indicates whether the time of removal of the agent from the console is known.",
            ),
            keyword("host.domain", "agentDomain", "Domain or workgroup of the host now."),
            keyword(".id", "agentId", "Id of the agent; actions on the host take it.", copies=("host.id",)),
            boolean(".infected", "agentInfected", "Indicates whether the host counts as infected now."),
            boolean(".is_active", "agentIsActive", "Indicates whether the agent is in contact with the console."),
            boolean(
                ".is_decommissioned",
                "agentIsDecommissioned",
                "Indicates whether the agent was removed from the console.",
            ),
            keyword(".machine_type", "agentMachineType", "Machine type of the host (desktop, laptop, server ...)."),
            keyword(".mitigation_mode", "agentMitigationMode", "Current mitigation mode for malicious threats."),
            keyword(".network_status", "agentNetworkStatus", "Current network state of the host."),
            keyword("host.os.name", "agentOsName", "Full name of the operating system now."),
            keyword(".os.version", "agentOsRevision", "Revision of the operating system now."),
            os_type("host.os.type", "agentOsType", "Operating system of the host, as one of the ECS words."),
            keyword(".uuid", "agentUuid", "UUID of the agent."),
            keyword("observer.version", "agentVersion", "Version of the SentinelOne agent now."),
            in_layout_2(
                keyword(".group.id", "groupId", "Id of the group that the agent is in now."),
                copies=("group.id",),
                overwrites=True,
            ),
            in_layout_2(
                keyword(".group.name", "groupName", "Name of the group that the agent is in now."),
                copies=("group.name",),
                overwrites=True,
            ),
            function(
                ".network_interface",
                "networkInterfaces",
                "Network interfaces of the host.",
                interfaces,
                *INTERFACE_FIELDS,
                uncleaned=True,
            ),
            keyword(
                ".operational_state",
                "operationalState",
                "Operational state of the agent: enabled, or disabled with the reason.",
            ),
            boolean(".reboot_required", "rebootRequired", "Indicates whether a reboot is required."),
            date(
                ".scan.aborted_at",
                "scanAbortedAt",
                "Time when the last full disk scan was aborted.",
                index_type="keyword",
            ),
            date(
                ".scan.finished_at",
                "scanFinishedAt",
                "Time when the last full disk scan was finished.",
                index_type="keyword",
            ),
            date(
                ".scan.started_at", "scanStartedAt", "Time when the last full disk scan started.", index_type="keyword"
            ),
            keyword(".scan.status", "scanStatus", "State of the last full disk scan."),
            keyword(".site.id", "siteId", "Id of the site that the agent belongs to now."),
            keyword(".site.name", "siteName", "Name of the site that the agent belongs to now."),
            keyword(".storage.name", "storageName", "Name of the storage device that the threat was found on."),
            keyword(".storage.type", "storageType", "Kind of the storage device that the threat was found on."),
            keyword(".user_action_needed", "userActionsNeeded", "Actions required from a user of the host."),
        ),
        *within(
            "containerInfo",
            OWN,
            keyword("container.id", "id", "Id of the container."),
            keyword("container.image.name", "image", "Image that the container runs."),
            keyword("container.name", "name", "Name of the container."),
            keyword(".container.labels", "labels", "Labels of the container."),
        ),
        *within(
            "",
            OWN,
            keyword(".description", "description", "Description of the threat."),
            keyword(".id", "id", "Id of the threat.", copies=("event.id",)),
            in_layout_2(
                function(
                    ".indicators",
                    "indicators",
                    "Behaviour that the threat was known by.",
                    indicators,
                    *INDICATOR_FIELDS,
                    uncleaned=True,
                ),
                function=indicators_with_ids,
                inner=INDICATOR_FIELDS_WITH_IDS,
            ),
        ),
        *within(
            "kubernetesInfo",
            f"{OWN}.kubernetes",
            keyword(".cluster", "cluster", "Name of the Kubernetes cluster."),
            keyword(".controller.kind", "controllerKind", "Kind of the Kubernetes controller."),
            keyword(".controller.labels", "controllerLabels", "Labels of the Kubernetes controller."),
            keyword(".controller.name", "controllerName", "Name of the Kubernetes controller."),
            keyword(".namespace.name", "namespace", "Kubernetes namespace of the pod."),
            keyword(".namespace.labels", "namespaceLabels", "Labels of the Kubernetes namespace."),
            keyword(".node", "node", "Kubernetes node that the pod ran on."),
            keyword(".pod.name", "pod", "Name of the Kubernetes pod."),
            keyword(".pod.labels", "podLabels", "Labels of the Kubernetes pod."),
        ),
        function(
            f"{OWN}.mitigation_status",
            "mitigationStatus",
            "Mitigation steps taken against the threat.",
            mitigation,
            *MITIGATION_FIELDS,
            uncleaned=True,
        ),
        *within(
            "threatInfo",
            OWN,
            keyword(".analysis.verdict", "analystVerdict", "The analyst's verdict on the threat."),
            keyword(".analysis.description", "analystVerdictDescription", "The analyst's verdict, spelled out."),
            boolean(
                ".automatically_resolved",
                "automaticallyResolved",
                "Indicates whether the console resolved the incident.",
            ),
            keyword(".browser_type", "browserType", "Browser that the threat came by."),
            keyword(".certificate.id", "certificateId", "Id of the certificate that the file is signed with."),
            in_layout_2(
                keyword(
                    ".classification", "classification", "Classification of the threat, such as Trojan or Ransomware."
                ),
                target="sentinel_one.threat_classification.name",
            ),
            in_layout_2(
                keyword(
                    ".classification_source", "classificationSource", "Source of the classification: agent or cloud."
                ),
                target="sentinel_one.threat_classification.source",
            ),
            keyword(
                ".cloudfiles_hash_verdict", "cloudFilesHashVerdict", "Reputation of the hash in the vendor's cloud."
            ),
            keyword(".collection.id", "collectionId", "Id of the group of like threats."),
            keyword(".confidence_level", "confidenceLevel", "Confidence of the detection: malicious or suspicious."),
            date(".created_at", "createdAt", "Time when the threat was first known to the console."),
            keyword(
                ".detection.engines",
                "detectionEngines",
                "Engines that found the threat.",
                inner=(
                    Inner(".key", "keyword", "Short name of the engine."),
                    Inner(".title", "keyword", "Name of the engine."),
                ),
            ),
            keyword(".detection.type", "detectionType", "Kind of detection: static (file) or dynamic (behavior)."),
            keyword(".engines", "engines", "Names of the engines that found the threat."),
            boolean(".external_ticket.exist", "externalTicketExists", "Indicates whether an external ticket exists."),
            keyword(".external_ticket.id", "externalTicketId", "Id of the ticket elsewhere."),
            boolean(
                ".failed_actions", "failedActions", "Indicates whether at least one action against the threat failed."
            ),
            keyword("threat.indicator.file.extension", "fileExtension", "Extension of the file's name."),
            keyword(".file.extension.type", "fileExtensionType", "Kind of file, by its extension."),
            in_layout_2(keyword("threat.indicator.file.path", "filePath", "Path of the file."), copies=("file.path",)),
            long("threat.indicator.file.size", "fileSize", "Size of the file in bytes."),
            keyword(".file.verification_type", "fileVerificationType", "Verification of the file signature."),
            date(
                ".file.identified_at",
                "identifiedAt",
                "Time when the agent identified the threat.",
                index_type="keyword",
            ),
            keyword(".incident.status", "incidentStatus", "Status of the incident."),
            keyword(".incident.status_description", "incidentStatusDescription", "The incident's state, spelled out."),
            keyword(".initiated.name", "initiatedBy", "Trigger of the detection, such as the agent's policy."),
            keyword(".initiated.description", "initiatedByDescription", "Description of the trigger of the detection."),
            keyword(".initiating_user.id", "initiatingUserId", "Id of the console user who marked the threat."),
            keyword(
                ".initiating_user.name",
                "initiatingUsername",
                "Name of the console user who marked the threat.",
                related="user",
            ),
            boolean(".is_fileless", "isFileless", "Indicates whether the threat has no file."),
            boolean(
                ".is_valid_certificate", "isValidCertificate", "Indicates whether the file's certificate is valid."
            ),
            keyword(
                ".malicious_process_arguments",
                "maliciousProcessArguments",
                "Command line of the malicious process.",
            ),
            keyword("threat.indicator.file.hash.md5", "md5", "MD5 of the file."),
            boolean(
                ".mitigated_preemptively",
                "mitigatedPreemptively",
                "Indicates whether the threat was stopped before it ran.",
            ),
            keyword(".mitigation.status", "mitigationStatus", "Indicates whether the threat is mitigated."),
            keyword(".mitigation.description", "mitigationStatusDescription", "Description of the mitigation status."),
            keyword(".originator_process", "originatorProcess", "Process that brought the threat."),
            boolean(".pending_actions", "pendingActions", "Indicates whether actions against the threat are pending."),
            keyword(".process_user", "processUser", "User that the threat's process ran as.", related="user"),
            keyword(".publisher.name", "publisherName", "Signer of the file."),
            boolean(
                ".reached_events_limit",
                "reachedEventsLimit",
                "Indicates whether the threat has more events than the console keeps.",
            ),
            boolean(
                ".reboot_required", "rebootRequired", "Indicates whether a reboot is required to mitigate the threat."
            ),
            keyword("threat.indicator.file.hash.sha1", "sha1", "SHA-1 of the file.", related="hash"),
            keyword("threat.indicator.file.hash.sha256", "sha256", "SHA-256 of the file.", related="hash"),
            keyword(".storyline", "storyline", "Storyline that the threat belongs to."),
            keyword(".threat_id", "threatId", "Id of the threat, as its details name it."),
            keyword(".name", "threatName", "Name of the threat, mostly that of its file."),
        ),
        keyword(f"{OWN}.whitening_option", "whiteningOptions", "Possible criteria of an exclusion for the threat."),
        *only_in(
            1,
            function(
                f"{OWN}.timeline",
                "timeline",
                "An entry of the threat's timeline, where timelines are collected.",
                timeline,
                *TIMELINE_FIELDS,
            ),
        ),
        template(
            "message",
            f"Threat Detected: {{{OWN}.name}} ({{{OWN}.confidence_level}})",
            "The threat's name and how sure the detection is.",
        ),
        *only_in(2, *TIMELINE_ROWS),
        with_setting("threat_severity", function("", "threatInfo", "", set_severity, *SEVERITY_FIELDS)),
    ),
)

# What the setting for timelines adds: for each threat its entries, oldest first.
TIMELINE = CallPerItem(
    path="/threats/{id}/timeline",
    key=("id",),
    parameters={"skipCount": "true"},
    sort="createdAt",
    scoped=True,
    version="threatInfo.updatedAt",
    carry={"threatId": "id"},
    into="timeline",
)

_ASK = ByTime(
    path="/threats",
    since="updatedAt__gte",
    until="updatedAt__lte",
    sort="updatedAt",
    time="threatInfo.updatedAt",
)

STREAM = Stream(
    name="threat",
    what="Threats detected by agents, with their current state",
    permission="Threats -> View",
    ask=_ASK,
    optional={"threat_timeline": replace(_ASK, per_item=TIMELINE)},
    optional_2={"threat_timeline": replace(_ASK, per_item=replace(TIMELINE, lasting=True))},
    declared=TABLE,
    view=(
        Column("threat", "sentinel_one.threat.name"),
        Column("confidence", "sentinel_one.threat.confidence_level"),
        Column("classification", "sentinel_one.threat.classification"),
        Column("host", "host.name"),
        Column("user", "user.name"),
        Column("status", "sentinel_one.threat.incident.status"),
        Column("verdict", "sentinel_one.threat.analysis.verdict"),
        Column("mitigation", "sentinel_one.threat.mitigation.status"),
        Column("engines", "event.action"),
        Column("process", "process.name"),
        Column("file", "threat.indicator.file.path"),
        Column("sha256", "threat.indicator.file.hash.sha256"),
        Column("sha1", "threat.indicator.file.hash.sha1"),
        Column("created", "sentinel_one.threat.created_at"),
        Column("group_name", "sentinel_one.threat.agent.group.name"),
        Column("site", "sentinel_one.threat.agent.site.name"),
        Column("storyline", "sentinel_one.threat.storyline"),
        Column("agent_id", "host.id"),
        Column("threat_id", "event.id"),
    ),
    stored=Stored(
        panels=(
            Column("os", "host.os.type"),
            Column("agent_active", "sentinel_one.threat.agent.is_active"),
            Column("infected", "sentinel_one.threat.agent.infected"),
            Column("mitigation_mode", "sentinel_one.threat.agent.mitigation_mode"),
            Column("extension", "threat.indicator.file.extension"),
            Column("extension_type", "sentinel_one.threat.file.extension.type"),
            Column("techniques", "threat.technique.id"),
        ),
        gathered=(
            Column("engine", f"{OWN}.detection.engines.title"),
            Column("mitigation_action", f"{OWN}.mitigation_status.action"),
            Column("mitigation_result", f"{OWN}.mitigation_status.status"),
        ),
        counted=("confidence", "status", "verdict", "classification", "threat", "host", "os", "site"),
        indexed=("host", "threat", "sha256", "threat_id", "storyline"),
        searched={
            "user": ("user.name", "user.email", "sentinel_one.threat.process_user"),
            "address": ("sentinel_one.threat.detection.agent.ipv4", "host.domain"),
            "hash": (
                "threat.indicator.file.hash.sha1",
                "threat.indicator.file.hash.sha256",
                "threat.indicator.file.hash.md5",
            ),
            "path": ("threat.indicator.file.path",),
            "command": ("process.command_line", "sentinel_one.threat.malicious_process_arguments"),
            "name": (
                "sentinel_one.threat.name",
                "process.name",
                "sentinel_one.threat.classification",
                "threat.technique.id",
                "threat.technique.name",
                "sentinel_one.threat.agent.site.name",
            ),
            "text": ("sentinel_one.threat.description", "message"),
        },
    ),
    migrated_by="@timestamp",
    state_key=StateKey(("id",), "threatInfo.updatedAt"),
)
