"""Vulnerable applications, one record a CVE of an application on a host.

The console's path is GET /application-management/risks.
"""

from s1ecs.ecs.table import FieldTable, constant, date, double, float32, keyword, long, severity, text, within, words
from s1ecs.streams.collection_modes import Inventory
from s1ecs.streams.stream import Column, Stored, Stream

OWN = "sentinel_one.application_risk"
OUTCOMES = {"succeeded": "success", "failed": "failure"}
SYSTEMS = frozenset({"windows", "linux", "macos"})

TABLE = FieldTable(
    identity=(),
    # It grows by itself every day.
    identity_without=frozenset({"daysDetected"}),
    empty_skipped=frozenset({"date"}),
    bad_value_fails=True,
    rows=(
        constant("event.kind", "state", "Always state; pipeline_error where a value could not be mapped."),
        constant("event.type", ["info"], "Always info."),
        constant("event.category", ["vulnerability"], "Always vulnerability."),
        *within(
            "",
            OWN,
            keyword(".application", "application", "Name and version of the application."),
            keyword(".application_name", "applicationName", "Name of the application.", copies=("package.name",)),
            keyword(".application_vendor", "applicationVendor", "Vendor of the application."),
            keyword(
                ".application_version",
                "applicationVersion",
                "Version of the application.",
                copies=("package.version",),
            ),
            double(
                ".base_score",
                "baseScore",
                "CVSS base score of the vulnerability.",
                copies=("vulnerability.score.base",),
                index_type="float",
            ),
            keyword(
                ".cve_id",
                "cveId",
                "CVE number of the vulnerability.",
                copies=("vulnerability.id", "vulnerability.cve"),
            ),
            keyword(
                ".cvss_version",
                "cvssVersion",
                "Version of CVSS that the base score follows.",
                copies=("vulnerability.score.version",),
            ),
            long(".days_detected", "daysDetected", "Days since the risk was found on the host."),
            date(
                ".detection_date",
                "detectionDate",
                "Time when the risk was found on the host.",
                copies=("event.created",),
            ),
            text(
                ".endpoint_id", "endpointId", "The console's id of the host's agent.", copies=("host.id", "resource.id")
            ),
            keyword(".endpoint_name", "endpointName", "Computer name of the host.", copies=("resource.name",)),
            keyword(
                ".endpoint_type",
                "endpointType",
                "Machine type of the host (desktop, laptop, server ...).",
                copies=("host.type",),
            ),
            keyword(".exploit_code_maturity", "exploitCodeMaturity", "Maturity of exploits of the vulnerability."),
            text(".id", "id", "The console's id of the risk.", copies=("event.id",)),
            date(
                ".last_scan_date",
                "lastScanDate",
                "Time when the host was last scanned for risks.",
                copies=("@timestamp",),
                lenient=True,
            ),
            keyword(".last_scan_result", "lastScanResult", "Result of the last scan of the host."),
            words(
                "event.outcome",
                "lastScanResult",
                "Result of the last scan: success, failure or unknown.",
                OUTCOMES,
                otherwise="unknown",
                not_text="fails",
            ),
            keyword(".mark_type", "markType", "Mark that a user put on the risk."),
            keyword(".marked_by", "markedBy", "User who marked the risk.", copies=("host.name",)),
            date(".marked_date", "markedDate", "Time when the risk was marked.", lenient=True),
            keyword(".mitigation_status", "mitigationStatus", "Mitigation status of the risk."),
            date(
                ".mitigation_status_change_time",
                "mitigationStatusChangeTime",
                "Time when the mitigation status last changed.",
                lenient=True,
            ),
            keyword(
                ".mitigation_status_changed_by",
                "mitigationStatusChangedBy",
                "User who last changed the mitigation status.",
            ),
            keyword(".mitigation_status_reason", "mitigationStatusReason", "Reason for the mitigation status."),
            float32(
                ".nvd_base_score",
                "nvdBaseScore",
                "Base score in the National Vulnerability Database.",
                index_type="double",
            ),
            keyword(".nvd_cvss_version", "nvdCvssVersion", "Version of CVSS that the NVD base score follows."),
            keyword(
                ".os_type",
                "osType",
                "Kind of the host's operating system, as the console writes it.",
            ),
            keyword(
                "host.os.type",
                "osType",
                "Kind of the host's operating system, where it is windows, linux or macos.",
                one_of=SYSTEMS,
            ),
            date(
                ".published_date",
                "publishedDate",
                "Time when the vulnerability was published.",
                copies=("vulnerability.package.published_date",),
                lenient=True,
            ),
            keyword(".reason", "reason", "Reason for marking the risk.", copies=("event.reason",)),
            keyword(".remediation_level", "remediationLevel", "Kind of fix available for the vulnerability."),
            keyword(".report_confidence", "reportConfidence", "Confidence that the vulnerability exists."),
            double(".risk_score", "riskScore", "SentinelOne's score of the risk."),
            keyword(".severity", "severity", "Severity of the vulnerability as the console writes it."),
            severity(
                "event.severity",
                "severity",
                "Severity as a number: low 21, medium 47, high 73, critical 99.",
                not_text="bad",
            ),
            keyword(".status", "status", "Status of the risk."),
        ),
    ),
    duplicates=tuple(
        f"{OWN}.{name}"
        for name in (
            "application_name",
            "application_version",
            "base_score",
            "cve_id",
            "cvss_version",
            "endpoint_id",
            "endpoint_name",
            "endpoint_type",
            "id",
            "os_type",
            "published_date",
            "reason",
        )
    ),
)

STREAM = Stream(
    name="application_risk",
    what="Vulnerabilities of applications on hosts",
    permission="Applications -> View Risks",
    ask=Inventory(
        path="/application-management/risks",
        sort="id",
        thing=("id", "cveId", "endpointId", "application"),
    ),
    declared=TABLE,
    view=(
        Column("severity", "event.severity"),
        Column("cve", "vulnerability.id"),
        Column("score", "vulnerability.score.base"),
        Column("application", "package.name"),
        Column("version", "package.version"),
        Column("host", "resource.name"),
        Column("status", "sentinel_one.application_risk.status"),
        Column("days", "sentinel_one.application_risk.days_detected"),
        Column("detected", "sentinel_one.application_risk.detection_date"),
        Column("published", "vulnerability.package.published_date"),
        Column("vendor", "sentinel_one.application_risk.application_vendor"),
        Column("os", "host.os.type"),
        Column("mitigation", "sentinel_one.application_risk.mitigation_status"),
        Column("mark", "sentinel_one.application_risk.mark_type"),
        Column("marked_by", "sentinel_one.application_risk.marked_by"),
        Column("risk_score", "sentinel_one.application_risk.risk_score"),
        Column("agent_id", "host.id"),
        Column("risk_id", "event.id"),
    ),
    stored=Stored(
        counted=("severity", "host", "application", "status", "os"),
        indexed=("host",),
        latest_indexed=("cve", "application", "score", "host", "severity", "status", "vendor"),
        latest_grouped=(
            ("application", "version", "cve", "agent_id", "severity", "score", "days", "mark", "mitigation"),
            ("agent_id", "cve", "severity", "score", "application", "host"),
        ),
        searched={
            "host": ("resource.name",),
            "name": ("vulnerability.id", "package.name", "sentinel_one.application_risk.application_vendor"),
        },
    ),
    input_type="cel",
    constants={"observer.vendor": "SentinelOne"},
    # The name under which Kibana looks for vulnerabilities of other vendors.
    finding_alias="security_solution-sentinel_one.vulnerability_latest",
    finding_fields={"vulnerability.severity": f"{OWN}.severity"},
    latest_shown=True,
)
