"""This machine's steady clock, which nobody can set; on Linux it goes on while the machine sleeps."""

import time
import uuid
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady_seconds() -> float:
    """Return seconds since a beginning that stays the same for as long as `steady_since` does."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@cache
def steady_since() -> str:
    """Name the beginning of the steady clock: the machine's boot, or this process where boots have no name."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        try:
            return _BOOT_ID.read_text().strip()
        except OSError:
            pass
    return str(uuid.uuid4())
