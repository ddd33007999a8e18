"""`s1ecs cluster status`: what the database says of workers, leases and consoles."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.work import PostgresWork
from s1ecs.state.postgresql.workers import PostgresWorkers
from s1ecs.state.status import Key
from s1ecs.state.workers import WorkerRow

from .conftest import Commands

WORKER = WorkerRow("0123456789abcdef", "alpha", 4711, "1.2.3", 20, running=1, dispatcher=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[PostgresDatabase]:
    """The database of a state."""
    database = await PostgresDatabase.open(PostgresServer(database_url))
    yield database
    await database.close()


@pytest.fixture
def shared(tmp_path: Path, database_url: str) -> Commands:
    """Commands with a state in that database."""
    commands = Commands(tmp_path)
    commands.environment["S1ECS_STATE"] = database_url
    return commands


async def test_status_for_programs(shared: Commands, database: PostgresDatabase) -> None:
    """Each worker, lease and console is there with its numbers, and what is stuck with the reason."""
    await PostgresWorkers(database).beat(WORKER)
    work = PostgresWork(database)
    await work.want([Key("one", "alert"), Key("one", "threat"), Key("two", "alert")])
    assert await work.claim(10) == ["one", "two"]
    assert await work.begin(Key("one", "alert"), WORKER.id) is not None
    await database.run(
        lambda connection: connection.execute(
            "INSERT INTO leases (console, stream, walk, epoch, holder, holder_name, expires)"
            " VALUES ('one', 'alert', 'live', 7, gen_random_uuid(), 'process 4711 on host alpha', now() + '20 s')"
        )
    )
    await database.run(
        lambda connection: connection.execute(
            "UPDATE work SET next_due = now() - interval '5 min' WHERE console = 'two'"
        )
    )
    status = json.loads(shared.ok("cluster", "status", "--json"))
    [worker] = status["workers"]
    told = {key: worker[key] for key in ("id", "host", "pid", "version", "state", "dispatcher", "concurrency")}
    assert told == {
        "id": WORKER.id,
        "host": "alpha",
        "pid": 4711,
        "version": "1.2.3",
        "state": "live",
        "dispatcher": True,
        "concurrency": 20,
    }
    assert worker["polls_running"] == 1
    [lease] = status["leases"]
    assert (lease["console"], lease["stream"], lease["epoch"], lease["holder"]) == (
        "one",
        "alert",
        7,
        "process 4711 on host alpha",
    )
    assert 0 < lease["expires_in_seconds"] <= 20
    assert {name: lag >= 300 for name, lag in status["lag_seconds"].items()} == {"one": False, "two": True}
    assert (status["queue"]["waiting"], status["queue"]["polling"]) == (2, 1)
    [stuck] = status["stuck"]
    assert (stuck["console"], stuck["stream"]) == ("two", "alert")
    assert "it waits in the queue: 1 polls are running" in stuck["reason"]


async def test_status_for_people(shared: Commands, database: PostgresDatabase) -> None:
    """The first line sums up; tables follow, and none where there is nothing to show."""
    assert shared.ok("cluster", "status") == (
        "0 live workers, 0 polls running, 0 consoles waiting, 0 streams due, 0 stuck\n"
    )
    await PostgresWorkers(database).beat(WORKER)
    shown = shared.ok("cluster", "status").splitlines()
    assert shown[0].startswith("1 live worker, ")
    assert shown[2:4] == ["Workers", shown[3]]
    assert shown[4].split()[:7] == ["alpha", "4711", "live,", "dispatcher", "1", "of", "20"]
    assert "Leases" not in shown


def test_one_machine_has_no_cluster(tmp_path: Path) -> None:
    """Without a shared state the command says in one line what to use."""
    result = Commands(tmp_path).run("cluster", "status")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "use s1ecs status" in result.stderr
