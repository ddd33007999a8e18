"""A process with all modules of s1ecs in memory: at each request it makes a copy of itself that runs the command.

Started by `LoadedCommand` with the number of a socket, which brings the requests; it ends when the socket closes.
"""

import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
from importlib import import_module
from typing import Any

# Its modules need an extra, and no command but its own uses them.
APART = "s1ecs.standin"
# What commands import only once they run.
LATE = (
    "anyio._backends._asyncio",
    "httpcore2",
    "pydantic",
    "rich.console",
    "rich.table",
    "structlog.dev",
    "typer._adapters",
)


def load() -> None:
    """Import what commands use."""
    import s1ecs

    for module in pkgutil.iter_modules(s1ecs.__path__, "s1ecs."):
        if module.name != APART:
            import_module(module.name)
            if module.ispkg:
                load_room(module.name)
    for name in LATE:
        import_module(name)
    gc.collect()
    # Copies share the memory of what the collector never looks at again.
    gc.freeze()


def load_room(name: str) -> None:
    """Import every module of a room."""
    for module in pkgutil.walk_packages(sys.modules[name].__path__, f"{name}."):
        import_module(module.name)


class Copies:
    """The copies that run, and where their ends are told."""

    def __init__(self, requests: socket.socket) -> None:
        self.requests = requests
        self.ends: dict[int, int] = {}
        self.woken, waker = socket.socketpair()
        for end in (self.woken, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.waker = waker

    def until_copied(self) -> dict[str, Any] | None:
        """Serve; returns in every copy, with what it is to run, and in the end, with nothing."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.requests, selectors.EVENT_READ)
            selector.register(self.woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self.woken:
                        self._tell_ends()
                        continue
                    length, files, *_ = socket.recv_fds(self.requests, 8, 4)
                    if not length:
                        for pid in self.ends:
                            os.kill(pid, signal.SIGKILL)
                        return None
                    request = self._received(int.from_bytes(length, "big"))
                    pid = os.fork()
                    if pid == 0:
                        self._become(files)
                        return request
                    for file in files[:3]:
                        os.close(file)
                    self.ends[pid] = files[3]
                    os.write(files[3], pid.to_bytes(8, "big", signed=True))

    def _received(self, length: int) -> dict[str, Any]:
        received = b""
        while len(received) < length:
            received += self.requests.recv(length - len(received))
        request: dict[str, Any] = json.loads(received)
        return request

    def _tell_ends(self) -> None:
        self.woken.recv(1024)
        while self.ends:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            with open(self.ends.pop(pid), "wb") as end:  # noqa: PTH123 - a number of a file
                end.write(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))

    def _become(self, files: list[int]) -> None:
        """Be as a process that was just started with these files."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self.requests, self.woken, self.waker):
            end.close()
        for number, file in enumerate(files[:3]):
            os.dup2(file, number)
        for file in (*files, *self.ends.values()):
            os.close(file)
        sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115 - the standard streams
        sys.stderr = open(2, "w", errors="backslashreplace", buffering=1)  # noqa: SIM115 - the same


if __name__ == "__main__":
    load()
    asked = Copies(socket.socket(fileno=int(sys.argv[1]))).until_copied()
    if asked is not None:
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = asked["command"]
        from s1ecs.cli import main

        main()
