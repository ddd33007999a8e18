"""The process of a server: started in a group of its own, waited for until it answers."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SECONDS_TO_STOP = 30
_LOOK_EVERY = 0.05
_LAST_LINES = 20


class DidNotStart(Exception):
    """The server ended, or never answered; the text has its last words."""


def launch(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start a server in its folder; what it says goes to the end of `log`."""
    with log.open("ab") as said:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # A group of its own, because a start script may have the server as its child.
            start_new_session=True,
        )


def wait_until(
    answers: Callable[[], bool], name: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float
) -> None:
    """Return when the server answers; raise DidNotStart with its last words if it ends or takes longer."""
    latest = time.monotonic() + seconds
    while time.monotonic() < latest and process.poll() is None:
        if answers():
            return
        time.sleep(_LOOK_EVERY)
    how = "did not answer" if process.poll() is None else f"ended with status {process.returncode}"
    raise DidNotStart("\n".join([f"{name} {how}; it said last:", *last_lines(log)]))


def last_lines(log: Path) -> list[str]:
    """Return the last words of a process."""
    return log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
