"""Ctrl-C ends what SQLite is at work on, in real processes."""

import signal
import time

from s1ecs.state.sqlite.database import FILE_NAME, connect

from .conftest import Commands

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_query_without_end(alone: Commands) -> None:
    """It ends in time with the exit status of an interrupted command, and says nothing of an error."""
    connect(alone.state / FILE_NAME).close()
    process = alone.start("query", ENDLESS)
    time.sleep(2)
    assert process.poll() is None
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert (process.returncode, output, errors) == (130, "", "")
