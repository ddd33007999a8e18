"""The installed command in real processes, against the stand-in console."""

import atexit
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from servers.free_port import free_port

from .installed import Installer, Unavailable
from .patience import PATIENCE
from .quick_start import LoadedCommand

S1ECS = Path(sys.executable).with_name("s1ecs")
ALERTS = 5000
MOMENT = "2026-01-31T12:00:00Z"

LOADED = LoadedCommand()
atexit.register(LOADED.close)

Start = Callable[..., str]


class Commands:
    """Runs s1ecs with a state folder of its own and no other settings than those given."""

    def __init__(self, folder: Path, url: str = "", program: Path = S1ECS) -> None:
        self.program = program
        self.folder = folder
        self.state = folder / "state"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "S1ECS_STATE_DIR": str(self.state),
            "S1ECS_ATTEMPTS": "2",
            # The stand-in's clock begins at a moment of its own.
            "S1ECS_CLOCK_TOLERANCE": "36500d",
        }
        if url:
            self.environment |= {"S1ECS_URL": url, "S1ECS_TOKEN": "a-token-for-tests"}

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a command; the caller ends it."""
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def running(self, *arguments: str, **environment: str) -> "Iterator[subprocess.Popen[str]]":
        """A command while it runs; killed at the end of the context if it has not ended by then."""
        with self.start(*arguments, **environment) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end; it is loaded already where nothing tells the difference."""
        around = self.environment | environment
        if self.program == S1ECS and LOADED.fits(around):
            return LOADED.run([str(S1ECS), *arguments], self.folder, around, stdin, timeout=PATIENCE)
        with self.start(*arguments, **environment) as process:
            output, errors = process.communicate(stdin, timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def ok(self, *arguments: str, **environment: str) -> str:
        """Run a command that must succeed; what it printed."""
        result = self.run(*arguments, **environment)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows that `s1ecs query` would give, asked of the database itself: a command each takes a second."""
        path = (self.folder / self.environment["S1ECS_STATE_DIR"] / "s1ecs.db").resolve()
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    def count(self) -> int:
        """How many alerts lie in the store."""
        return int(self.query("SELECT count(*) AS n FROM alert")[0]["n"])


@pytest.fixture(scope="session")
def start_standin() -> Iterator[Start]:
    """Starts stand-in consoles and ends them with the session; a call gives the address."""
    processes = []

    def start(*arguments: str) -> str:
        process = subprocess.Popen([S1ECS, "standin", "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        return address

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def standin(start_standin: Start) -> str:
    """The address of a stand-in console with 5,000 alerts."""
    return start_standin("--alerts", str(ALERTS), "--now", MOMENT)


@pytest.fixture
def commands(tmp_path: Path, standin: str) -> Commands:
    """Commands that collect from the stand-in console into a fresh state folder."""
    return Commands(tmp_path, standin)


@pytest.fixture
def alone(tmp_path: Path) -> Commands:
    """Commands without a console."""
    return Commands(tmp_path)


@pytest.fixture
def port() -> int:
    """A port that nobody listens at."""
    return free_port()


@pytest.fixture(scope="session")
def installer(tmp_path_factory: pytest.TempPathFactory) -> Installer:
    """Installs the wheel of this checkout, where the packages that it needs can be had."""
    try:
        return Installer(tmp_path_factory.mktemp("installed"))
    except Unavailable as reason:
        pytest.skip(str(reason))


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The host and port of a server with this handler."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(status: int, page: str) -> Iterator[str]:
    """The address of a server that is no console: it answers every path with this status and web page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer, as a gateway would."""
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with serving(Handler) as address:
        yield f"http://{address}"
