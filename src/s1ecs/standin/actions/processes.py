"""The processes of hosts, and the ways in which lists of them are written."""

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from s1ecs.standin import invent
from s1ecs.standin.action_state.controls import Table
from s1ecs.standin.organisation import Host

_FIRST = {"linux": "systemd", "osx": "launchd", "windows": "System"}
_NAMES = {
    "linux": ("sshd", "cron", "nginx", "postgres", "ping"),
    "osx": ("WindowServer", "Finder", "Example Browser", "Spotlight", "ping"),
    "windows": ("svchost.exe", "explorer.exe", "lsass.exe", "spoolsv.exe", "notepad.exe"),
}
# How the agents of each system write them.
HOW: Mapping[str, Table] = {"linux": "ps", "macos": "json", "windows": "csv", "windows_legacy": "csv"}


class Process(NamedTuple):
    """A process of a host."""

    pid: int
    parent: int
    user: str
    name: str
    command: str


def processes(seed: int, host: Host, ended: frozenset[str]) -> list[Process]:
    """Return the host's processes without those of the names that were ended."""
    family = host.system.family
    random = invent.source(seed, "processes", host.number)
    system = "SYSTEM" if family == "windows" else "root"
    first = Process(4 if family == "windows" else 1, 0, system, _FIRST[family], _FIRST[family])
    found = [first]
    for number, name in enumerate(_NAMES[family]):
        pid = 100 * (number + 1) + random.randrange(100)
        user = host.person.login if number % 2 else system
        found.append(Process(pid, first.pid, user, name, f'{name} --option "a, b" {number}'))
    return [each for each in found if each.name not in ended]


def written(table: Table, found: list[Process]) -> str:
    """Return the list of processes in that form."""
    match table:
        case "json":
            rows = [
                {"pid": p.pid, "ppid": p.parent, "user": p.user, "name": p.name, "command": p.command} for p in found
            ]
            return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()
        case "csv":
            text = io.StringIO()
            csv.writer(text).writerows(
                [
                    ("PID", "PPID", "User", "Name", "CommandLine"),
                    *((p.pid, p.parent, p.user, p.name, p.command) for p in found),
                ]
            )
            return text.getvalue()
        case "ps":
            lines = [f"{p.pid:>7} {p.parent:>7} {p.user:<18} {p.command}" for p in found]
            return "\n".join([f"{'PID':>7} {'PPID':>7} {'USER':<18} COMMAND", *lines, ""])
        case "text":
            return f"This host runs {len(found)} processes.\nNone of them is worth telling of.\n"
