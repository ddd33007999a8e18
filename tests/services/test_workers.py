"""`s1ecs worker`: several of them share consoles, whatever happens to one of them."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from servers.free_port import free_port
from tests.acceptance.conftest import Commands, Start
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)

pytestmark = [pytest.mark.xdist_group("postgresql"), pytest.mark.timeout(240, func_only=True)]

CONSOLES = 4
STREAMS = ("activity", "agent", "alert", "group", "threat", "threat_event", "unified_alert")


class Workers:
    """Workers that share consoles and a state, each with files of its own."""

    def __init__(self, folder: Path, console: str, database: str) -> None:
        self.folder = folder
        self.database = database
        self.settings = {
            "state": database,
            "interval": "3s",
            "initial_interval": "7d",
            "clock_tolerance": "36500d",
            "attempts": 6,
            "streams": list(STREAMS),
            "consoles": [
                {
                    "name": f"console-{each}",
                    "url": console,
                    "token": f"token-{each}-for-tests",
                    "namespace": f"console_{each}",
                }
                for each in range(CONSOLES)
            ],
        }
        self.stack = ExitStack()

    def commands(self, name: str, **more: object) -> Commands:
        """Return the commands of a machine."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        outputs = [{"type": "files", "path": str(folder / "documents")}]
        (folder / "s1ecs.yaml").write_text(json.dumps({"outputs": outputs, **self.settings, **more}))
        made = Commands(folder)
        del made.environment["S1ECS_STATE_DIR"], made.environment["S1ECS_ATTEMPTS"]
        del made.environment["S1ECS_CLOCK_TOLERANCE"]
        return made

    def start(self, name: str, *arguments: str, **more: object) -> "subprocess.Popen[str]":
        """Start a worker; its log is in a file."""
        commands = self.commands(name, **more)
        log = self.stack.enter_context((commands.folder / "log").open("a"))
        process = subprocess.Popen(
            [commands.program, "worker", "--concurrency", "3", *arguments],
            cwd=commands.folder,
            env=commands.environment,
            stdin=subprocess.DEVNULL,
            stderr=log,
            text=True,
        )
        self.stack.callback(self._end, process)
        return process

    def log(self, name: str) -> str:
        """Return what a worker logged."""
        return (self.folder / name / "log").read_text()

    def rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        """Ask the state."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("SET search_path = s1ecs")
            return connection.execute(query.encode(), values or None).fetchall()

    def epochs(self) -> dict[str, int]:
        """Return the epochs of all leases."""
        rows = self.rows("SELECT console || ' ' || stream || ' ' || walk, epoch FROM leases")
        return {str(name): int(str(epoch)) for name, epoch in rows}

    def delivered(self) -> Counter[tuple[str, str, str]]:
        """Count the documents in the files of all workers, by namespace, stream and id."""
        found: Counter[tuple[str, str, str]] = Counter()
        for path in self.folder.glob("*/documents/*.ndjson*"):
            for line in path.read_bytes().splitlines():
                document = json.loads(line)
                stream = document["data_stream"]
                found[stream["namespace"], stream["dataset"], document["_id"]] += 1
        return found

    def _end(self, process: "subprocess.Popen[str]") -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait(30)


@pytest.fixture
def workers(tmp_path: Path, start_standin: Start, database: str) -> Iterator[Workers]:
    """Workers of a console in which something happens all the time."""
    console = start_standin("--agents", "10", "--growth", "600")
    made = Workers(tmp_path, console, database)
    with made.stack:
        yield made


def until(holds: Callable[[], bool], seconds: float = 60) -> float:
    """Wait until something holds; return the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds, "it does not hold in time"
        time.sleep(0.2)
    return time.monotonic() - began


def polled_since(workers: Workers, moment: str) -> bool:
    """Tell whether every stream of every console was polled since."""
    rows = workers.rows("SELECT count(*) FROM work WHERE ended > %s::timestamptz AND failures = 0", moment)
    return rows == [(CONSOLES * len(STREAMS),)]


def now(workers: Workers) -> str:
    """Return the time of the server."""
    return str(workers.rows("SELECT clock_timestamp()")[0][0])


@contextmanager
def watched_leases(workers: Workers) -> Iterator[None]:
    """Let epochs of leases only grow."""
    before = workers.epochs()
    yield
    after = workers.epochs()
    assert all(after[key] >= epoch for key, epoch in before.items())


def test_workers_share_the_consoles(workers: Workers) -> None:
    """Two workers poll all streams of all consoles, each does a part, and nothing is doubled; both end when told."""
    one, two = workers.start("one"), workers.start("two")
    until(lambda: "workers" in str(workers.rows("SELECT to_regclass('workers')")))
    until(lambda: workers.rows("SELECT count(*) FROM workers") == [(2,)])
    for _ in range(3):
        moment = now(workers)
        until(partial(polled_since, workers, moment))
    done = workers.commands("three").ok("worker", "--drain")
    assert done == "2 workers asked to end; each finishes its current pages first\n"
    assert (one.wait(30), two.wait(30)) == (0, 0)
    assert "up to date" in workers.log("one")
    assert "up to date" in workers.log("two")
    assert workers.rows("SELECT count(*) FROM workers") == [(0,)]
    assert workers.rows("SELECT count(*) FROM leases WHERE holder IS NOT NULL") == [(0,)]
    assert workers.rows("SELECT count(*) FROM work WHERE unsettled <> '{}'") == [(0,)]
    assert set(workers.delivered().values()) == {1}
    assert workers.commands("three").ok("worker", "--drain") == "no worker is running\n"


def test_what_a_killed_worker_polled_is_polled_by_another_within_a_minute(workers: Workers) -> None:
    """Every stream of every console is polled again within 60 seconds after its worker, the dispatcher, was killed."""
    one = workers.start("one")
    until(lambda: "started" in workers.log("one"))
    workers.start("two")
    until(lambda: "started" in workers.log("two"))
    moment = now(workers)
    until(lambda: polled_since(workers, moment))
    with watched_leases(workers):
        one.kill()
        moment = now(workers)
        assert until(lambda: polled_since(workers, moment), 60) < 60


def test_a_paused_worker_changes_nothing_when_it_wakes(workers: Workers) -> None:
    """A worker that was stopped for longer than its leases live finds them taken, ends its polls and works on."""
    one, two = workers.start("one"), workers.start("two")
    until(lambda: (workers.folder / "two" / "log").exists() and "started" in workers.log("two"))
    moment = now(workers)
    until(lambda: polled_since(workers, moment))
    os.kill(one.pid, signal.SIGSTOP)
    try:
        moment = now(workers)
        assert until(lambda: polled_since(workers, moment), 60) < 60
    finally:
        os.kill(one.pid, signal.SIGCONT)
    moment = now(workers)
    with watched_leases(workers):
        until(lambda: polled_since(workers, moment), 60)
        until(lambda: workers.rows("SELECT count(*) FROM workers WHERE beat > now() - interval '10 s'") == [(2,)])
    for process in (one, two):
        process.terminate()
    assert (one.wait(30), two.wait(30)) == (0, 0)
    assert set(workers.delivered().values()) == {1}
    assert "bug" not in workers.log("one") + workers.log("two")


def test_health_and_metrics_of_a_worker(workers: Workers) -> None:
    """A worker serves its health, and its metrics by console."""
    port = free_port()
    workers.start("one", metrics_port=port)
    until(lambda: (workers.folder / "one" / "log").exists() and "up to date" in workers.log("one"))
    with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.read().startswith(b"ok")
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b'console="console-0"' in answer.read()


def test_a_worker_needs_a_state_that_others_can_share(tmp_path: Path) -> None:
    """Without the setting `state`, or with the local store, the error names what to change."""
    alone = Commands(tmp_path, "https://console.example")
    for arguments in (["worker"], ["worker", "--drain"]):
        result = alone.run(*arguments)
        assert result.returncode == 2
        assert "the setting 'state' is not set" in result.stderr
    result = alone.run("worker", S1ECS_STATE="postgresql://nobody@127.0.0.1:1/none")
    assert result.returncode == 2
    assert "the output store can't be used" in result.stderr
