"""SentinelOne agents and the hosts that they run on. The console's path is GET /agents."""

from datetime import timedelta

from s1ecs.ecs.layouts import in_layout_2
from s1ecs.ecs.table import (
    FieldTable,
    Inner,
    boolean,
    constant,
    date,
    function,
    geo,
    ip,
    keyword,
    long,
    os_type,
    within,
)
from s1ecs.streams.collection_modes import ByTime, Reread
from s1ecs.streams.conversions.agent_lists import INTERFACE_FIELDS, TAG_FIELDS, interfaces, tags
from s1ecs.streams.stream import Column, Stored, Stream

OWN = "sentinel_one.agent"

TABLE = FieldTable(
    # An agent comes back each time it changes, and different records can share id and time of update.
    identity=(),
    unreadable_keeps=("event.category", "event.type"),
    empty_skipped=frozenset({"geo"}),
    rows=(
        constant("event.kind", "event", "Always event; pipeline_error where the record could not be mapped."),
        constant("event.category", ["host"], "Always host."),
        constant("event.type", ["info"], "Always info."),
        *within(
            "",
            OWN,
            keyword(".missing_permissions", "missingPermissions", "Permissions that the agent lacks on the host."),
            keyword(".account.id", "accountId", "Id of the account that the agent belongs to."),
            in_layout_2(
                keyword(".account.name", "accountName", "Name of the account that the agent belongs to."),
                target="sentinel_one.account.name",
            ),
        ),
        *within(
            "activeDirectory",
            f"{OWN}.active_directory",
            keyword(
                ".computer.name",
                "computerDistinguishedName",
                "Distinguished name of the computer in Active Directory.",
            ),
            keyword(".computer.member_of", "computerMemberOf", "Groups that the computer is in."),
            keyword(
                ".last_user.distinguished_name",
                "lastUserDistinguishedName",
                "Distinguished name of the user who was last logged in.",
            ),
            keyword(
                ".last_user.member_of",
                "lastUserMemberOf",
                "Groups that the user who was last logged in is in.",
            ),
            keyword(".user.principal_name", "userPrincipalName", "User principal name of the host's user."),
            keyword(".mail", "mail", "Mail address of the host's user."),
        ),
        *within(
            "",
            OWN,
            long(".active_threats_count", "activeThreats", "Number of active threats on the host."),
            keyword("observer.version", "agentVersion", "Version of the SentinelOne agent."),
            boolean(
                ".allow_remote_shell", "allowRemoteShell", "Indicates whether a remote shell may be opened on the host."
            ),
            keyword(
                ".apps_vulnerability_status",
                "appsVulnerabilityStatus",
                "Indicates whether applications of the host need a patch.",
            ),
            keyword(
                ".cloud_provider",
                "cloudProviders",
                "Cloud metadata of the host, by provider.",
                index_type="flattened",
            ),
            keyword("host.name", "computerName", "Computer name of the host.", related="hosts"),
            keyword(
                ".console_migration_status",
                "consoleMigrationStatus",
                "Status of the agent's move to another console.",
            ),
            long(".core.count", "coreCount", "Processor cores of the host."),
            long(".cpu.count", "cpuCount", "Processors of the host."),
            keyword(".cpu.id", "cpuId", "Model of the host's processor."),
            date(".created_at", "createdAt", "Time when the agent was first known to the console."),
            keyword(".detection_state", "detectionState", "Current detection state of the agent."),
            keyword("host.domain", "domain", "Domain or workgroup of the host.", related="hosts"),
            boolean(
                ".encrypted_application",
                "encryptedApplications",
                "Indicates whether the host's disk is encrypted.",
            ),
            keyword(".external.id", "externalId", "Id that a customer gave to the host."),
            geo("host.geo", "externalIp", "Location of the external address of the host."),
            ip("host.ip", "externalIp", "Address that the console sees the host by.", related="ip", as_list=True),
            boolean(".firewall_enabled", "firewallEnabled", "Indicates whether the agent's firewall control is on."),
            date(
                ".first_full_mode_time", "firstFullModeTime", "Time when the agent first worked with all its engines."
            ),
            keyword("group.id", "groupId", "Id of the group that the agent is in."),
            keyword(".group.ip", "groupIp", "Network of the host as the console groups it, such as 192.0.2.x."),
            keyword("group.name", "groupName", "Name of the group that the agent is in."),
            date(".group.updated_at", "groupUpdatedAt", "Time when the agent's group last changed."),
            in_layout_2(
                keyword(".agent.id", "id", "Id of the agent; actions on the host take it.", copies=("host.id",)),
                copies=("host.id", "event.id"),
            ),
            boolean(".infected", "infected", "Indicates whether the host counts as infected."),
            boolean(
                ".in_remote_shell_session",
                "inRemoteShellSession",
                "Indicates whether a remote shell is open on the host.",
            ),
            keyword(".installer_type", "installerType", "Kind of package that the agent was installed from."),
            boolean(".is_active", "isActive", "Indicates whether the agent is in contact with the console."),
            boolean(
                ".is_decommissioned", "isDecommissioned", "Indicates whether the agent was removed from the console."
            ),
            boolean(
                ".is_pending_uninstall",
                "isPendingUninstall",
                "Indicates whether the agent was told to uninstall itself.",
            ),
            boolean(".is_uninstalled", "isUninstalled", "Indicates whether the agent was uninstalled."),
            boolean(".is_up_to_date", "isUpToDate", "Indicates whether the agent has the newest version."),
            date(".last_active_date", "lastActiveDate", "Time when the agent was last in contact with the console."),
            ip(".last_ip_to_mgmt", "lastIpToMgmt", "The host's own address in its last contact.", related="ip"),
            keyword(
                ".last_logged_in_user_name",
                "lastLoggedInUserName",
                "User who was last logged in to the host.",
                related="user",
            ),
            keyword(".license.key", "licenseKey", "Licence key of the agent; a secret."),
            boolean(
                ".location.enabled", "locationEnabled", "Indicates whether the agent's policy depends on its location."
            ),
            keyword(
                ".locations",
                "locations",
                "Locations that the host is in, as the console defines them.",
                inner=(
                    Inner(".id", "keyword", "Id of the location."),
                    Inner(".name", "keyword", "Name of the location."),
                    Inner(".scope", "keyword", "Level at which the location is defined."),
                ),
            ),
            keyword(".location.type", "locationType", "Method by which the agent determines its location."),
            keyword(".machine.type", "machineType", "Machine type of the host (desktop, laptop, server ...)."),
            keyword(".mitigation_mode", "mitigationMode", "Mitigation mode for malicious threats."),
            keyword(
                ".mitigation_mode_suspicious", "mitigationModeSuspicious", "Mitigation mode for suspicious threats."
            ),
            keyword(".model_name", "modelName", "Model of the host's hardware."),
            function(
                ".network_interfaces",
                "networkInterfaces",
                "Network interfaces of the host.",
                interfaces,
                *INTERFACE_FIELDS,
            ),
            boolean(
                ".network_quarantine_enabled",
                "networkQuarantineEnabled",
                "Indicates whether the agent applies its own rules while isolated from the network.",
            ),
            keyword(
                ".network_status",
                "networkStatus",
                "Indicates whether the host is connected to or isolated from the network.",
            ),
            keyword(
                ".operational_state",
                "operationalState",
                "Operational state of the agent: enabled, or disabled with the reason.",
            ),
            keyword(
                ".operational_state_expiration",
                "operationalStateExpiration",
                "Until when the agent stays disabled.",
            ),
            in_layout_2(
                keyword(".os.arch", "osArch", "Word size of the operating system, such as 64 bit."),
                copies=("host.architecture",),
            ),
            keyword("host.os.name", "osName", "Full name of the operating system."),
            keyword("host.os.version", "osRevision", "Revision of the operating system."),
            date(".os.start_time", "osStartTime", "Time when the host last booted."),
            os_type("host.os.type", "osType", "Operating system of the host, as one of the ECS words."),
            in_layout_2(
                keyword("user.name", "osUsername", "User whom the operating system named.", related="user"),
                domain="user.domain",
            ),
            date(".policy.updated_at", "policyUpdatedAt", "Time when the agent's policy last changed."),
            keyword(
                ".ranger.status",
                "rangerStatus",
                "Indicates whether the agent searches its network for unknown devices.",
            ),
            keyword(".ranger.version", "rangerVersion", "Version of the agent's part that looks for devices."),
            date(".registered_at", "registeredAt", "Time when the agent registered at the console."),
            keyword(
                ".remote_profiling_state",
                "remoteProfilingState",
                "Indicates whether performance profiling of the agent is enabled.",
            ),
            keyword(
                ".remote_profiling_state_expiration",
                "remoteProfilingStateExpiration",
                "Until when the agent's own work is profiled.",
            ),
            date(".scan.aborted_at", "scanAbortedAt", "Time when the last full disk scan was aborted."),
            date(".scan.finished_at", "scanFinishedAt", "Time when the last full disk scan was finished."),
            date(".scan.started_at", "scanStartedAt", "Time when the last full disk scan started."),
            keyword(".scan.status", "scanStatus", "State of the last full disk scan."),
            in_layout_2(
                keyword(".site.id", "siteId", "Id of the site that the agent belongs to."),
                target="sentinel_one.site.id",
            ),
            in_layout_2(
                keyword(".site.name", "siteName", "Name of the site that the agent belongs to."),
                target="sentinel_one.site.name",
            ),
            keyword(".storage.name", "storageName", "Name of the storage device that the agent protects."),
            keyword(".storage.type", "storageType", "Kind of the storage device that the agent protects."),
            boolean(
                ".threat_reboot_required",
                "threatRebootRequired",
                "Indicates whether a reboot is required to remove a threat.",
            ),
            long(".total_memory", "totalMemory", "Memory of the host in megabytes."),
            date("@timestamp", "updatedAt", "Time when the agent's record last changed."),
            keyword(".user_action_needed", "userActionsNeeded", "Actions required from a user of the host."),
            keyword(".uuid", "uuid", "UUID of the agent."),
            function(".tags", "tags.sentinelone", "Tags that users gave to the agent.", tags, *TAG_FIELDS),
        ),
    ),
)

STREAM = Stream(
    name="agent",
    what="SentinelOne agents and their hosts",
    permission="Endpoints -> View",
    ask=ByTime(
        path="/agents",
        since="updatedAt__gte",
        until="updatedAt__lte",
        sort="updatedAt",
        time="updatedAt",
        first_poll=None,
        # Without it the console may leave decommissioned agents out.
        parameters={"isDecommissioned": "True,False"},
        reread=Reread("updates of a removed agent cannot be queried", interval=timedelta(hours=24)),
        thing=("id",),
    ),
    declared=TABLE,
    view=(
        Column("host", "host.name"),
        Column("os", "host.os.name"),
        Column("ip", "host.ip"),
        Column("user", "sentinel_one.agent.last_logged_in_user_name"),
        Column("infected", "sentinel_one.agent.infected"),
        Column("active_threats", "sentinel_one.agent.active_threats_count"),
        Column("network", "sentinel_one.agent.network_status"),
        Column("is_active", "sentinel_one.agent.is_active"),
        Column("last_active", "sentinel_one.agent.last_active_date"),
        Column("version", "observer.version"),
        Column("up_to_date", "sentinel_one.agent.is_up_to_date"),
        Column("mitigation", "sentinel_one.agent.mitigation_mode"),
        Column("machine", "sentinel_one.agent.machine.type"),
        Column("domain", "host.domain"),
        Column("group_name", "group.name"),
        Column("site", "sentinel_one.agent.site.name"),
        Column("decommissioned", "sentinel_one.agent.is_decommissioned"),
        Column("agent_id", "host.id"),
        Column("uuid", "sentinel_one.agent.uuid"),
    ),
    stored=Stored(
        panels=(
            Column("os_type", "host.os.type"),
            Column("arch", "sentinel_one.agent.os.arch"),
            Column("firewall", "sentinel_one.agent.firewall_enabled"),
            Column("scan", "sentinel_one.agent.scan.status"),
            Column("pending_uninstall", "sentinel_one.agent.is_pending_uninstall"),
            Column("uninstalled", "sentinel_one.agent.is_uninstalled"),
            Column("vulnerability", "sentinel_one.agent.apps_vulnerability_status"),
            Column("installer", "sentinel_one.agent.installer_type"),
            Column("group_ip", "sentinel_one.agent.group.ip"),
            Column("account", "sentinel_one.agent.account.name"),
        ),
        counted=("host", "os", "version", "site"),
        indexed=("host", "agent_id"),
        searched={
            "user": ("user.name", "sentinel_one.agent.last_logged_in_user_name"),
            "address": ("host.ip", "sentinel_one.agent.last_ip_to_mgmt", "host.domain"),
            "name": ("host.os.name", "sentinel_one.agent.model_name", "group.name", "sentinel_one.agent.site.name"),
        },
    ),
    migrated_by="@timestamp",
)
