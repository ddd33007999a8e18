"""Hardware of a host, as its agent and its application inventory report it."""

from typing import NamedTuple

from s1ecs.standin import invent
from s1ecs.standin.organisation import Host

_CORES = {"laptop": (4, 8, 12), "desktop": (2, 4, 8), "server": (8, 16, 32), "kubernetes node": (4, 16)}


class Hardware(NamedTuple):
    """Processors, their cores in all, and `32 bit` or `64 bit`."""

    processors: int
    cores: int
    architecture: str


def hardware(seed: int, host: Host) -> Hardware:
    """Return the hardware of that host in the organisation of that seed."""
    random = invent.source(seed, "hardware", host.number)
    processors = random.choice((1, 2)) if host.machine_type == "server" else 1
    architecture = "32 bit" if host.system.type == "windows_legacy" else "64 bit"
    return Hardware(processors, random.choice(_CORES[host.machine_type]), architecture)
