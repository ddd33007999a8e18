"""The process at the other end of a connection over loopback, from the kernel's own tables."""

import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

_TCP = Path("/proc/net/tcp")
_KEPT = 20_000
# Columns of the table.
_LOCAL, _REMOTE, _INODE = 1, 2, 9


class Askers:
    """Processes by connection; `own` are the ports that are asked.

    A process is looked for once a connection, among those that the process started that started this one. One that
    ended meanwhile is 0: nobody knows who it was.
    """

    def __init__(self, own: frozenset[int]) -> None:
        self._own = own
        self._known: OrderedDict[tuple[str, int], int] = OrderedDict()

    def process_of(self, client: tuple[str, int] | None) -> int:
        """Return the id of the process that has the other end."""
        if client is None:
            return 0
        if client not in self._known:
            self._known[client] = self._find(client[1])
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[client]

    def _find(self, port: int) -> int:
        inode = _inode_of(port, self._own)
        return next((process for process in _siblings() if _has(process, inode)), 0) if inode else 0


def _inode_of(port: int, own: frozenset[int]) -> str:
    """Return the inode of the socket with that local port whose other end is one of ours."""
    wanted = f":{port:04X}"
    for line in _TCP.read_text().splitlines()[1:]:
        columns = line.split()
        if columns[_LOCAL].endswith(wanted) and int(columns[_REMOTE].rpartition(":")[2], 16) in own:
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
