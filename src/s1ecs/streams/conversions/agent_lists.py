"""The lists inside of an agent's record: network interfaces and tags."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from s1ecs.ecs.converters import Bad, ip, mac
from s1ecs.ecs.dates import date
from s1ecs.ecs.related import append
from s1ecs.ecs.table import Found, Inner
from s1ecs.streams.conversions.network_interfaces import good_addresses
from s1ecs.streams.conversions.usual_agent_interfaces import usual_interfaces

Interface = dict[str, Any]
InterfaceStep = Callable[[Interface, Found], None]


class WrongShape(Exception):
    """An interface that a step can't work on; the step ends there, for all interfaces behind it, too."""


def interfaces(value: Any, found: Found) -> Any:
    """Network interfaces with checked addresses and MACs in one form; what is no list stays as it is.

    Each step goes over all interfaces before the next one begins, which gives the order of `related.ip`.
    """
    if not isinstance(value, list):
        return value
    usual = usual_interfaces(value, found)
    if usual is not None:
        return usual or None
    result = [dict(member) if isinstance(member, dict) else member for member in value]
    for step in _STEPS:
        with suppress(WrongShape):
            for interface in result:
                if not isinstance(interface, dict):
                    raise WrongShape
                step(interface, found)
    return result


def _check_gateway(interface: Interface, found: Found) -> None:
    address = interface.get("gatewayIp")
    if address is None:
        return
    try:
        checked = ip(address)
    except Bad as bad:
        found.problems.append(str(bad))
    else:
        _set_gateway(interface, "ip", checked)


def _relate_gateway(interface: Interface, found: Found) -> None:
    # The integration appends the raw text, even where it is no address.
    if interface.get("gatewayIp") is not None:
        # What has no text form was named by the check.
        with suppress(Bad):
            append(found.related["ip"], interface["gatewayIp"])


def _form_gateway_mac(interface: Interface, _: Found) -> None:
    address = _text(interface, "gatewayMacAddress")
    if address:
        _set_gateway(interface, "mac", mac(address))


def _check_inet(interface: Interface, found: Found) -> None:
    _check_addresses(interface, "inet", found)


def _check_inet6(interface: Interface, found: Found) -> None:
    _check_addresses(interface, "inet6", found)


def _check_addresses(interface: Interface, key: str, found: Found) -> None:
    members = interface.get(key)
    if members is None:
        return
    if not isinstance(members, list):
        raise WrongShape
    interface[key] = good_addresses(members, found.problems)
    append(found.related["ip"], interface[key])


def _gather_mac(interface: Interface, found: Found) -> None:
    address = _text(interface, "physical")
    if address:
        found.fields.setdefault("host.mac", []).append(mac(address))


def _remove_sources(interface: Interface, _: Found) -> None:
    for key in ("physical", "gatewayMacAddress", "gatewayIp"):
        interface.pop(key, None)


_STEPS: tuple[InterfaceStep, ...] = (
    _check_gateway,
    _relate_gateway,
    _form_gateway_mac,
    _check_inet,
    _check_inet6,
    _gather_mac,
    _remove_sources,
)


def _text(interface: Interface, key: str) -> str | None:
    value = interface.get(key)
    if value is not None and not isinstance(value, str):
        raise WrongShape
    return value


def _set_gateway(interface: Interface, key: str, value: Any) -> None:
    gateway = interface.get("gateway")
    if gateway is not None and not isinstance(gateway, dict):
        raise WrongShape
    interface["gateway"] = {**(gateway or {}), key: value}


INTERFACE_FIELDS = (
    Inner("host.mac", "keyword", "Hardware addresses of the host's network interfaces.", "physical"),
    Inner(".id", "keyword", "Id of the interface."),
    Inner(".name", "keyword", "Name of the interface."),
    Inner(".inet", "ip", "IPv4 addresses of the interface."),
    Inner(".inet6", "ip", "IPv6 addresses of the interface."),
    Inner(".gateway.ip", "ip", "Address of the interface's gateway.", "gatewayIp"),
    Inner(".gateway.mac", "keyword", "Hardware address of the interface's gateway.", "gatewayMacAddress"),
)

_TAG_NAMES = {"assignedBy": "assigned_by", "assignedById": "assigned_by_id"}


def tags(value: Any, _: Found) -> Any:
    """The tags of an agent with keys in snake case; a bad time of assignment is left out in silence."""
    if not isinstance(value, list):
        return value
    return [_tag(member) if isinstance(member, dict) else member for member in value]


def _tag(element: dict[str, Any]) -> dict[str, Any]:
    tag = {_TAG_NAMES.get(key, key): value for key, value in element.items() if key != "assignedAt"}
    if element.get("assignedAt") is not None:
        with suppress(Bad):
            tag["assigned_at"] = date(element["assignedAt"])
    return tag


TAG_FIELDS = (
    Inner(".assigned_at", "date", "Time when the tag was assigned to the agent.", "assignedAt"),
    Inner(".assigned_by", "keyword", "User who gave the tag to the agent.", "assignedBy"),
    Inner(".assigned_by_id", "keyword", "Id of the user who gave the tag to the agent.", "assignedById"),
    Inner(".id", "keyword", "Id of the tag."),
    Inner(".key", "keyword", "Key of the tag."),
    Inner(".value", "keyword", "Value of the tag."),
)
