"""The process at the other end of a connection over loopback, from the kernel's own tables."""

import os
from contextlib import suppress
from pathlib import Path

_TCP = Path("/proc/net/tcp")
# Columns of the table: addresses end with the port.
_LOCAL, _REMOTE, _INODE = 1, 2, 9


class Askers:
    """Processes by connection, which is the port that asks and the port that is asked.

    A process is looked for as a connection is made, among those that the process started that started this one. One
    that ended meanwhile is 0: nobody knows who it was.
    """

    def __init__(self) -> None:
        self._processes: dict[tuple[int, int], int] = {}

    def connected(self, asking: int, asked: int) -> None:
        """Find out who made a connection; its ports may have been another one's before."""
        inode = _inode_of(asking, asked)
        found = next((process for process in _siblings() if _has(process, inode)), 0) if inode else 0
        self._processes[asking, asked] = found

    def process_of(self, asking: int, asked: int) -> int:
        """Return the id of the process that made a connection."""
        return self._processes.get((asking, asked), 0)


def _inode_of(asking: int, asked: int) -> str:
    """Return the inode of the socket at the other end."""
    for line in _TCP.read_text().splitlines()[1:]:
        columns = line.split()
        if columns[_LOCAL].endswith(f":{asking:04X}") and columns[_REMOTE].endswith(f":{asked:04X}"):
            return columns[_INODE]
    return ""


def _siblings() -> list[int]:
    """Return the other processes that were started by the one that started this one, the youngest first."""
    told = (path.read_text() for path in Path(f"/proc/{os.getppid()}/task").glob("*/children"))
    return sorted((int(each) for text in told for each in text.split()), reverse=True)


def _has(process: int, inode: str) -> bool:
    wanted, place = f"socket:[{inode}]", f"/proc/{process}/fd"
    with suppress(OSError):
        for name in os.listdir(place):  # noqa: PTH208 - a path object for each takes longer than all the rest
            with suppress(OSError):
                if os.readlink(f"{place}/{name}") == wanted:  # noqa: PTH115 - the same
                    return True
    return False
