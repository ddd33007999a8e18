"""A PostgreSQL server that runs: Debian's or whichever is installed, on a free port of 127.0.0.1."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from servers.account import as_nobody, hand_over
from servers.free_port import free_port
from servers.process import SECONDS_TO_STOP, DidNotStart, launch, wait_until
from servers.unavailable import Unavailable

USER, PASSWORD = "tester", "a-password-for-tests"
_SECONDS_TO_START = 60


@dataclass
class PostgresCluster:
    """One server, with its data in `folder`; its user must log in with a password."""

    folder: Path
    programs: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """Return the folder of its data."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Return the path of what it said."""
        return self.folder / "said.log"

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database, and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def stop(self) -> None:
        """End it as a restart does: sessions are cut off, what was committed is on the disk."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a crash does; it recovers at the next start."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Start it, after it was stopped or killed, with the same port and data; return when it answers."""
        own = [option for name, value in self.settings.items() for option in ("-c", f"{name}={value}")]
        place = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.folder)]
        command = as_nobody([str(self.programs / "postgres"), *place, *own])
        self.process = launch(command, self.folder, self.log)
        try:
            wait_until(self._answers, "postgres", self.process, self.log, _SECONDS_TO_START)
        except BaseException:
            self.kill()
            raise

    def initialise(self) -> None:
        """Prepare its empty folder of data."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        hand_over(self.folder)
        more = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--auth=scram-sha-256"]
        command = [str(self.programs / "initdb"), "-D", str(self.data), "-U", USER, f"--pwfile={secret}", *more]
        done = subprocess.run(
            as_nobody(command), cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise DidNotStart(f"initdb failed: {done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        with suppress(psycopg.Error):
            psycopg.connect(self.url(), connect_timeout=2).close()
            return True
        return False

    def _end(self, with_signal: signal.Signals) -> None:
        if self.process is None:
            return
        # setpriv became the server: the process id is that of the server itself.
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, with_signal)
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(SECONDS_TO_STOP)
        self.process = None


def start_postgres(folder: Path, **settings: str) -> PostgresCluster:
    """Start a new server in an empty folder; raise Unavailable where PostgreSQL is not installed."""
    server = PostgresCluster(folder, _programs(), free_port(), settings)
    server.initialise()
    server.restart()
    return server


def _programs() -> Path:
    """Find the folder of `postgres` and `initdb`: the newest of Debian's, or the one that pg_config or PATH names."""
    debian = Path("/usr/lib/postgresql")
    found = sorted(debian.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if (config := shutil.which("pg_config")) is not None:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, timeout=30, check=False).stdout
        found.append(Path(told.strip()))
    if (postgres := shutil.which("postgres")) is not None:
        found.append(Path(postgres).resolve().parent)
    for folder in found:
        if all((folder / name).is_file() for name in ("postgres", "initdb")):
            return folder
    raise Unavailable("PostgreSQL is not installed here: no postgres and initdb in /usr/lib/postgresql or PATH")
