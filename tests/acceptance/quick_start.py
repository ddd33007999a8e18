"""Commands without the time that loading them takes: half a second each, several hundred times."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

PROGRAM = Path(__file__).with_name("loaded_command.py")
# What the interpreter and libraries read when they begin.
READ_AT_START = ("PYTHON", "LANG", "LC_", "TZ", "FORCE_COLOR", "NO_COLOR", "_TYPER", "_S1ECS")


class LoadedCommand:
    """Runs commands as copies of a process that has loaded them; it starts with the first."""

    def __init__(self) -> None:
        self._requests: socket.socket | None = None
        self._one_request = Lock()

    def fits(self, environment: Mapping[str, str]) -> bool:
        """False if a variable of the environment must be there when the process starts."""
        return not any(name.startswith(READ_AT_START) for name in environment)

    def run(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: str, *, timeout: float
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        request = {"command": [*map(str, command)], "folder": str(folder), "environment": dict(environment)}
        content = json.dumps(request).encode()
        pipes = [os.pipe() for _ in range(4)]
        [(there_in, stdin_end), (output_end, there_out), (errors_end, there_errors), (status_end, there_status)] = pipes
        theirs = [there_in, there_out, there_errors, there_status]
        with self._one_request:
            server = self._server()
            socket.send_fds(server, [len(content).to_bytes(8, "big")], theirs)
            server.sendall(content)
        for number in theirs:
            os.close(number)
        with ThreadPoolExecutor(3) as pool, open(status_end, "rb") as status:  # noqa: PTH123 - numbers of files
            pid = _number(status)
            written = pool.submit(_write, stdin_end, stdin)
            texts = [pool.submit(_read, number) for number in (output_end, errors_end)]
            try:
                output, errors = (text.result(timeout) for text in texts)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
            written.result(timeout)
            ended = _number(status)
        return subprocess.CompletedProcess(command, ended, output, errors)

    def close(self) -> None:
        """End the process."""
        if self._requests is not None:
            self._requests.close()
            self._process.wait()

    def _server(self) -> socket.socket:
        if self._requests is None:
            self._requests, theirs = socket.socketpair()
            environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
            command = [sys.executable, str(PROGRAM), str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, env=environment, pass_fds=[theirs.fileno()], start_new_session=True, stdin=subprocess.DEVNULL
            )
            theirs.close()
        return self._requests


def _number(stream: BinaryIO) -> int:
    told = stream.read(8)
    assert len(told) == 8, "the process that has loaded s1ecs is gone"
    return int.from_bytes(told, "big", signed=True)


def _write(number: int, text: str) -> None:
    # A command need not read what it is given.
    with suppress(BrokenPipeError), open(number, "w") as stream:
        stream.write(text)


def _read(number: int) -> str:
    with open(number) as stream:
        return stream.read()
