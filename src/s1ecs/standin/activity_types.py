"""The types of activity that the stand-in tells of: number, wording and the keys of `data`, as the console has them."""

from typing import NamedTuple


class ActivityType(NamedTuple):
    """A type of activity; a type without a wording has null descriptions, as the console's unnamed ones."""

    number: int
    primary: str | None = None
    keys: tuple[str, ...] = ()
    secondary: str | None = None


_SCOPE = ("accountName", "fullScopeDetails", "fullScopeDetailsPath", "groupName", "siteName")
_LEVEL = (*_SCOPE, "scopeLevel", "scopeName")
_BY_USER = (*_LEVEL, "ipAddress", "realUser", "sourceType", "username")
_LOGIN = (*_BY_USER, "role", "userScope")
_AGENT = (*_LEVEL, "computerName", "username", "uuid")
_COMMAND = (*_AGENT, "groupType", "ipAddress")
_POLICY = (*_BY_USER, "newValue", "policy", "policyName")
_FILE = ("computerName", "fileContentHash", "fileDisplayName", "filePath", "threatClassification",
         "threatClassificationSource")  # fmt: skip
_FOUND = (*_SCOPE, *_FILE, "confidenceLevel", "escapedMaliciousProcessArguments", "username")
_MITIGATED = (*_LEVEL, *_FILE, "escapedMaliciousProcessArguments", "globalStatus")
_ANALYSED = (*_SCOPE, *_FILE, "escapedMaliciousProcessArguments", "ipAddress", "realUser", "sourceType", "username")
_INCIDENT = (
    *_ANALYSED, "newIncidentStatus", "newIncidentStatusTitle", "oldIncidentStatus", "oldIncidentStatusTitle"
)  # fmt: skip

_ADDRESS = "IP address: {ipAddress}"
_USER = "The management user {username}"

# What happens to agents.
AGENT_TYPES = {
    "registered": ActivityType(
        17, "{computerName} subscribed and joined the group {groupName} of site {siteName}.",
        (*_SCOPE, "computerName", "group", "optionalGroups"),
    ),
    "downloaded": ActivityType(5),
    "upgraded": ActivityType(43, "Agent {computerName} was successfully updated to version {newVersion}.", _AGENT),
    "regrouped": ActivityType(
        5009, "The Agent {computerName} moved dynamically from Group {oldGroupName} to Group {newGroupName}",
        (*_LEVEL, "computerName", "newGroupId", "newGroupName", "oldGroupId", "oldGroupName"),
    ),
    "decommissioned": ActivityType(47, "Agent {computerName} automatically decommissioned.", _AGENT),
    "scan_ordered": ActivityType(
        71, "System initiated a full disk scan to the agent: {computerName} ({externalIp}).",
        (*_AGENT, "externalIp", "groupType", "system"),
    ),
    "scan_started": ActivityType(
        90, "Agent {computerName} started full disk scan at {spokenTime}.",
        ("accountName", "computerName", "createdAt", "fullScopeDetails", "groupName", "scopeLevel", "scopeName",
         "siteName", "status"),
    ),
    "scan_aborted": ActivityType(
        91, "Agent {computerName} aborted full disk scan at {spokenTime}.", ("computerName", "createdAt", "status")
    ),
    "scan_finished": ActivityType(
        92, "Agent {computerName} completed full disk scan at {spokenTime}.", ("computerName", "createdAt", "status")
    ),
    "enabled": ActivityType(
        120, "The {computerName} Agent is enabled due to time expiration.",
        (*_LEVEL, "computerName", "disabledLevel", "enabledReason", "expiration", "externalIp"),
    ),
    "tagged": ActivityType(3653),
    "device": ActivityType(
        5126, "USB device {deviceName} was connected on {computerName}.",
        (*_LEVEL, "bluetoothAddress", "computerName", "creator", "deviceClass", "deviceName", "eventId", "eventTime",
         "eventType", "groupId", "interface", "ipAddress", "lastLoggedInUserName", "minorClass", "osType",
         "productId", "ruleId", "ruleName", "ruleType", "uid", "vendorId", "version"),
    ),
    "firewall": ActivityType(
        5232,
        "Firewall Control blocked traffic on the Endpoint {computerName} because of rule {ruleName} in site {siteName}"
        " ({accountName}).",
        (*_SCOPE, "action", "application", "applicationType", "computerName", "createdByUsername", "direction",
         "localHost", "localPorts", "numberOfEvents", "order", "osTypes", "processId", "processName", "protocol",
         "remoteHost", "remotePorts", "reportedDirection", "ruleId", "ruleName", "ruleScopeLevel", "status",
         "tagNames"),
    ),
}  # fmt: skip

# What happens to threats and, in answer to them, to their agents.
THREAT_TYPES = {
    "malicious": ActivityType(19, "Threat with confidence level malicious detected: {fileDisplayName}.", _FOUND),
    "suspicious": ActivityType(4003, "Threat with confidence level suspicious detected: {fileDisplayName}.", _FOUND),
    "killed": ActivityType(2001, "The agent {computerName} successfully killed the threat: {fileDisplayName}.",
                           _MITIGATED, "{fileContentHash}"),
    "remediated": ActivityType(2002, "The agent {computerName} successfully remediated the threat: {fileDisplayName}.",
                               _MITIGATED),
    "rolled_back": ActivityType(
        2003, "The agent {computerName} successfully rolled back the threat: {fileDisplayName}.", _MITIGATED
    ),
    "quarantined": ActivityType(
        2004, "The agent {computerName} successfully quarantined the threat: {fileDisplayName}.",
        (*_MITIGATED, "downloadUrl"), "{fileContentHash}",
    ),
    "kill_failed": ActivityType(2006, "The agent {computerName} failed to kill the threat: {fileDisplayName}.",
                                _MITIGATED),
    "mitigated": ActivityType(
        4008, "Status of threat {fileDisplayName} on agent {computerName} changed from Not mitigated to Mitigated.",
        (*_ANALYSED, "newStatus", "originalStatus"),
    ),
    "in_progress": ActivityType(
        2028, f"{_USER} changed the incident status for {{fileDisplayName}} from Unresolved to In progress", _INCIDENT
    ),
    "resolved": ActivityType(
        2028, f"{_USER} changed the incident status for {{fileDisplayName}} from In progress to Resolved", _INCIDENT
    ),
    "judged": ActivityType(
        2030,
        f"{_USER} changed the analyst verdict for {{fileDisplayName}} from Undefined to {{newAnalystVerdictTitle}}.",
        (*_ANALYSED, "newAnalystVerdict", "newAnalystVerdictTitle", "oldAnalystVerdict", "oldAnalystVerdictTitle"),
        _ADDRESS,
    ),
    "noted": ActivityType(4020),
    "isolation_ordered": ActivityType(
        61, f"{_USER} issued a disconnect from network command to the machine {{computerName}}.", _COMMAND, _ADDRESS
    ),
    "isolated": ActivityType(1001, "Agent {computerName} was disconnected from network.", ("computerName",)),
    "release_ordered": ActivityType(
        62, f"{_USER} issued a reconnect to network command to the machine {{computerName}}.", _COMMAND, _ADDRESS
    ),
    "released": ActivityType(1002, "Agent {computerName} was connected to network.", ("computerName",)),
}  # fmt: skip

# What a STAR rule does on its own; it stands in the timelines of threats.
OF_A_RULE = ActivityType(4106, None, (*_SCOPE, "computerName", "ruleDescription", "ruleId", "ruleName"))

# What users of the console do, with how often of a hundred times.
CONSOLE_TYPES = (
    (40, ActivityType(27, f"{_USER} logged in to the management console with IP Address {{ipAddress}}.",
                      (*_LOGIN, "reason", "source"), _ADDRESS)),
    (28, ActivityType(33, f"{_USER} logged out of the management console.", _LOGIN, _ADDRESS)),
    (6, ActivityType(133, f"{_USER} failed to log in to the management console.", _LOGIN, _ADDRESS)),
    (3, ActivityType(134, "An unknown user failed to log in to the management console with IP Address {ipAddress}.",
                     ("ipAddress",))),
    (4, ActivityType(57, f"{_USER} changed Disconnect from network setting to on for {{policyName}}.", _POLICY)),
    (4, ActivityType(73, "Scan new agents setting was changed to on for {policyName}.", _POLICY)),
    (4, ActivityType(76, "Anti tampering setting was changed to on for {policyName}.", _POLICY)),
    (2, ActivityType(23, f"{_USER} added user {{byUser}} as Viewer.", (*_LOGIN, "byUser"))),
    (2, ActivityType(4012, f'{_USER} changed "Inactivity timeout" to 8:00:00 minutes.', (*_BY_USER, "newValue"))),
    (2, ActivityType(5008, f"{_USER} created the new Manual Group: {{groupName}}.",
                     (*_BY_USER, "groupId", "groupType"))),
    (2, ActivityType(3016, "The Management user {username} deleted the Path Exclusion {value} for Windows from "
                     "the Site {siteName}", (*_LEVEL, "exclusionType", "osFamily", "username", "value"))),
    (2, ActivityType(16007)),
    (1, ActivityType(150)),
)  # fmt: skip
