"""Ctrl-C ends what SQLite is at work on, in real processes."""

import signal
import time
from pathlib import Path

from s1ecs.state.sqlite.database import FILE_NAME, connect

from .conftest import Commands
from .patience import PATIENCE, eventually

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def has_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    return any(link.exists() and link.samefile(path) for link in Path(f"/proc/{pid}/fd").iterdir())


def test_a_query_without_end(alone: Commands) -> None:
    """It ends with the exit status of an interrupted command, and says nothing of an error."""
    connect(alone.state / FILE_NAME).close()
    process = alone.start("query", ENDLESS)
    eventually(lambda: has_open(process.pid, alone.state / FILE_NAME))
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (130, "", "")
