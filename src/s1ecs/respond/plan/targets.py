"""Targets other than hosts: threats, alerts and scopes, from their records."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from s1ecs.errors import ActionRefused
from s1ecs.respond.actions.action import On
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.plan.ages import with_age
from s1ecs.respond.plan.hosts import UPDATED
from s1ecs.respond.plan.unknown_ids import no_such
from s1ecs.respond.trackers.traces import unified_alert, unified_node
from s1ecs.respond.trackers.tracker import ReadRequest, first
from s1ecs.respond.validators import alert_id, console_id

_LISTS = {On.THREAT: "/threats", On.ALERT: "/cloud-detection/alerts"}
WHAT = {On.THREAT: "threat", On.ALERT: "alert", On.UNIFIED_ALERT: "unified alert"}

# The words of the command line, and what a filter calls them.
SCOPE_FILTERS = {"site": "siteIds", "account": "accountIds", "group": "groupIds", "tenant": "tenant"}


def read_of(on: On, text: str) -> ReadRequest:
    """The read of the threat or alert with this id; raise ActionRefused for what is no id."""
    try:
        if on is On.UNIFIED_ALERT:
            return unified_alert(alert_id(text))
        return ReadRequest(_LISTS[on], {"ids": console_id(text)})
    except ValueError as problem:
        raise ActionRefused(f"{on}: {problem}") from None


def target_in(on: On, text: str, data: Any, now: datetime) -> tuple[Target, list[tuple[str, str]]]:
    """The threat or alert in the answer, and what people want to know of it; raise ActionRefused if it is not there.

    `now` is the console's time.
    """
    record = unified_node(data) if on is On.UNIFIED_ALERT else first(data)
    if not record or _id_of(on, record) != text:
        raise no_such(WHAT[on], text)
    target, told = {On.THREAT: _threat, On.ALERT: _alert, On.UNIFIED_ALERT: _unified}[on](text, record)
    info = {On.THREAT: "threatInfo", On.ALERT: "alertInfo"}.get(on)
    updated = _part(record, info).get("updatedAt") if info else record.get("updatedAt")
    return target, [*told, (UPDATED, with_age(updated, now, "not reported"))]


def scope_target(kind: str, value: str) -> Target:
    """The scope of a list: site, account, group (each by its id) or tenant.

    Raises ActionRefused for another kind, and for a bad id.
    """
    if kind not in SCOPE_FILTERS:
        raise ActionRefused(f"unknown scope {kind!r}; available: {', '.join(SCOPE_FILTERS)}")
    if kind != "tenant":
        try:
            console_id(value)
        except ValueError as problem:
            raise ActionRefused(f"--{kind}: {problem}") from None
    return Target(kind="scope", id=value if kind != "tenant" else "tenant", name=kind)


def scope_filter(kind: str, value: str) -> dict[str, Any]:
    """The scope as a filter in a body."""
    return {"tenant": True} if kind == "tenant" else {SCOPE_FILTERS[kind]: [value]}


def scope_query(kind: str, value: str) -> dict[str, str]:
    """The scope as parameters of a query."""
    return {"tenant": "true"} if kind == "tenant" else {SCOPE_FILTERS[kind]: value}


def _id_of(on: On, record: Mapping[str, Any]) -> str:
    if on is On.ALERT:
        return str(_part(record, "alertInfo").get("alertId"))
    return str(record.get("id"))


def _threat(text: str, record: Mapping[str, Any]) -> tuple[Target, list[tuple[str, str]]]:
    info = _part(record, "threatInfo")
    now = _part(record, "agentRealtimeInfo")
    then = _part(record, "agentDetectionInfo")
    target = Target(
        kind="threat",
        id=text,
        name=str(info.get("threatName") or ""),
        host=str(now.get("agentComputerName") or ""),
        agent=str(now.get("agentId") or ""),
        uuid=str(then.get("agentUuid") or now.get("agentUuid") or ""),
        os=str(now.get("agentOsType") or ""),
        user=str(then.get("agentLastLoggedInUserName") or ""),
        site=str(now.get("siteName") or then.get("siteName") or ""),
        group=str(now.get("groupName") or then.get("groupName") or ""),
        account=str(now.get("accountName") or then.get("accountName") or ""),
    )
    told = [
        ("threat", f"{target.name} ({text})"),
        ("file", str(info.get("filePath") or "not reported")),
        (
            "state",
            f"{info.get('incidentStatus')}, verdict {info.get('analystVerdict')}, {info.get('mitigationStatus')}",
        ),
    ]
    return target, [*told, *_host(target)]


def _alert(text: str, record: Mapping[str, Any]) -> tuple[Target, list[tuple[str, str]]]:
    info = _part(record, "alertInfo")
    now = _part(record, "agentRealtimeInfo")
    then = _part(record, "agentDetectionInfo")
    target = Target(
        kind="alert",
        id=text,
        name=str(_part(record, "ruleInfo").get("name") or ""),
        host=str(now.get("name") or then.get("name") or ""),
        agent=str(now.get("id") or ""),
        uuid=str(then.get("uuid") or now.get("uuid") or ""),
        os=_system(str(now.get("os") or then.get("osFamily") or "")),
    )
    told = [
        ("alert", f"{target.name} ({text})"),
        ("state", f"{info.get('incidentStatus')}, verdict {info.get('analystVerdict')}"),
    ]
    return target, [*told, *_host(target)]


def _unified(text: str, record: Mapping[str, Any]) -> tuple[Target, list[tuple[str, str]]]:
    asset = first(record.get("assets"))
    target = Target(
        kind="unified alert",
        id=text,
        name=str(record.get("name") or ""),
        host=str(asset.get("name") or ""),
        uuid=str(asset.get("agentUuid") or ""),
        os=_system(str(asset.get("osType") or "")),
    )
    told = [
        ("alert", f"{target.name} ({text})"),
        ("state", f"{record.get('status')}, verdict {record.get('analystVerdict')}"),
    ]
    return target, [*told, *_host(target)]


def _host(target: Target) -> list[tuple[str, str]]:
    site = [("site", f"{target.site}, group {target.group}, account {target.account}")] if target.site else []
    return [("host", f"{target.host or 'not reported'} ({target.os or 'unknown system'})"), *site]


def _system(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip().lower())


def _part(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = record.get(key)
    return found if isinstance(found, dict) else {}
