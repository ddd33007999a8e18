"""The stand-in console as a process."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime

import pytest

from s1ecs.standin.server import serve

_SERVE = """
from datetime import UTC, datetime
from s1ecs.standin.server import serve
serve(host="127.0.0.1", port=0, agents=30, alerts=20, seed=1, now=datetime(2026, 1, 31, tzinfo=UTC), rate=None)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal(number: signal.Signals) -> None:
    """The first line is an address that answers; a signal ends it with status 0 and not a word more."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/_standin/counts") as answer:  # noqa: S310 - our own server
            answered = json.loads(answer.read())
            (date,) = answer.headers.get_all("Date")
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (0, "", "")
    assert answered["alert"] == 20
    assert date.startswith("Sat, 31 Jan 2026 00:0")


def test_early_signal() -> None:
    """A signal right after the address was printed ends it as cleanly."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (0, "", "")


def test_port_taken() -> None:
    """A port that is taken is an OSError, for the caller to tell."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(
            host="127.0.0.1",
            port=taken.getsockname()[1],
            alerts=1,
            seed=1,
            now=datetime(2026, 1, 31, tzinfo=UTC),
            rate=None,
        )
