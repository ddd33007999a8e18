"""Decisions of analysts: POST /threats/analyst-verdict and /threats/incident, and the same for alerts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import change_info, host_of, tell
from s1ecs.standin.actions.threats import affected_answer, title, words_of
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.parameters.alerts import ALERTS
from s1ecs.standin.parameters.threats import THREATS
from s1ecs.standin.tokens import Token

VERDICTS = ("true_positive", "false_positive", "suspicious", "undefined")
STATUSES = ("unresolved", "in_progress", "resolved")
# Alerts take the words in capitals too.
_EITHER_VERDICT = (*VERDICTS, *map(str.upper, VERDICTS))
_EITHER_STATUS = (*STATUSES, *map(str.upper, STATUSES))


async def threat_verdict(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threats/analyst-verdict."""
    body = await bodies.read(asked)
    verdict = bodies.choice(bodies.section(body, ("analystVerdict",)), "analystVerdict", VERDICTS)
    return _of_threats(console, asked, body, {"analystVerdict": verdict})


async def threat_status(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threats/incident, which may set the verdict too."""
    body = await bodies.read(asked)
    data = bodies.section(body, ("analystVerdict", "incidentStatus"))
    new = {"incidentStatus": bodies.choice(data, "incidentStatus", STATUSES)}
    if "analystVerdict" in data:
        new["analystVerdict"] = bodies.choice(data, "analystVerdict", VERDICTS)
    return _of_threats(console, asked, body, new)


async def alert_verdict(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /cloud-detection/alerts/analyst-verdict."""
    body = await bodies.read(asked)
    data = bodies.section(body, ("analystVerdict",))
    return _of_alerts(console, asked, body, "analystVerdict", bodies.choice(data, "analystVerdict", _EITHER_VERDICT))


async def alert_status(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /cloud-detection/alerts/incident."""
    body = await bodies.read(asked)
    data = bodies.section(body, ("incidentStatus",))
    return _of_alerts(console, asked, body, "incidentStatus", bodies.choice(data, "incidentStatus", _EITHER_STATUS))


def _of_threats(
    console: StandinConsole, asked: ConsoleRequest, body: Mapping[str, Any], new: Mapping[str, str]
) -> bytes:
    moment, affected, details = console.actions.clock(), 0, []
    for threat_id in select(console, asked, "threat", THREATS, body["filter"]):
        info = console.lists["threat"].shelf().record(threat_id)["threatInfo"]
        if console.actions.is_told("missing_permissions", threat_id):
            result = "missing_permissions"
        elif all(info[key] == value for key, value in new.items()):
            result = "already_set"
        else:
            result = "updated"
            affected += 1
            _decide(console, asked.token, threat_id, new, moment)
        details.append({"result": result, "threatId": threat_id})
    return affected_answer(console, affected, details)


def _decide(console: StandinConsole, token: Token, threat_id: str, new: Mapping[str, str], moment: datetime) -> None:
    record = console.lists["threat"].shelf().record(threat_id)
    host = host_of(console, record["agentRealtimeInfo"]["agentId"])
    for key, value in new.items():
        old = record["threatInfo"][key]
        name = key[0].upper() + key[1:]
        data = {
            **words_of(record),
            f"new{name}": value,
            f"new{name}Title": title(value),
            f"old{name}": old,
            f"old{name}Title": title(old),
        }
        kind = TYPES["verdict" if key == "analystVerdict" else "status"]
        tell(console, kind, host, moment, token=token, data=data, threatId=threat_id)
    described = {f"{key}Description": title(value) for key, value in new.items()}
    change_info(console, "threat", threat_id, moment, **new, **described)


def _of_alerts(console: StandinConsole, asked: ConsoleRequest, body: Mapping[str, Any], key: str, value: str) -> bytes:
    """Change the alerts; their answer has no details."""
    moment = console.actions.clock()
    ids = select(console, asked, "alert", ALERTS, body["filter"])
    affected = [each for each in ids if not console.actions.is_told("missing_permissions", each)]
    for alert_id in affected:
        change_info(console, "alert", alert_id, moment, **{key: title(value)})
    return orjson.dumps({"data": {"affected": len(affected)}, "errors": None})
