"""POST /threats/mitigate/{action}: agents do something about threats, and the threats' records show it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.reaching import by_agent
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import change_info, host_of, tell
from s1ecs.standin.console import ConsoleRequest, StandinConsole, StandinResponse
from s1ecs.standin.parameters.threats import THREATS
from s1ecs.standin.refusal import bad_request
from s1ecs.standin.tokens import Token

_EVERYWHERE = ("linux", "macos", "windows", "windows_legacy")


class Mitigation(NamedTuple):
    """Mitigation by the last part of its path: its name in records, the systems, the new state of the threat."""

    name: str
    systems: tuple[str, ...]
    becomes: str


MITIGATIONS: Mapping[str, Mitigation] = {
    "kill": Mitigation("kill", _EVERYWHERE, "mitigated"),
    "quarantine": Mitigation("quarantine", _EVERYWHERE, "mitigated"),
    "un-quarantine": Mitigation("unquarantine", _EVERYWHERE, "not_mitigated"),
    "remediate": Mitigation("remediate", ("windows", "windows_legacy", "macos"), "mitigated"),
    "rollback-remediation": Mitigation("rollback", ("windows", "windows_legacy"), "mitigated"),
}


def mitigate(word: str) -> StandinResponse:
    """Return what answers POST /threats/mitigate/{word}."""
    mitigation = MITIGATIONS[word]

    async def answer(console: StandinConsole, asked: ConsoleRequest) -> bytes:
        body = await bodies.read(asked, data=False)
        bodies.section(body)
        affected, details = 0, []
        for threat_id in select(console, asked, "threat", THREATS, body["filter"]):
            reason = _refused(console, threat_id, mitigation)
            skipped = [{"action": mitigation.name, "description": reason, "reason": reason}] if reason else []
            details.append({"reports": [], "skipped": skipped, "threatId": threat_id})
            if not reason:
                affected += 1
                _order(console, asked.token, threat_id, word)
        return affected_answer(console, affected, details)

    return answer


async def no_such_mitigation(_console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threats/mitigate/{action} of a word that is none."""
    raise bad_request(f"action: not one of the allowed values: {asked.request.path_params['action']}")


def affected_answer(console: StandinConsole, affected: int, details: list[dict[str, Any]]) -> bytes:
    """Return how many were affected, with details unless the console is to be an older one."""
    data: dict[str, Any] = {"affected": affected}
    if not console.actions.controls.no_details:
        data["details"] = details
    return orjson.dumps({"data": data, "errors": None})


def words_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what activities tell of a threat."""
    info = record["threatInfo"]
    return {
        "escapedMaliciousProcessArguments": info["maliciousProcessArguments"],
        "fileContentHash": info["sha1"],
        "fileDisplayName": info["threatName"],
        "filePath": info["filePath"],
        "fileSize": info["fileSize"],
        "storyline": info["storyline"],
        "threatClassification": info["classification"],
        "threatClassificationSource": info["classificationSource"],
    }


def _refused(console: StandinConsole, threat_id: str, mitigation: Mitigation) -> str:
    """Return why the threat is skipped; nothing if it is not."""
    record = console.lists["threat"].shelf().record(threat_id)
    if console.actions.is_told("missing_permissions", threat_id):
        return "permissions"
    if record["agentRealtimeInfo"]["agentOsType"] not in mitigation.systems:
        return "not_supported"
    pending = any(each["action"] == mitigation.name and each["status"] == "pending" for each in _entries(record))
    return "triggered" if pending else ""


def _entries(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(record["mitigationStatus"])


def _order(console: StandinConsole, token: Token, threat_id: str, word: str) -> None:
    actions = console.actions
    moment = actions.clock()
    mitigation = MITIGATIONS[word]
    agent_id = console.lists["threat"].shelf().record(threat_id)["agentRealtimeInfo"]["agentId"]
    host = host_of(console, agent_id)
    report = invent.identifier(moment, actions.number())
    entry = {
        "action": mitigation.name,
        "actionsCounters": None,
        "agentSupportsReport": True,
        "groupNotFound": False,
        "lastUpdate": invent.time_text(moment),
        "latestReport": None,
        "mitigationEndedAt": None,
        "mitigationStartedAt": invent.time_text(moment),
        "reportId": report,
        "status": "pending",
    }
    _put(console, threat_id, entry, moment, pendingActions=True)
    known = words_of(console.lists["threat"].shelf().record(threat_id))
    if kind := TYPES.get(f"{word}_ordered"):
        tell(console, kind, host, moment, token=token, data=known, threatId=threat_id)

    def done(moment: datetime) -> None:
        failed = actions.is_told("mitigate_fails", agent_id, threat_id)
        status = "failed" if failed else actions.controls.mitigate_status
        at = invent.time_text(moment)
        ended = {"lastUpdate": at, "latestReport": f"/threats/mitigation-report/{report}", "mitigationEndedAt": at}
        becomes = {} if failed else {"mitigationStatus": mitigation.becomes, "mitigationStatusDescription": ""}
        if becomes:
            becomes["mitigationStatusDescription"] = title(mitigation.becomes)
        _put(console, threat_id, entry | ended | {"status": status}, moment, pendingActions=False, **becomes)
        kind = TYPES.get(f"{word}_failed") if failed else TYPES[word]
        if kind is not None:
            data = {**known, "globalStatus": status}
            tell(console, kind, host, moment, data=data, threatId=threat_id)

    by_agent(console, agent_id, done)


def _put(console: StandinConsole, threat_id: str, entry: Mapping[str, Any], moment: datetime, **info: Any) -> None:
    """Put the entry in the place of the one with the same report, or before the others."""
    shelf = console.lists["threat"].shelf()
    record = shelf.record(threat_id)
    others = [each for each in _entries(record) if each["reportId"] != entry["reportId"]]
    shelf.replace(threat_id, record | {"mitigationStatus": [entry, *others]})
    change_info(console, "threat", threat_id, moment, **info)


def title(word: str) -> str:
    """Return a word of the API as records show it: true_positive is "True positive"."""
    return word.replace("_", " ").capitalize()
