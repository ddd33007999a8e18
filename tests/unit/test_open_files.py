"""The limit of open files: shared among consoles, and told apart from other trouble."""

import errno
import os
import resource
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from s1ecs.errors import OutputError, SettingsError, StateError, UsageError
from s1ecs.open_files import ENOUGH_CONNECTIONS, MOST_CONNECTIONS, at_limit, connections_each, needed, raise_limit
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.sentinelone.network_errors import why_no_answer
from s1ecs.sentinelone.transport import Connection, Trust
from s1ecs.settings.secrets import token_from_command, token_from_file
from s1ecs.state.dead_letters import Letter
from s1ecs.state.sqlite.database import connect, connect_for_reading
from s1ecs.trace.rotating_file import TraceFile
from tests.unit.outputs.folder import Folder

REACHED = r"the limit of open files is reached \((\d+) of \1 are open\): raise it"


@contextmanager
def none_left() -> Iterator[None]:
    """Open files until no further one can be opened."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 2, before[1]))
        with suppress(OSError):
            while True:
                stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        yield


@pytest.mark.parametrize(
    ("most", "consoles"), [(256, 60), (1024, 200), (1024, 900), (65_536, 200), (65_536, 1), (300, 1)]
)
def test_what_is_shared_out_fits(most: int, consoles: int) -> None:
    """All connections of all consoles fit below the limit, and each console has one at least."""
    each = connections_each(most, consoles, 1)
    assert 1 <= each <= MOST_CONNECTIONS
    assert needed(each * consoles, 1) <= most


@pytest.mark.parametrize(("most", "consoles"), [(150, 60), (20, 1), (1024, 1000)])
def test_too_few_is_none(most: int, consoles: int) -> None:
    """Where not every console can have a connection none is shared out; with what is said to be needed each has one."""
    assert connections_each(most, consoles, 2) == 0
    assert connections_each(needed(consoles, 2), consoles, 2) == 1
    assert connections_each(needed(ENOUGH_CONNECTIONS * consoles, 2), consoles, 2) == ENOUGH_CONNECTIONS


def test_the_soft_limit_rises() -> None:
    """The soft limit becomes the hard one; the hard one stays."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
        raise_limit()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (soft, hard) == (min(before[1], 65_536), before[1])


def test_other_trouble_is_not_the_limit() -> None:
    """An error that says something else, or hides what it was while files can be opened, is not blamed on the limit."""
    hidden = [socket.gaierror(-3, "try again"), ssl.SSLError(24, "no"), sqlite3.OperationalError("no")]
    assert [at_limit(each) for each in (OSError(errno.EACCES, "no"), *hidden, None)] == [None] * 5
    assert "fs.file-max" in (at_limit(OSError(errno.ENFILE, "no")) or "")


@pytest.mark.parametrize(
    "cause", [OSError(errno.EMFILE, "no"), socket.gaierror(-3, "try again"), ssl.SSLCertVerificationError(1, "no")]
)
def test_no_connection_for_want_of_descriptors(cause: OSError) -> None:
    """A connection, a look-up or a certificate that fails at the limit names it, neither network nor certificate."""

    async def token() -> str:
        return "token"

    error = httpx2.ConnectError("All connection attempts failed")
    error.__cause__ = ExceptionGroup("all", [cause])
    with none_left():
        told = why_no_answer(error, Connection("one", "https://console.example", token))
    assert told.startswith("no connection to console.example: the limit of open files is reached (")
    assert "firewall" not in told


async def test_every_place_that_opens_files_names_the_limit(tmp_path: Path) -> None:
    """State, files output, dead letters, trace, tokens and certificates say what the limit is and how it is raised."""

    async def token() -> str:
        return "token"

    secret = tmp_path / "token"
    secret.write_text("token")
    letter = Letter("2026-01-31T12:00:00Z", "out", "one", "default", "alert", "1", "no", {})
    files = Folder(tmp_path).output()
    database = sqlite3.connect(":memory:")
    connection = Connection("one", "https://console.example", token, ca_file=str(secret))
    connect(tmp_path / "state.db").close()
    with none_left():
        for error, work in (
            (StateError, lambda: connect(tmp_path / "state.db")),
            (StateError, lambda: connect_for_reading(tmp_path / "state.db")),
            (StateError, lambda: DeadLetterFiles(tmp_path).append(None, [letter])),
            (OutputError, lambda: files.open(database)),
            (UsageError, TraceFile(tmp_path / "trace").open),
            (SettingsError, lambda: token_from_file(secret)),
            (SettingsError, lambda: Trust().context(connection)),
        ):
            with pytest.raises(error, match=REACHED):
                work()
        with pytest.raises(SettingsError, match=REACHED):
            await token_from_command("true")
