"""A server that runs: started, asked, stopped, killed and started again."""

import base64
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from servers.account import as_nobody, hand_over
from servers.archives import Kind, cache_folder, unpacked
from servers.free_port import free_port
from servers.java import java_home
from servers.layout import Layout
from servers.process import SECONDS_TO_STOP, DidNotStart, launch, wait_until

# It takes ten; a machine that is busy with other things more.
_SECONDS_TO_START = 180
_SECONDS_TO_VANISH = 5
_SECONDS_TO_ANSWER = 60
_LOOK_EVERY = 0.02


@dataclass
class Running:
    """One server, with its data in `folder`; `user` and `password` where it asks for a login."""

    kind: Kind
    folder: Path
    url: str
    java: Path
    heap: str
    user: str | None = None
    password: str | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request with the body as JSON (bytes as NDJSON, as they are); the answer's JSON.

        Raise RuntimeError with the server's words for a status of 400 and above.
        """
        status, answer = self.answer(method, path, body)
        if status >= 400:  # noqa: PLR2004 - HTTP
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def answer(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send a request as `ask` does; the status, whatever it is, and the answer's JSON."""
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 - our own server
        if body is not None:
            raw = isinstance(body, bytes)
            request.data = body if isinstance(body, bytes) else orjson.dumps(body)
            request.add_header("Content-Type", "application/x-ndjson" if raw else "application/json")
        if self.user is not None:
            login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {login}")
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS_TO_ANSWER) as reply:  # noqa: S310 - the same
                return reply.status, _parsed(reply.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _parsed(refusal.read())

    def stop(self) -> None:
        """End it with SIGTERM, and with SIGKILL if it takes too long. Its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it with SIGKILL. What it had acknowledged is in its data."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it, after it was stopped or killed, with the same settings, port and data; return when it answers."""
        layout = Layout(self.kind, self.folder)
        self.process = launch(
            as_nobody([layout.command()]), self.folder, layout.log, layout.environment(self.java, self.heap)
        )
        try:
            wait_until(self._is_healthy, str(self.kind), self.process, layout.log, _SECONDS_TO_START)
        except BaseException:
            self.kill()
            raise

    def _is_healthy(self) -> bool:
        try:
            status, _ = self.answer("GET", "/_cluster/health?wait_for_status=yellow&timeout=5s")
        except OSError:
            return False
        return status == 200  # noqa: PLR2004 - HTTP

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        _signal_group(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
        # The server may be the start script's child, and hold its lock and port for a moment longer.
        latest = time.monotonic() + _SECONDS_TO_VANISH
        while _signal_group(process.pid, signal.SIGKILL) and time.monotonic() < latest:
            time.sleep(_LOOK_EVERY)
            process.poll()
        process.wait()


def start(
    kind: Kind,
    folder: Path,
    *,
    heap: str = "512m",
    port: int = 0,
    settings: Mapping[str, object] | None = None,
    user: str | None = None,
    password: str | None = None,
    cache: Path | None = None,
) -> Running:
    """Start a server in `folder` (see `servers.account.server_folder`) and return when it answers.

    Port 0 is any that is free. With a `user`, Elasticsearch asks for a login, and that is one. Raise Unavailable
    where Java, Maven or the archive can't be had, and DidNotStart.
    """
    java = java_home()
    layout = Layout(kind, folder)
    archive = unpacked(kind, cache or cache_folder())
    http, transport = port or free_port(), free_port()
    security = {"xpack.security.enabled": True} if user else {}
    layout.prepare(archive, {"http.port": http, "transport.port": transport, **security, **(settings or {})})
    hand_over(folder)
    if user and password:
        _add_user(layout, layout.environment(java, "64m"), user, password)
    running = Running(kind, folder, f"http://127.0.0.1:{http}", java, heap, user, password)
    running.restart()
    return running


def _add_user(layout: Layout, environment: Mapping[str, str], user: str, password: str) -> None:
    command = as_nobody([layout.command("users"), "useradd", user, "-p", password, "-r", "superuser"])
    done = subprocess.run(
        command, cwd=layout.folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise DidNotStart(f"no user could be added: {done.stdout}{done.stderr}")


def _signal_group(group: int, how: signal.Signals) -> bool:
    """Signal all processes of a group; whether there was any."""
    try:
        os.killpg(group, how)
    except ProcessLookupError:
        return False
    return True


def _parsed(body: bytes) -> Any:
    return orjson.loads(body) if body.startswith((b"{", b"[")) else body.decode(errors="replace")
