"""What scripts call the columns of a process table."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

# In lower case, letters and digits alone.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pid": ("pid", "processid", "id"),
        "name": ("name", "processname", "comm", "imagename", "image", "process", "executable", "exe"),
        "user": ("user", "username", "owner", "uname", "uid", "ruser", "euser"),
        "command": ("command", "cmd", "commandline", "cmdline", "args", "arguments", "path"),
        "cpu": ("cpu", "pcpu", "cpupercent", "cpuusage", "c"),
        "memory": ("mem", "pmem", "memory", "memorypercent", "memoryusage", "memusage", "rss", "workingset"),
        "started": ("started", "start", "starttime", "stime", "lstart", "createtime", "creationdate", "created"),
    }
)
_NEEDED = (("pid",), ("name", "command"))


def folded(name: str) -> str:
    """A column's name as `COLUMNS` has them."""
    return "".join(filter(str.isalnum, name)).lower()


def is_header(names: Iterable[str]) -> bool:
    """Whether these columns name processes: by a PID, and by a name or a command."""
    there = {folded(name) for name in names}
    return all(any(there.intersection(COLUMNS[column]) for column in columns) for columns in _NEEDED)
