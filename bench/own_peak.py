"""The peak of a process's own memory.

The kernel counts for a child what its parent occupied when it started it, and a benchmark occupies more than what it
measures; so a small process stands between the two.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_BETWEEN = """
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
os.write(int(sys.argv[1]), str(usage.ru_maxrss).encode())
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


class Measured:
    """A process that was started to be measured; `input` is its standard input where it was piped."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start a command whose first word is a path, here and as is unless told otherwise; its output goes nowhere."""
        self._report, told = os.pipe()
        between = [sys.executable, "-I", "-S", "-c", _BETWEEN, str(told)]
        self._process = subprocess.Popen(
            [*between, *command], stdin=stdin, stdout=subprocess.DEVNULL, pass_fds=[told], env=environ, cwd=folder
        )
        os.close(told)
        self.input = self._process.stdin

    def megabytes(self) -> float:
        """Wait for the end of a command that must succeed; return the peak of its memory."""
        assert self._process.wait() == 0
        with os.fdopen(self._report) as report:
            return int(report.read()) / 1024


def megabytes_of(process: int) -> float:
    """Return the peak of the memory of a process that is at work, by its id."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) / 1024
