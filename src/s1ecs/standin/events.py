"""The kinds of event that alerts are about, and what each fills into the record."""

from collections.abc import Mapping
from typing import NamedTuple

# What an agent reports where an event has no file or target process.
EPOCH = "1970-01-01T00:00:00Z"

_PROCESS_TARGET = {
    "targetProcessInfo.tgtProcPid": "{target_pid}",
    "targetProcessInfo.tgtProcUid": "{target_uid}",
    "targetProcessInfo.tgtProcStorylineId": "{storyline}",
    "targetProcessInfo.tgtProcIntegrityLevel": "MEDIUM",
    "targetProcessInfo.tgtProcSignedStatus": "signed",
    "targetProcessInfo.tgtProcessStartTime": "{created}",
}
_FILE_TARGET = {
    "targetProcessInfo.tgtFileId": "{target_uid}",
    "targetProcessInfo.tgtFileHashSha1": "{file_sha1}",
    "targetProcessInfo.tgtFileHashSha256": "{file_sha256}",
    "targetProcessInfo.tgtFileIsSigned": "unsigned",
    "targetProcessInfo.tgtFileCreatedAt": "{created}",
    "targetProcessInfo.tgtFileModifiedAt": "{created}",
}
_CONNECTION = {
    "alertInfo.srcIp": "{host_ip}",
    "alertInfo.srcPort": "{ephemeral_port}",
    "alertInfo.dstIp": "{remote_ip}",
    "alertInfo.dstPort": "{remote_port}",
    "alertInfo.netEventDirection": "{direction}",
}


class Event(NamedTuple):
    """A kind of event: its name in `alertInfo.eventType`, and templates for what it adds to the record."""

    type: str
    details: Mapping[str, str]


EVENTS = {
    "process": Event("PROCESSCREATION", _PROCESS_TARGET),
    "file_new": Event("FILECREATION", _FILE_TARGET),
    "file_change": Event("FILEMODIFICATION", _FILE_TARGET),
    "registry_new": Event("REGVALUECREATE", {"alertInfo.registryOldValue": "", "alertInfo.registryOldValueType": ""}),
    "registry_change": Event("REGVALUEMODIFIED", {}),
    "login": Event(
        "LOGIN",
        {
            "alertInfo.loginsUserName": "{user}",
            "alertInfo.loginAccountDomain": "{short_domain}",
            "alertInfo.loginAccountSid": "{sid}",
            "alertInfo.loginIsAdministratorEquivalent": "false",
            "alertInfo.srcMachineIp": "{neighbour_ip}",
        },
    ),
    "module": Event("MODULELOAD", {"alertInfo.moduleSha1": "{file_sha1}"}),
    "task": Event("SCHEDTASKREGISTER", {}),
    "dns": Event(
        "DNS", {"alertInfo.dnsRequest": "{evil_domain}", "alertInfo.dnsResponse": "type: 1 {remote_ip}; {remote_ip}"}
    ),
    "network": Event("TCPV4", _CONNECTION),
    "indicator_match": Event(
        "THREATINTELLIGENCEINDICATORS",
        {
            **_CONNECTION,
            "alertInfo.tiIndicatorType": "IPV4",
            "alertInfo.tiIndicatorValue": "{remote_ip}",
            "alertInfo.tiIndicatorSource": "Example Feed",
            "alertInfo.tiIndicatorComparisonMethod": "EQUALS",
        },
    ),
    "behaviour": Event("BEHAVIORALINDICATORS", {}),
}
