"""Identity of a process on this machine, so that a process id that was used again is not taken for the old process."""

import os
from pathlib import Path

_PROC = Path("/proc")
# Place of the start time in /proc/PID/stat, counted behind the program's name, which may hold anything.
_START = 19


def identity_of(pid: int) -> str:
    """Boot, namespace of process ids and start time of a process; empty where the system does not tell, or none is."""
    try:
        start = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[_START]
        return f"{_here()} {start}"
    except (OSError, IndexError):
        return ""


def is_gone(pid: int, identity: str) -> bool:
    """Tell whether a process that had this identity is known to have ended; False also where nobody can tell."""
    if not identity:
        # Where there is no /proc the id is all there is; where there is, an earlier version left no identity.
        return not (_PROC / "self").exists() and not _exists(pid)
    try:
        boot, _, namespace = _here().partition(" ")
    except OSError:
        return False
    # Ids of another container's processes mean nothing here; after another boot it may be another machine of this name.
    return identity.split()[:2] == [boot, namespace] and identity_of(pid) != identity


def _here() -> str:
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
