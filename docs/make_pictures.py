"""`make pictures`: what the commands print on a terminal, as pictures in docs/pictures.

The commands are the installed ones; the console is a stand-in with generated data, always the same.
"""

import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.markdown_pages import ROOT
from docs.terminal_picture import WIDTH, picture

FOLDER = ROOT / "docs" / "pictures"
S1ECS = Path(sys.executable).with_name("s1ecs")
_LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Shot:
    """A picture: the command as typed, the answer to its question, and when to stop one that does not end."""

    name: str
    command: str
    answer: str = ""
    seconds: float = _LONGEST_SECONDS
    lines: int = 45


SHOTS = (
    Shot("check", "s1ecs check"),
    Shot("run", "s1ecs run", seconds=40, lines=24),
    Shot(
        "query",
        's1ecs query "SELECT rule, max(severity) AS severity, count(*) AS alerts, count(DISTINCT host) AS hosts'
        ' FROM alert GROUP BY rule ORDER BY alerts DESC LIMIT 8"',
    ),
    Shot("respond", "s1ecs respond isolate WS-0001 --comment 'case 17'", answer="y\n"),
)


def main() -> None:
    """Make all pictures, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("--port", "0", "--agents", "20", "--alerts", "200", "--seed", "7", "--growth", "30")
        with subprocess.Popen([S1ECS, "standin", *arguments], stdout=subprocess.PIPE, text=True) as standin:
            try:
                assert standin.stdout is not None
                environment = _environment(standin.stdout.readline().strip(), folder)
                subprocess.run([S1ECS, "collect"], env=environment, stderr=subprocess.DEVNULL, check=True)
                for shot in SHOTS:
                    if shot.name in (sys.argv[1:] or shot.name):
                        # The temporary folder is the home directory of these commands.
                        output = _on_a_terminal(shot, environment, folder).replace(folder.encode(), b"~")
                        drawn = picture(output, command=shot.command, lines=shot.lines)
                        (FOLDER / f"{shot.name}.svg").write_text(drawn, encoding="utf-8")
                        sys.stdout.write(f"wrote docs/pictures/{shot.name}.svg\n")
            finally:
                standin.terminate()


def _environment(address: str, folder: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLUMNS": str(WIDTH),
        "S1ECS_URL": address,
        "S1ECS_TOKEN": "good",
        "S1ECS_ACTION_TOKEN": "actor",
        "S1ECS_STATE_DIR": f"{folder}/state",
    }


def _on_a_terminal(shot: Shot, environment: Mapping[str, str], folder: str) -> bytes:
    """Run a command on a terminal of its own and return what it wrote; one that does not end is interrupted."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", shot.lines, WIDTH, 0, 0))
    command = [str(S1ECS), *shlex.split(shot.command)[1:]]
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    output, answered = b"", False
    end = time.monotonic() + shot.seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([ours], [], [], min(left, 0.2))[0]:
            try:
                output += os.read(ours, 65_536)
            except OSError:
                # Linux' word for the end of a terminal.
                break
        if shot.answer and not answered and b"[y/N]" in output:
            os.write(ours, shot.answer.encode())
            answered = True
    process.send_signal(signal.SIGINT)
    process.wait(_LONGEST_SECONDS)
    os.close(ours)
    return output


if __name__ == "__main__":
    main()
