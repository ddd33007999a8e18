"""Installed applications, one record an application on a host.

The console's paths are GET /application-management/inventory for the applications, and for each of them
GET /application-management/inventory/endpoints.
"""

from s1ecs.ecs.layouts import in_layout_2
from s1ecs.ecs.table import FieldTable, boolean, constant, date, keyword, long, within
from s1ecs.streams.collection_modes import CallPerItem, Inventory
from s1ecs.streams.stream import Column, Stored, Stream

OWN = "sentinel_one.application"

TABLE = FieldTable(
    # An id alone does not name a state: records of one id differ, and some records have none.
    identity=(),
    ecs_version="8.17.0",
    unreadable_keeps=("event.category", "event.type"),
    empty_skipped=frozenset({"date"}),
    bad_value_fails=True,
    rows=(
        constant("event.kind", "event", "Always event; pipeline_error where a value could not be mapped."),
        constant("event.category", ["package"], "Always package."),
        constant("event.type", ["info"], "Always info."),
        *within(
            "",
            OWN,
            in_layout_2(
                keyword(".account_name", "accountName", "Account that the host belongs to."),
                target="sentinel_one.account.name",
            ),
            date(
                ".application_installation_date",
                "applicationInstallationDate",
                "Time when the application was installed.",
                copies=("package.installed",),
            ),
            keyword(
                ".application_installation_path",
                "applicationInstallationPath",
                "Folder that the application was installed in.",
            ),
            keyword(".application_name", "applicationName", "Name of the application.", copies=("package.name",)),
            keyword(".application_vendor", "applicationVendor", "Vendor of the application."),
            long(
                ".application_versions_count",
                "applicationVersionsCount",
                "Number of installed versions of the application.",
            ),
            long(".core_count", "coreCount", "Processor cores of the host."),
            keyword(".cpe", "cpe", "Common Platform Enumeration name of the application."),
            long(".cpu_count", "cpuCount", "Processors of the host."),
            date(".detection_date", "detectionDate", "Time when the application was first seen on the host."),
            in_layout_2(
                keyword(".endpoint_id", "endpointId", "The console's id of the host's agent."), copies=("host.id",)
            ),
            keyword(
                ".endpoint_name", "endpointName", "Computer name of the host.", copies=("host.name",), related="hosts"
            ),
            keyword(
                ".endpoint_type",
                "endpointType",
                "Machine type of the host (desktop, laptop, server ...).",
                copies=("host.type",),
            ),
            keyword(".endpoint_uuid", "endpointUuid", "UUID of the host's agent."),
            long(".endpoints_count", "endpointsCount", "Number of hosts with the application."),
            boolean(".estimate", "estimate", "Indicates whether the counts are estimated."),
            long(".file_size", "fileSize", "Size of the installed application in bytes.", copies=("package.size",)),
            in_layout_2(keyword(".group_name", "groupName", "Group that the host belongs to."), copies=("group.name",)),
            in_layout_2(keyword(".id", "id", "The console's id of the entry; not unique."), copies=("event.id",)),
            in_layout_2(
                keyword(".os_arch", "osArch", "Word size of the operating system, such as 64 bit."),
                copies=("host.architecture",),
            ),
            keyword(".os_name", "osName", "Name of the host's operating system.", copies=("host.os.name",)),
            keyword(
                ".os_type",
                "osType",
                "Kind of the host's operating system, as the console writes it.",
                copies=("host.os.type",),
            ),
            keyword(
                ".os_version",
                "osVersion",
                "Name and version of the host's operating system.",
                copies=("host.os.full",),
            ),
            in_layout_2(
                keyword(".site_name", "siteName", "Site that the host belongs to."), target="sentinel_one.site.name"
            ),
            keyword(".version", "version", "Version of the application.", copies=("package.version",)),
        ),
    ),
    duplicates=tuple(
        f"{OWN}.{name}"
        for name in (
            "application_installation_date",
            "application_name",
            "endpoint_name",
            "endpoint_type",
            "file_size",
            "os_name",
            "os_type",
            "os_version",
            "version",
        )
    ),
)

STREAM = Stream(
    name="application",
    what="Applications installed on hosts",
    permission="Applications -> View",
    ask=Inventory(
        path="/application-management/inventory",
        sort="applicationName",
        thing=("id", "endpointId", "applicationName", "applicationVendor", "version"),
        per_item=CallPerItem(
            path="/application-management/inventory/endpoints",
            key=("applicationName", "applicationVendor"),
            parameters={
                "applicationName": "{applicationName}",
                "applicationVendor": "{applicationVendor}",
                "skipCount": "true",
            },
            sort="endpointName",
            scoped=True,
            carry={"applicationVendor": "applicationVendor"},
        ),
    ),
    declared=TABLE,
    view=(
        Column("application", "package.name"),
        Column("version", "package.version"),
        Column("vendor", "sentinel_one.application.application_vendor"),
        Column("host", "host.name"),
        Column("os", "host.os.name"),
        Column("host_type", "host.type"),
        Column("installed", "package.installed"),
        Column("detected", "sentinel_one.application.detection_date"),
        Column("path", "sentinel_one.application.application_installation_path"),
        Column("size", "package.size"),
        Column("site", "sentinel_one.application.site_name"),
        Column("group_name", "sentinel_one.application.group_name"),
        Column("agent_id", "sentinel_one.application.endpoint_id"),
        Column("cpe", "sentinel_one.application.cpe"),
    ),
    stored=Stored(
        panels=(
            Column("os_type", "host.os.type"),
            Column("account", "sentinel_one.application.account_name"),
        ),
        counted=("host", "application", "vendor", "os", "site"),
        indexed=("host", "application"),
        latest_indexed=(
            "vendor",
            "application",
            "version",
            "host",
            "os_type",
            "os",
            "host_type",
            "installed",
            "detected",
        ),
        latest_grouped=(("application",),),
        searched={
            "path": ("sentinel_one.application.application_installation_path",),
            "name": (
                "package.name",
                "sentinel_one.application.application_vendor",
                "sentinel_one.application.site_name",
                "host.os.name",
            ),
            "text": ("sentinel_one.application.cpe",),
        },
    ),
    input_type="cel",
    latest_shown=True,
)
