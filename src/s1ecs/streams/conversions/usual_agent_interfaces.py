"""Network interfaces of an agent as consoles write them, converted in one pass.

Nearly all are like that. Of any others nothing is known beforehand, and `agent_lists` takes them step by step; what
both make of an interface is the same.
"""

from typing import Any

from s1ecs.ecs.converters import is_address, mac
from s1ecs.ecs.table import Found
from s1ecs.streams.conversions.network_interfaces import is_address_list

_MOVED = frozenset({"gatewayIp", "gatewayMacAddress", "physical"})
_ADDRESSES = ("inet", "inet6")
_NO_TEXTS = frozenset({*_ADDRESSES, "gateway"})


def usual_interfaces(members: list[Any], found: Found) -> list[Any] | None:
    """The converted interfaces, without empties; None, and nothing found, where one is not as usual."""
    converted = []
    for member in members:
        interface = _converted(member) if type(member) is dict else None
        if interface is None:
            return None
        if interface:
            converted.append(interface)
    related = found.related["ip"]
    for member in members:
        if member.get("gatewayIp"):
            related.add(member["gatewayIp"])
    for key in _ADDRESSES:
        for member in members:
            for address in member.get(key) or ():
                related.add(address)
    hardware = [mac(member["physical"]) for member in members if member.get("physical")]
    if hardware:
        found.fields["host.mac"] = hardware
    found.is_whole = True
    return converted


def _converted(interface: dict[str, Any]) -> dict[str, Any] | None:
    """One interface; None where anything in it is not as usual."""
    kept: dict[str, Any] = {}
    for key, value in interface.items():
        if type(value) is str:
            if key in _NO_TEXTS:
                return None
            if value and key not in _MOVED:
                kept[key] = value
        elif type(value) is list:
            if key not in _ADDRESSES or not is_address_list(value):
                return None
            if value:
                kept[key] = value
        elif value is not None or key == "gateway":
            return None
    return _with_gateway(kept, interface.get("gatewayIp"), interface.get("gatewayMacAddress"))


def _with_gateway(kept: dict[str, Any], address: str | None, hardware: str | None) -> dict[str, Any] | None:
    gateway = {}
    if address is not None:
        if not is_address(address):
            return None
        gateway["ip"] = address
    if hardware:
        gateway["mac"] = mac(hardware)
    if gateway:
        kept["gateway"] = gateway
    return kept
