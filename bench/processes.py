"""Processes that are measured: the installed command, its environment, and what a process cost."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from servers.started_command import S1ECS as INSTALLED

S1ECS = str(INSTALLED)
# The command with raised rate limits, see there.
RAISED = (sys.executable, "-m", "bench.raised_rates")
_ROOT = Path(__file__).parent.parent


class Cost(NamedTuple):
    """Seconds of a process by the clock, and of processor time."""

    wall: float
    processor: float


def environment(address: str, place: Path, outputs: str = "", **more: str) -> Mapping[str, str]:
    """The settings of a console at an address, with state in a folder and these outputs as JSON."""
    return {
        **os.environ,
        "S1ECS_URL": address,
        "S1ECS_TOKEN": "a-token",
        "S1ECS_STATE_DIR": str(place),
        "S1ECS_OUTPUTS": outputs,
        "S1ECS_LOG_LEVEL": "error",
        "PYTHONPATH": str(_ROOT),
        **more,
    }


def cost(command: Sequence[str], environ: Mapping[str, str], place: Path, *, output: int = subprocess.DEVNULL) -> Cost:
    """Run a command in a folder to its end, which must be a good one."""
    began = perf_counter()
    process = subprocess.Popen(command, env=environ, cwd=place, stdin=subprocess.DEVNULL, stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Cost(seconds, usage.ru_utime + usage.ru_stime)
