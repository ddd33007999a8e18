"""The lists inside of a threat's record as consoles write them, each converted in one pass.

Nearly all are like that. Of any others nothing is known beforehand, and `threat_lists` takes them step by step; what
both make of a list is the same. Each function gives None, and has found nothing, where a list is not as usual.
"""

from collections.abc import Callable, Mapping
from typing import Any

from s1ecs.ecs.converters import LARGEST_LONG, Bad, mac
from s1ecs.ecs.table import Found
from s1ecs.streams.conversions.network_interfaces import is_address_list


class MitigationPlan:
    """The conversions of a step of mitigation.

    `counters` are the names of those of `actionsCounters`; `values` gives for each other key its key in the document,
    what converts it, and whether a bad value is left out in silence.
    """

    def __init__(
        self, counters: Mapping[str, str], values: Mapping[str, tuple[str, Callable[[Any], Any] | None, bool]]
    ) -> None:
        self.counters = tuple(counters.items())
        self.values = tuple((key, *value) for key, value in values.items())
        self.moved = frozenset({"actionsCounters", *values})
        self.made = frozenset({"action_counters", *(name for name, _, _ in values.values())})


_ADDRESSES = ("inet", "inet6")
_SCALARS = frozenset({str, int, bool})


def usual_interfaces(members: list[Any], found: Found) -> list[Any] | None:
    """Network interfaces whose addresses are good; their hardware addresses are the field `host.mac`."""
    hardware: dict[str, None] = {}
    converted = []
    for member in members:
        interface = _interface(member, hardware) if type(member) is dict else None
        if interface is None:
            return None
        if interface:
            converted.append(interface)
    related = found.related["ip"]
    for key in _ADDRESSES:
        for interface in converted:
            addresses = interface.get(key)
            if type(addresses) is list:
                for address in addresses:
                    related.add(address)
    if hardware:
        found.fields["host.mac"] = [mac(address) for address in hardware]
    found.is_whole = True
    return converted


def _interface(interface: dict[str, Any], hardware: dict[str, None]) -> dict[str, Any] | None:
    kept: dict[str, Any] = {}
    for key, value in interface.items():
        if type(value) is str:
            if not value:
                continue
            if key == "physical":
                hardware[value] = None
            else:
                kept[key] = value
        elif type(value) is list:
            if key not in _ADDRESSES or not is_address_list(value):
                return None
            if value:
                kept[key] = value
        elif value is not None:
            return None
    return kept


def usual_mitigation(members: list[Any], found: Found, plan: MitigationPlan) -> list[dict[str, Any]] | None:
    """Steps of mitigation with small numbers and good values."""
    moved, made = plan.moved, plan.made
    converted = []
    for member in members:
        if type(member) is not dict or not made.isdisjoint(member):
            return None
        entry: dict[str, Any] = {}
        for key, value in member.items():
            if key in moved or value is None or value == "":
                continue
            if type(value) not in _SCALARS:
                return None
            entry[key] = value
        if not _add_counters(entry, member.get("actionsCounters"), plan) or not _add_values(entry, member, plan):
            return None
        if entry:
            converted.append(entry)
    found.is_whole = True
    return converted


def _add_counters(entry: dict[str, Any], value: Any, plan: MitigationPlan) -> bool:
    """Add the counters of an entry; False where one is not a small number."""
    if type(value) is not dict:
        return True
    counted = {}
    for key, name in plan.counters:
        number = value.get(key)
        if type(number) is int and 0 <= number <= LARGEST_LONG:
            counted[name] = number
        elif number is not None:
            return False
    if counted:
        entry["action_counters"] = counted
    return True


def _add_values(entry: dict[str, Any], member: dict[str, Any], plan: MitigationPlan) -> bool:
    """Add the other values of an entry; False where one is not as usual."""
    for key, name, convert, silent in plan.values:
        value = member.get(key)
        if value is None or value == "":
            continue
        if type(value) not in _SCALARS:
            return False
        if convert is not None:
            try:
                value = convert(value)
            except Bad:
                if silent:
                    continue
                return False
        entry[name] = value
    return True


def usual_indicators(members: list[Any], found: Found, names: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Indicators with texts and numbers alone in them; `names` are those of the keys of a category."""
    gathered: dict[str, dict[str, None]] = {field: {} for field in _GATHERED}
    converted = []
    for member in members:
        if type(member) is not dict:
            return None
        indicator = _indicator(member, names)
        if indicator is None or not _gather_ids(gathered, member.get("ids")):
            return None
        if not _gather_tactics(gathered, member.get("tactics")):
            return None
        if indicator:
            converted.append(indicator)
    found.fields.update({field: [*texts] for field, texts in gathered.items() if texts})
    found.is_whole = True
    return converted


def _indicator(member: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any] | None:
    kept = {}
    for key, value in member.items():
        if key in {"ids", "tactics"} or value is None or value == "":
            continue
        if type(value) not in _SCALARS:
            return None
        if key not in names:
            kept[key] = value
    category = {name: member[key] for key, name in names.items() if member.get(key) not in (None, "")}
    if category:
        kept["category"] = category
    return kept


def _gather_ids(gathered: dict[str, dict[str, None]], value: Any) -> bool:
    if type(value) is not list:
        return True
    for number in value:
        kind = type(number)
        if kind is int:
            gathered["threat.tactic.id"][str(number)] = None
        elif kind is not str:
            return False
        elif number:
            gathered["threat.tactic.id"][number] = None
    return True


def _gather_tactics(gathered: dict[str, dict[str, None]], value: Any) -> bool:
    if type(value) is not list:
        return True
    for tactic in value:
        if type(tactic) is not dict:
            continue
        if not _gather(gathered, tactic, _OF_TACTIC):
            return False
        techniques = tactic.get("techniques")
        if type(techniques) is list:
            for technique in techniques:
                if type(technique) is dict and not _gather(gathered, technique, _OF_TECHNIQUE):
                    return False
    return True


_OF_TACTIC = (("name", "threat.tactic.name"), ("source", "threat.framework"))
_OF_TECHNIQUE = (("link", "threat.technique.reference"), ("name", "threat.technique.id"))
_GATHERED = ("threat.tactic.id", *(field for _, field in (*_OF_TACTIC, *_OF_TECHNIQUE)))


def _gather(gathered: dict[str, dict[str, None]], part: dict[str, Any], fields: tuple[tuple[str, str], ...]) -> bool:
    """Gather the texts of an object by field; False where one is no text."""
    for key, field in fields:
        text = part.get(key)
        if type(text) is str:
            if text:
                gathered[field][text] = None
        elif text is not None:
            return False
    return True
