"""The lists inside of a threat's record: network interfaces, indicators, steps of mitigation.

They come with their empties, which are taken out before anything is converted.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from s1ecs.ecs.converters import Bad, boolean, long, mac
from s1ecs.ecs.dates import date
from s1ecs.ecs.empty_values import cleaned
from s1ecs.ecs.related import Texts, append
from s1ecs.ecs.table import Found, Inner
from s1ecs.streams.conversions.network_interfaces import good_addresses
from s1ecs.streams.conversions.usual_threat_lists import (
    MitigationPlan,
    usual_indicators,
    usual_interfaces,
    usual_mitigation,
)

# Network interfaces lie so deep in a record.
_DEPTH_OF_INTERFACES = 2


def interfaces(value: Any, found: Found) -> Any:
    """Network interfaces with checked addresses; their hardware addresses go to `host.mac`, each text once.

    What is no list stays as it is, and so does an interface that is no object.
    """
    usual = usual_interfaces(value, found) if isinstance(value, list) else None
    if usual is not None:
        return usual or None
    value = cleaned(value, _DEPTH_OF_INTERFACES)
    if not isinstance(value, list):
        return value
    result = _copies(value)
    objects = _objects(result)
    for key in ("inet", "inet6"):
        holders = [interface for interface in objects if isinstance(interface.get(key), list)]
        for interface in holders:
            interface[key] = good_addresses(interface[key], found.problems)
        for interface in holders:
            append(found.related["ip"], interface[key])
    addresses = Texts()
    for interface in objects:
        _gather(addresses, interface.pop("physical", None), found.problems)
    if addresses:
        found.fields["host.mac"] = [mac(address) for address in addresses]
    return result


INTERFACE_FIELDS = (
    Inner("host.mac", "keyword", "Hardware addresses of the host's network interfaces.", "physical"),
    Inner(".id", "keyword", "Id of the interface."),
    Inner(".name", "keyword", "Name of the interface."),
    Inner(".inet", "keyword", "IPv4 addresses of the interface."),
    Inner(".inet6", "keyword", "IPv6 addresses of the interface."),
)


def indicators(value: Any, found: Found) -> Any:
    """Indicators with their category as an object; tactics and techniques go to `threat.*`, each text once.

    What is no list stays as it is, and so does an indicator that is no object.
    """
    usual = usual_indicators(value, found, _CATEGORY_NAMES) if isinstance(value, list) else None
    if usual is not None:
        return usual or None
    value = cleaned(value, 1)
    if not isinstance(value, list):
        return value
    gathered = {field.name: Texts() for field in _TACTIC_FIELDS}

    def gather(field: str, leaf: Any) -> None:
        _gather(gathered[field], leaf, found.problems)

    for indicator in _objects(value):
        for number in _members(indicator.get("ids")):
            gather("threat.tactic.id", number)
        for tactic in _objects(indicator.get("tactics")):
            gather("threat.tactic.name", tactic.get("name"))
            gather("threat.framework", tactic.get("source"))
            for technique in _objects(tactic.get("techniques")):
                gather("threat.technique.reference", technique.get("link"))
                gather("threat.technique.id", technique.get("name"))
    found.fields.update({field: [*texts] for field, texts in gathered.items() if texts})
    return [_indicator(member) if isinstance(member, dict) else member for member in value]


def indicators_with_ids(value: Any, found: Found) -> Any:
    """The same; the numbers of the indicators go to `threat.indicator.id`, too."""
    converted = indicators(value, found)
    if numbers := found.fields.get("threat.tactic.id"):
        found.fields["threat.indicator.id"] = [*numbers]
    return converted


_CATEGORY_NAMES = {"category": "name", "categoryId": "id"}


def _indicator(indicator: dict[str, Any]) -> dict[str, Any]:
    moved = {*_CATEGORY_NAMES, "ids", "tactics"}
    category = {name: indicator[key] for key, name in _CATEGORY_NAMES.items() if key in indicator}
    return {key: member for key, member in indicator.items() if key not in moved} | {"category": category}


_TACTIC_FIELDS = (
    Inner("threat.tactic.id", "keyword", "Ids of the indicators that were hit.", "ids"),
    Inner("threat.tactic.name", "keyword", "Tactics that the indicators stand for.", "tactics.name"),
    Inner("threat.framework", "keyword", "Frameworks that name the tactics, such as MITRE.", "tactics.source"),
    Inner(
        "threat.technique.reference",
        "keyword",
        "Addresses of the techniques' descriptions.",
        "tactics.techniques.link",
    ),
    Inner("threat.technique.id", "keyword", "Ids of the techniques, such as T1059.", "tactics.techniques.name"),
)

INDICATOR_FIELDS = (
    *_TACTIC_FIELDS,
    Inner(".category.id", "long", "Number of the indicator's category.", "categoryId"),
    Inner(".category.name", "keyword", "Name of the indicator's category.", "category"),
    Inner(".description", "keyword", "Description of the indicator."),
)

INDICATOR_FIELDS_WITH_IDS = (
    *INDICATOR_FIELDS,
    Inner("threat.indicator.id", "keyword", "Ids of the indicators that were hit.", "ids"),
)


class ValueConversion(NamedTuple):
    """One value of a step of mitigation: its keys in the record, its keys in the document, how it is converted."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    convert: Callable[[Any], Any] | None
    silent: bool = False


_COUNTERS: Mapping[str, str] = MappingProxyType(
    {
        "failed": "failed",
        "notFound": "not_found",
        "pendingReboot": "pending_reboot",
        "success": "success",
        "total": "total",
    }
)

_CONVERSIONS = (
    *(ValueConversion(("actionsCounters", key), ("action_counters", name), long) for key, name in _COUNTERS.items()),
    ValueConversion(("agentSupportsReport",), ("agent_supports_report",), boolean),
    ValueConversion(("groupNotFound",), ("group_not_found",), boolean),
    ValueConversion(("lastUpdate",), ("last_update",), date, silent=True),
    ValueConversion(("latestReport",), ("latest_report",), None),
    ValueConversion(("reportId",), ("report_id",), None),
    ValueConversion(("mitigationEndedAt",), ("mitigation_ended_at",), date, silent=True),
    ValueConversion(("mitigationStartedAt",), ("mitigation_started_at",), date, silent=True),
)
_PLAN = MitigationPlan(
    _COUNTERS,
    {
        conversion.source[0]: (conversion.target[0], conversion.convert, conversion.silent)
        for conversion in _CONVERSIONS
        if len(conversion.source) == 1
    },
)


def mitigation(value: Any, found: Found) -> Any:
    """Steps of mitigation with converted values; a bad date is left out in silence.

    One kind of value is converted in all entries before the next, which gives the order of `error.message`. What is
    no list stays as it is, and so does an entry that is no object.
    """
    usual = usual_mitigation(value, found, _PLAN) if isinstance(value, list) else None
    if usual is not None:
        return usual or None
    value = cleaned(value, 1)
    if not isinstance(value, list):
        return value
    result = _copies(value)
    pairs = [(new, old) for new, old in zip(result, value, strict=True) if isinstance(new, dict)]
    for new, _ in pairs:
        for conversion in _CONVERSIONS:
            new.pop(conversion.source[0], None)
    for conversion in _CONVERSIONS:
        for new, old in pairs:
            _convert(conversion, old, new, found.problems)
    return result


def _convert(conversion: ValueConversion, old: dict[str, Any], new: dict[str, Any], problems: list[str]) -> None:
    value: Any = old
    for key in conversion.source:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return
    try:
        converted = conversion.convert(value) if conversion.convert else value
    except Bad as bad:
        if not conversion.silent:
            problems.append(str(bad))
        return
    *around, last = conversion.target
    part = new
    for key in around:
        inner = part.get(key)
        # A new object each time: what lies there may be the record's own.
        part[key] = dict(inner) if isinstance(inner, dict) else {}
        part = part[key]
    part[last] = converted


MITIGATION_FIELDS = (
    Inner(".action_counters.failed", "long", "Actions that failed.", "actionsCounters.failed"),
    Inner(".action_counters.not_found", "long", "Actions whose target was not there.", "actionsCounters.notFound"),
    Inner(
        ".action_counters.pending_reboot", "long", "Actions that wait for a reboot.", "actionsCounters.pendingReboot"
    ),
    Inner(".action_counters.success", "long", "Actions that succeeded.", "actionsCounters.success"),
    Inner(".action_counters.total", "long", "All actions of the step.", "actionsCounters.total"),
    Inner(".action", "keyword", "Mitigation step, such as kill or quarantine."),
    Inner(
        ".agent_supports_report",
        "boolean",
        "Indicates whether the agent can report on the step.",
        "agentSupportsReport",
    ),
    Inner(
        ".group_not_found",
        "boolean",
        "Indicates whether the threat's group was not found on the host.",
        "groupNotFound",
    ),
    Inner(".last_update", "keyword", "Time when the step's state last changed.", "lastUpdate"),
    Inner(".latest_report", "keyword", "Download location of the latest report on the step.", "latestReport"),
    Inner(".mitigation_ended_at", "keyword", "Time when the step ended.", "mitigationEndedAt"),
    Inner(".mitigation_started_at", "keyword", "Time when the step began.", "mitigationStartedAt"),
    Inner(".report_id", "keyword", "Id of the report on the step.", "reportId"),
    Inner(".status", "keyword", "Result of the step."),
)


def _copies(members: list[Any]) -> list[Any]:
    """The same list with copies of its objects, so that the record itself is never changed."""
    return [dict(member) if isinstance(member, dict) else member for member in members]


def _gather(texts: Texts, value: Any, problems: list[str]) -> None:
    if value is None:
        return
    try:
        append(texts, value)
    except Bad as bad:
        problems.append(str(bad))


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [member for member in _members(value) if isinstance(member, dict)]
