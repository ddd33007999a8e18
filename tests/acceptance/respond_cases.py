"""Every action as it is typed, and what the console must receive: by the API's descriptions, not by our table."""

import re
from collections.abc import Mapping
from typing import Any

from s1ecs.respond.actions.table import ACTIONS

from .responding import Acting

HASH = "95e979551bd820befb1aa9f03c39513033e9273f"
SCRIPT = "1466645476786791835"
DRAWN = "***"

# ID stands for the id of what is acted on; the word before it says what that is.
Case = tuple[list[str], str, str, Any]
THIS = {"filter": {"ids": ["ID"]}}


def _script(name: str, text: str) -> dict[str, Any]:
    return THIS | {
        "data": {
            "scriptId": name,
            "outputDestination": "SentinelCloud",
            "taskDescription": DRAWN,
            "requiresApproval": False,
            "inputParams": text,
        }
    }


CASES: dict[str, Case] = {
    "isolate": (["windows"], "POST", "/agents/actions/disconnect", THIS),
    "release": (["isolated"], "POST", "/agents/actions/connect", THIS),
    "get-file": (
        ["windows", r"C:\Temp\a b.txt", r"C:\Temp\c.log"],
        "POST",
        "/agents/ID/actions/fetch-files",
        {"data": {"password": DRAWN, "files": [r"C:\Temp\a b.txt", r"C:\Temp\c.log"]}},
    ),
    "scan": (["windows"], "POST", "/agents/actions/initiate-scan", THIS | {"data": {}}),
    "broadcast": (["macos", "call us"], "POST", "/agents/actions/broadcast", THIS | {"data": {"message": "call us"}}),
    "move-group": (["moved", "GROUP"], "PUT", "/groups/GROUP/move-agents", THIS),
    "restart": (["windows"], "POST", "/agents/actions/restart-machine", THIS),
    "shutdown": (["windows"], "POST", "/agents/actions/shutdown", THIS),
    "uninstall": (["windows", "--confirm", "HOSTNAME"], "POST", "/agents/actions/uninstall", THIS),
    "decommission": (["windows", "--confirm", "HOSTNAME"], "POST", "/agents/actions/decommission", THIS),
    "disable-agent": (
        ["windows", "--reboot", "no", "--confirm", "HOSTNAME"],
        "POST",
        "/agents/actions/disable-agent",
        THIS | {"data": {"shouldReboot": False}},
    ),
    "enable-agent": (
        ["windows", "--reboot", "no"],
        "POST",
        "/agents/actions/enable-agent",
        THIS | {"data": {"shouldReboot": False}},
    ),
    "processes": (["linux"], "POST", "/remote-scripts/execute", _script("1466645476786791831", "")),
    "kill-process": (
        ["windows", "--name", "evil 1.exe"],
        "POST",
        "/remote-scripts/execute",
        _script("1466645476786791833", '-Terminate -Processes "evil 1.exe" -Force'),
    ),
    "run-script": (
        ["windows", "1466645476786791834", "--input", "--days '3' \"$x\""],
        "POST",
        "/remote-scripts/execute",
        _script("1466645476786791834", "--days '3' \"$x\""),
    ),
    "threat mitigate": (["threat", "quarantine"], "POST", "/threats/mitigate/quarantine", THIS),
    "threat verdict": (
        ["threat", "suspicious"],
        "POST",
        "/threats/analyst-verdict",
        THIS | {"data": {"analystVerdict": "suspicious"}},
    ),
    "threat status": (
        ["threat", "in_progress", "--verdict", "true_positive"],
        "POST",
        "/threats/incident",
        THIS | {"data": {"incidentStatus": "in_progress", "analystVerdict": "true_positive"}},
    ),
    "threat note": (["threat", "a note"], "POST", "/threats/notes", THIS | {"data": {"text": "a note"}}),
    "threat fetch-file": (["threat"], "POST", "/threats/fetch-file", THIS | {"data": {"password": DRAWN}}),
    "alert verdict": (
        ["alert", "suspicious"],
        "POST",
        "/cloud-detection/alerts/analyst-verdict",
        THIS | {"data": {"analystVerdict": "suspicious"}},
    ),
    "alert status": (
        ["alert", "in_progress"],
        "POST",
        "/cloud-detection/alerts/incident",
        THIS | {"data": {"incidentStatus": "in_progress"}},
    ),
    "blocklist add": (
        [HASH, "--os", "linux", "--description", "bad", "--site", "SITE"],
        "POST",
        "/restrictions",
        {
            "data": {"value": HASH, "osType": "linux", "type": "black_hash", "description": "bad"},
            "filter": {"siteIds": ["SITE"]},
        },
    ),
    "ioc add": (
        ["203.0.113.9", "--type", "IPV4", "--source", "case 17", "--account", "ACCOUNT"],
        "POST",
        "/threat-intelligence/iocs",
        {
            "data": [{"source": "case 17", "type": "IPV4", "value": "203.0.113.9", "method": "EQUALS"}],
            "filter": {"accountIds": ["ACCOUNT"]},
        },
    ),
}
UNIFIED = {
    "unified-alert verdict": ("SUSPICIOUS", "S1/alert/analystVerdictUpdate", "analystVerdict"),
    "unified-alert status": ("IN_PROGRESS", "S1/alert/statusUpdate", "status"),
    "unified-alert note": ("a note", "S1/alert/addNote", "note"),
}


def known(acting: Acting, word: str) -> Mapping[str, str]:
    """What the words of a case stand for: the id of what is acted on, and its scopes."""
    if word == "threat":
        return {"ID": str(acting.first("/threats")["id"])}
    if word == "alert":
        return {"ID": str(acting.first("/cloud-detection/alerts")["alertInfo"]["alertId"])}
    if word == "moved":
        return _to_move(acting)
    if word == "isolated":
        agent = acting.host("linux", networkStatus="disconnected")
    elif word in {"windows", "linux", "macos"}:
        agent = acting.host(word)
    else:
        agent = acting.agents[0]
    return {
        "ID": agent["id"],
        "HOSTNAME": agent["computerName"],
        "SITE": agent["siteId"],
        "ACCOUNT": agent["accountId"],
    }


def _to_move(acting: Acting) -> Mapping[str, str]:
    """A host, and another group of its site."""
    groups = acting.get("/web/api/v2.1/groups?limit=300")["data"]
    while True:
        agent = acting.host()
        for group in groups:
            if (group["siteId"], group["type"]) == (agent["siteId"], "static") and group["id"] != agent["groupId"]:
                return {"ID": agent["id"], "GROUP": group["id"]}


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """A case's words, body or path with the ids in place."""
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    if isinstance(value, str):
        return re.sub(r"\b(ID|HOSTNAME|GROUP|SITE|ACCOUNT)\b", lambda found: ids.get(found[0], found[0]), value)
    return value


def typed(name: str, words: list[str], ids: Mapping[str, str]) -> list[str]:
    """A case as words of the command line."""
    kinds = {"windows", "linux", "macos", "isolated", "moved", "threat", "alert"}
    first = ids["ID"] if words[0] in kinds else words[0]
    return [*name.split(), first, *(filled(word, ids) for word in words[1:])]


def arguments(name: str, words: list[str], ids: Mapping[str, str]) -> dict[str, Any]:
    """The same as arguments by their names."""
    given = [filled(word, ids) for word in words[1:]]
    found: dict[str, Any] = {}
    positional = [argument for argument in ACTIONS[name].arguments if not argument.flag]
    flags = {argument.flag: argument for argument in ACTIONS[name].arguments if argument.flag}
    while given:
        word = given.pop(0)
        if word in flags:
            found[flags[word].name] = given.pop(0)
        elif positional[0].many:
            found.setdefault(positional[0].name, []).append(word)
        else:
            found[positional.pop(0).name] = word
    return found
