"""The types of activity that response actions write, beside those of hosts and threats."""

from s1ecs.standin.activity_types import AGENT_TYPES, THREAT_TYPES, ActivityType

_SCOPE = ("accountName", "fullScopeDetails", "fullScopeDetailsPath", "groupName", "siteName")
_LEVEL = (*_SCOPE, "scopeLevel", "scopeName")
_COMMAND = (*_LEVEL, "computerName", "groupType", "ipAddress", "username", "uuid")
_FETCHED = ("commandBatchUuid", "commandId", "computerName", "downloadUrl", "externalIp", "filename", "sourceType",
            "uploadedFilename")  # fmt: skip
_FILE = ("escapedMaliciousProcessArguments", "fileContentHash", "fileDisplayName", "filePath", "threatClassification",
         "threatClassificationSource")  # fmt: skip
_USER = "The management user {username}"
_ADDRESS = "IP address: {ipAddress}"


def _command(number: int, words: str) -> ActivityType:
    return ActivityType(number, f"{_USER} {words}", _COMMAND, _ADDRESS)


_ON_A_THREAT = "{fileDisplayName} on agent {computerName}."

TYPES = {
    "isolation_ordered": THREAT_TYPES["isolation_ordered"],
    "isolated": THREAT_TYPES["isolated"],
    "isolation_failed": ActivityType(
        2010, "Agent {computerName} was unable to disconnect from network.", ("computerName",)
    ),
    "release_ordered": THREAT_TYPES["release_ordered"],
    "released": THREAT_TYPES["released"],
    "files_ordered": ActivityType(
        81,
        f"{_USER} initiated a fetch file command to the agent {{computerName}} ({{externalIp}}).",
        (*_COMMAND, "commandBatchUuid", "externalIp"),
        _ADDRESS,
    ),
    "files_fetched": ActivityType(
        80, "Agent {computerName} ({externalIp}) successfully uploaded {filename}.", (*_LEVEL, *_FETCHED)
    ),
    "threat_file_fetched": ActivityType(
        86,
        "Agent {computerName} ({externalIp}) successfully uploaded a threat file.",
        (*_SCOPE, *_FETCHED, *_FILE, "fileSize", "ipAddress", "realUser", "storyline"),
    ),
    "scan_ordered": ActivityType(
        71,
        f"{_USER} initiated a full disk scan to the agent: {{computerName}} ({{externalIp}}).",
        (*_COMMAND, "externalIp", "system"),
    ),
    "scan_started": AGENT_TYPES["scan_started"],
    "scan_aborted": AGENT_TYPES["scan_aborted"],
    "scan_finished": AGENT_TYPES["scan_finished"],
    "restart": _command(74, "issued a restart command to the machine {computerName}."),
    "shutdown": _command(63, "issued a shutdown command to the machine {computerName}."),
    "uninstall": _command(50, "issued an uninstall command to the machine {computerName}."),
    "uninstalled": ActivityType(51, "Agent {computerName} was uninstalled.", (*_LEVEL, "computerName", "uuid")),
    "decommission": _command(54, "decommissioned agent {computerName}."),
    "disable": _command(117, "issued a Disable Agent command to {computerName}."),
    "disabled": ActivityType(119, "The {computerName} Agent is disabled.", (*_LEVEL, "computerName", "uuid")),
    "enable": _command(118, "issued an Enable Agent command to {computerName}."),
    "enabled": ActivityType(120, "The {computerName} Agent is enabled.", (*_LEVEL, "computerName", "uuid")),
    "moved": ActivityType(
        95,
        f"{_USER} moved agent {{computerName}} from the {{groupType}} Group {{oldGroupName}} to the {{groupType}} "
        "Group {newGroupName}",
        (*_COMMAND, "newGroupId", "newGroupName", "oldGroupId", "oldGroupName"),
    ),
    "script_started": ActivityType(3618, None, (*_COMMAND, "scriptName", "taskDescription")),
    "remediate_ordered": _command(2012, f"issued a remediate command to threat {_ON_A_THREAT}"),
    "quarantine_ordered": _command(2014, f"issued a quarantine command to threat {_ON_A_THREAT}"),
    "un-quarantine_ordered": _command(2015, f"issued an unquarantine command to threat {_ON_A_THREAT}"),
    "kill": THREAT_TYPES["killed"],
    "kill_failed": THREAT_TYPES["kill_failed"],
    "quarantine": THREAT_TYPES["quarantined"],
    "quarantine_failed": ActivityType(
        2009, "The agent {computerName} failed to quarantine the threat: {fileDisplayName}.", (*_LEVEL, *_FILE)
    ),
    "un-quarantine": ActivityType(
        2026, "The agent {computerName} successfully unquarantined the threat: {fileDisplayName}.", (*_LEVEL, *_FILE)
    ),
    "un-quarantine_failed": ActivityType(
        2027, "The agent {computerName} failed to unquarantine the threat: {fileDisplayName}.", (*_LEVEL, *_FILE)
    ),
    "remediate": THREAT_TYPES["remediated"],
    "rollback-remediation": THREAT_TYPES["rolled_back"],
    "verdict": ActivityType(
        2030,
        f"{_USER} changed the analyst verdict for {{fileDisplayName}} from {{oldAnalystVerdictTitle}} to "
        "{newAnalystVerdictTitle}.",
        THREAT_TYPES["judged"].keys,
        _ADDRESS,
    ),
    "status": ActivityType(
        2028,
        f"{_USER} changed the incident status for {{fileDisplayName}} from {{oldIncidentStatusTitle}} to "
        "{newIncidentStatusTitle}",
        THREAT_TYPES["resolved"].keys,
    ),
    "noted": THREAT_TYPES["noted"],
    "hash_added": ActivityType(
        3002, f"{_USER} added / modified {{osFamily}} blocklist hash.", ("osFamily", "username", "value")
    ),
    "hash_deleted": ActivityType(
        3020, f"{_USER} deleted the {{osFamily}} blocklist hash.", ("osFamily", "username", "value")
    ),
}
