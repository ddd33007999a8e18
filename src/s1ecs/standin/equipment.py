"""Surroundings of a host: domain, addresses, network interfaces."""

from s1ecs.standin import invent, words
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host

_GATEWAY = "192.0.2.254"


def domain(host: Host) -> str:
    """Return the domain that the agent reports."""
    if host.system.family != "windows":
        return "unknown"
    return "WORKGROUP" if host.system.type == "windows_legacy" else words.SHORT_DOMAIN


def installer(host: Host) -> str:
    """Return what kind of package the agent came in."""
    return {"windows": ".msi", "osx": ".pkg"}.get(host.system.family, ".deb")


def outer_address(host: Host) -> str:
    """Return the address from which the console sees the host: one for each site."""
    return f"198.51.100.{int(host.group.site.id) % 200 + 20}"


def inner_address_6(host: Host) -> str | None:
    """Return the host's IPv6 address; two thirds of the hosts have one."""
    return f"2001:db8:{host.number % 0xFFFF:x}::{host.number % 250 + 2:x}" if host.number % 3 else None


def mac(number: int) -> str:
    """Return a MAC address of the range set aside for documentation, written as agents do: in either way."""
    octets = f"{number % 256:02x}"
    return f"00:00:5e:00:53:{octets}" if number % 2 else f"00-00-5E-00-53-{octets.upper()}"


def interfaces(host: Host) -> list[JsonObject]:
    """Return the host's network interfaces; a laptop has a second one without an address."""
    random = invent.source(0, "interfaces", host.uuid)
    address_6 = inner_address_6(host)
    wired: JsonObject = {
        "gatewayIp": _GATEWAY,
        "gatewayMacAddress": mac(host.group.number),
        "id": invent.identifier(host.story.registered, random.randrange(1 << 20)),
        "inet": [host.address],
        "inet6": [address_6] if address_6 else [],
        "name": {"windows": "Ethernet", "osx": "en0"}.get(host.system.family, "eth0"),
        "physical": mac(host.number),
    }
    if host.machine_type != "laptop":
        return [wired]
    wireless: JsonObject = {
        "gatewayIp": None,
        "gatewayMacAddress": None,
        "id": invent.identifier(host.story.registered, random.randrange(1 << 20)),
        "inet": [],
        "inet6": [],
        "name": "Wi-Fi" if host.system.family == "windows" else "en1",
        "physical": mac(host.number + 101),
    }
    return [wired, wireless]
