"""Alerts of STAR custom rules. The console's path is GET /cloud-detection/alerts; cloud consoles only."""

from s1ecs.ecs.layouts import in_layout_2
from s1ecs.ecs.table import FieldTable, boolean, constant, date, ip, keyword, long, os_type, severity, within
from s1ecs.streams.collection_modes import ByTime, Reread
from s1ecs.streams.stream import Column, StateKey, Stored, Stream

OWN = "sentinel_one.alert"
DIRECTIONS = frozenset({"ingress", "egress", "inbound", "outbound", "internal", "external", "unknown"})

TABLE = FieldTable(
    identity=("alertInfo.alertId", "alertInfo.createdAt", "alertInfo.updatedAt"),
    unreadable_keeps=("event.category", "event.type"),
    rows=(
        constant("event.kind", "event", "Always event; pipeline_error where the record could not be mapped."),
        constant("event.category", ["malware"], "Always malware."),
        constant("event.type", ["info"], "Always info."),
        *within(
            "agentDetectionInfo",
            OWN,
            keyword("host.type", "machineType", "Machine type of the host (desktop, laptop, server ...) at detection."),
            keyword(
                "host.name",
                "name",
                "Computer name of the host; the current one where the console knows it.",
                related="hosts",
            ),
            keyword("host.os.family", "osFamily", "Operating-system family at detection, as the console writes it."),
            keyword("host.os.version", "osRevision", "Revision of the operating system at detection."),
            in_layout_2(
                keyword(".agent.site_id", "siteId", "Site that the agent belonged to at detection."),
                target="sentinel_one.site.id",
            ),
            keyword("observer.serial_number", "uuid", "UUID of the SentinelOne agent."),
            keyword("host.os.name", "osName", "Full name of the operating system at detection."),
            keyword("observer.version", "version", "Version of the SentinelOne agent at detection."),
        ),
        *within(
            "agentRealtimeInfo",
            OWN,
            keyword(
                ".agent.id", "id", "Id of the SentinelOne agent; actions on the host take it.", copies=("host.id",)
            ),
            boolean(".agent.infected", "infected", "Indicates whether the host counts as infected now."),
            boolean(".agent.is_active", "isActive", "Indicates whether the agent is in contact with the console."),
            boolean(
                ".agent.is_decommissioned",
                "isDecommissioned",
                "Indicates whether the agent was removed from the console.",
            ),
            keyword(".agent.machine_type", "machineType", "Machine type of the host now."),
            keyword(
                ".agent.computer_name", "name", "Computer name of the host now.", copies=("host.name",), overwrites=True
            ),
            keyword(".agent.os.type", "os", "Operating system of the host now, as the console writes it."),
            os_type("host.os.type", "os", "Operating system of the host now, as one of the ECS words."),
        ),
        *within(
            "alertInfo",
            OWN,
            date("@timestamp", "createdAt", "Time when the alert was created."),
            ip("source.ip", "srcIp", "Address that the connection came from.", related="ip"),
            keyword(".info.status", "incidentStatus", "Status of the incident."),
            keyword(".info.registry.old_value", "registryOldValue", "Registry value before the change."),
            keyword("event.id", "alertId", "Id of the alert."),
            long("destination.port", "dstPort", "Port that the connection went to."),
            keyword(".info.indicator.name", "indicatorName", "Behavioural indicator that was hit."),
            keyword("registry.path", "registryPath", "Whole path of the registry entry."),
            keyword(".info.login.type", "loginType", "Kind of login (interactive, network ...)."),
            ip("destination.ip", "dstIp", "Address that the connection went to.", related="ip"),
            date(".info.updated_at", "updatedAt", "Time when the alert last changed."),
            keyword(".info.indicator.description", "indicatorDescription", "Description of the indicator."),
            in_layout_2(
                keyword("user.name", "loginsUserName", "User of the login.", related="user"), domain="user.domain"
            ),
            keyword(
                ".info.login.is_successful", "loginIsSuccessful", "Indicates whether the login succeeded, as text."
            ),
            keyword(".info.indicator.category", "indicatorCategory", "Group that the indicator belongs to."),
            keyword("dll.path", "modulePath", "Path of the loaded module."),
            keyword(".info.login.account.sid", "loginAccountSid", "Security identifier of the account that logged in."),
            keyword(".info.dns.response", "dnsResponse", "Answer to the DNS question."),
            keyword(
                "network.direction",
                "netEventDirection",
                "Direction of the connection, where it is one of the ECS words.",
                one_of=DIRECTIONS,
            ),
            keyword("registry.value", "registryValue", "Registry value that was written."),
            ip("host.ip", "srcMachineIp", "Addresses of the host.", related="ip", as_list=True),
            keyword(
                ".info.registry.old_value_type", "registryOldValueType", "Type of the registry value before the change."
            ),
            keyword(".info.event_type", "eventType", "Kind of the event that raised the alert."),
            keyword(".analyst_verdict", "analystVerdict", "The analyst's verdict on the alert."),
            keyword(".dv_event.id", "dvEventId", "Id of the event in Deep Visibility."),
            keyword("dns.question.name", "dnsRequest", "Requested name."),
            keyword(
                ".info.login.is_administrator",
                "loginIsAdministratorEquivalent",
                "Indicates whether the account has administrator rights, as text.",
            ),
            in_layout_2(
                keyword("user.domain", "loginAccountDomain", "Domain of the account that logged in."),
                only_if_unset=True,
            ),
            keyword(".info.ti_indicator.type", "tiIndicatorType", "Type of the matched threat-intelligence indicator."),
            keyword("dll.hash.sha1", "moduleSha1", "SHA-1 of the loaded module.", related="hash"),
            keyword(".info.source", "source", "Part of the product that reported the event."),
            long("source.port", "srcPort", "Port that the connection came from."),
            keyword(
                ".info.ti_indicator.value", "tiIndicatorValue", "Value of the matched threat-intelligence indicator."
            ),
            keyword(
                ".info.ti_indicator.source",
                "tiIndicatorSource",
                "Source of the matched threat-intelligence indicator.",
            ),
            date(".info.reported_at", "reportedAt", "Time when the alert reached the console."),
            keyword("registry.key", "registryKeyPath", "Path of the registry key."),
            keyword(
                ".info.ti_indicator.comparison_method",
                "tiIndicatorComparisonMethod",
                "Comparison method of the indicator.",
            ),
            keyword(".info.hit.type", "hitType", "Kind of hit reported by the agent."),
        ),
        *within(
            "containerInfo",
            OWN,
            keyword("container.id", "id", "Id of the container."),
            keyword("container.image.name", "image", "Image that the container runs."),
            keyword(".container.info.labels", "labels", "Labels of the container."),
            keyword("container.name", "name", "Name of the container.", only_if_unset=True),
        ),
        *within(
            "kubernetesInfo",
            OWN,
            keyword("orchestrator.cluster.name", "cluster", "Name of the Kubernetes cluster.", only_if_unset=True),
            keyword(".kubernetes.controller.kind", "controllerKind", "Kind of the Kubernetes controller."),
            keyword(".kubernetes.controller.labels", "controllerLabels", "Labels of the Kubernetes controller."),
            keyword(".kubernetes.controller.name", "controllerName", "Name of the Kubernetes controller."),
            keyword("orchestrator.namespace", "namespace", "Kubernetes namespace of the pod.", only_if_unset=True),
            keyword(".kubernetes.namespace.labels", "namespaceLabels", "Labels of the Kubernetes namespace."),
            keyword(".kubernetes.node", "node", "Kubernetes node that the pod ran on."),
            keyword(".kubernetes.pod.name", "pod", "Name of the Kubernetes pod."),
            keyword(".kubernetes.pod.labels", "podLabels", "Labels of the Kubernetes pod."),
        ),
        *within(
            "",
            OWN,
            keyword("observer.os.name", "osName", "Operating system of the observer."),
        ),
        *within(
            "ruleInfo",
            OWN,
            keyword("rule.category", "type", "Type of the rule."),
            keyword("rule.description", "description", "Description of the rule by its author."),
            keyword("rule.id", "id", "Id of the rule."),
            keyword("rule.name", "name", "Name of the rule that raised the alert.", copies=("message",)),
            keyword(".rule.scope_level", "scopeLevel", "Level at which the rule holds (global, account, site, group)."),
            keyword(".rule.severity", "severity", "Severity of the rule as the console writes it."),
            severity("event.severity", "severity", "Severity as a number: low 21, medium 47, high 73, critical 99."),
            keyword(".rule.treat_as_threat", "treatAsThreat", "Treatment of a hit as a threat."),
        ),
        *within(
            "sourceParentProcessInfo",
            OWN,
            keyword("process.parent.command_line", "commandline", "Command line of the parent process."),
            keyword("process.parent.hash.md5", "fileHashMd5", "MD5 of the parent process file.", related="hash"),
            keyword("process.parent.hash.sha1", "fileHashSha1", "SHA-1 of the parent process file.", related="hash"),
            keyword(
                "process.parent.hash.sha256", "fileHashSha256", "SHA-256 of the parent process file.", related="hash"
            ),
            keyword("process.parent.executable", "filePath", "Path of the parent process file."),
            keyword(
                "process.parent.code_signature.signing_id",
                "fileSignerIdentity",
                "Signer of the parent process file.",
            ),
            keyword(".process.parent.integrity_level", "integrityLevel", "Integrity level of the parent process."),
            keyword("process.parent.name", "name", "Name of the parent process."),
            long("process.parent.pid", "pid", "Process id of the parent process."),
            date("process.parent.start", "pidStarttime", "Time when the parent process started."),
            keyword(".process.parent.storyline", "storyline", "Storyline that the parent process belongs to."),
            keyword(".process.parent.subsystem", "subsystem", "Subsystem of the parent process (win32, WSL ...)."),
            keyword("process.parent.entity_id", "uniqueId", "The console's unique id of the parent process."),
            keyword("process.parent.user.name", "user", "User that the parent process ran as."),
        ),
        *within(
            "sourceProcessInfo",
            OWN,
            keyword("process.command_line", "commandline", "Command line of the process."),
            keyword("process.hash.md5", "fileHashMd5", "MD5 of the process file.", related="hash"),
            keyword("process.hash.sha1", "fileHashSha1", "SHA-1 of the process file.", related="hash"),
            keyword("process.hash.sha256", "fileHashSha256", "SHA-256 of the process file.", related="hash"),
            keyword("process.executable", "filePath", "Path of the process file."),
            keyword("process.code_signature.signing_id", "fileSignerIdentity", "Signer of the process file."),
            keyword(".process.integrity_level", "integrityLevel", "Integrity level of the process."),
            keyword("process.name", "name", "Name of the process that caused the alert."),
            long("process.pid", "pid", "Process id."),
            date("process.start", "pidStarttime", "Time when the process started."),
            keyword(".process.storyline", "storyline", "Storyline that the process belongs to."),
            keyword(".process.subsystem", "subsystem", "Subsystem of the process (win32, WSL ...)."),
            keyword("process.entity_id", "uniqueId", "The console's unique id of the process."),
            keyword("process.user.name", "user", "User that the process ran as."),
        ),
        *within(
            "targetProcessInfo",
            OWN,
            date("file.created", "tgtFileCreatedAt", "Time when the target file was created."),
            keyword(
                ".target.process.file.is_signed",
                "tgtFileIsSigned",
                "Indicates whether the target file is signed, as text.",
            ),
            keyword(
                ".target.process.file.old_path", "tgtFileOldPath", "Path of the target file before it was renamed."
            ),
            keyword(
                ".target.process.proc.image_path", "tgtProcImagePath", "Path of the file that the target process runs."
            ),
            keyword(
                ".target.process.proc.signed_status",
                "tgtProcSignedStatus",
                "Indicates whether the target process is signed.",
            ),
            keyword(
                ".target.process.file.hash.sha256", "tgtFileHashSha256", "SHA-256 of the target file.", related="hash"
            ),
            keyword(".target.process.proc.storyline_id", "tgtProcStorylineId", "Storyline of the target process."),
            long(".target.process.proc.pid", "tgtProcPid", "Process id of the target process."),
            keyword(".target.process.proc.cmdline", "tgtProcCmdLine", "Command line of the target process."),
            keyword(".target.process.proc.name", "tgtProcName", "Name of the target process."),
            date("file.mtime", "tgtFileModifiedAt", "Time when the content of the target file last changed."),
            keyword(".target.process.file.id", "tgtFileId", "The console's unique id of the target file."),
            keyword(
                ".target.process.proc.integrity_level",
                "tgtProcIntegrityLevel",
                "Integrity level of the target process.",
            ),
            keyword(".target.process.file.hash.sha1", "tgtFileHashSha1", "SHA-1 of the target file.", related="hash"),
            keyword(".target.process.proc.uid", "tgtProcUid", "The console's unique id of the target process."),
            date(".target.process.start_time", "tgtProcessStartTime", "Time when the target process started."),
            in_layout_2(
                keyword(".target.process.file.path", "tgtFilePath", "Path of the target file."), copies=("file.path",)
            ),
        ),
    ),
)

STREAM = Stream(
    name="alert",
    what="Alerts of STAR custom detection rules (cloud consoles only)",
    permission="STAR Rule Alerts -> View",
    ask=ByTime(
        path="/cloud-detection/alerts",
        since="createdAt__gte",
        until="createdAt__lte",
        sort="alertInfoCreatedAt",
        time="alertInfo.createdAt",
        reread=Reread("later changes of status or verdict cannot be queried by time", setting="alert_reread"),
    ),
    declared=TABLE,
    view=(
        Column("severity", "event.severity"),
        Column("rule", "rule.name"),
        Column("host", "host.name"),
        Column("user", "process.user.name"),
        Column("process", "process.name"),
        Column("command_line", "process.command_line"),
        Column("sha256", "process.hash.sha256"),
        Column("parent", "process.parent.name"),
        Column("source_ip", "source.ip"),
        Column("destination_ip", "destination.ip"),
        Column("status", "sentinel_one.alert.info.status"),
        Column("verdict", "sentinel_one.alert.analyst_verdict"),
        Column("os", "host.os.type"),
        Column("alert_id", "event.id"),
        Column("storyline", "sentinel_one.alert.process.storyline"),
    ),
    stored=Stored(
        panels=(
            Column("os_family", "host.os.family"),
            Column("agent_version", "observer.version"),
            Column("scope", "sentinel_one.alert.rule.scope_level"),
            Column("treat_as_threat", "sentinel_one.alert.rule.treat_as_threat"),
            Column("event_type", "sentinel_one.alert.info.event_type"),
            Column("rule_id", "rule.id"),
            Column("rule_description", "rule.description"),
            Column("host_type", "host.type"),
            Column("agent_uuid", "observer.serial_number"),
            Column("agent_id", "sentinel_one.alert.agent.id"),
            Column("site_id", "sentinel_one.alert.agent.site_id"),
        ),
        counted=("severity", "status", "verdict", "rule", "host", "os"),
        indexed=("host", "rule", "user", "sha256", "alert_id"),
        covered={"rule": ("severity", "host", "alert_id")},
        timed=("severity", "status", "verdict", "rule", "host", "user", "os", "alert_id"),
        searched={
            "user": ("user.name", "process.user.name"),
            "address": ("dns.question.name",),
            "path": (
                "dll.path",
                "registry.path",
                "sentinel_one.alert.target.process.file.path",
                "sentinel_one.alert.target.process.proc.image_path",
                "process.executable",
            ),
            "command": ("process.command_line", "process.parent.command_line"),
            "name": (
                "rule.name",
                "process.name",
                "process.parent.name",
                "container.name",
                "sentinel_one.alert.info.indicator.name",
            ),
            "text": ("rule.description", "sentinel_one.alert.info.indicator.description"),
        },
    ),
    migrated_by="@timestamp",
    state_key=StateKey(("alertInfo.alertId",), "alertInfo.updatedAt"),
)
