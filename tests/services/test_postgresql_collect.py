"""The command with its state in PostgreSQL: the same documents as with SQLite, each once, whatever happens."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from s1ecs.state.dead_letters import Letter
from s1ecs.state.postgresql.dead_letters import PostgresDeadLetters
from s1ecs.state.postgresql.server import PostgresServer
from servers.postgresql import PASSWORD, PostgresCluster
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.acceptance.patience import PATIENCE, eventually

pytestmark = pytest.mark.xdist_group("postgresql")

ALERTS = 2000
ALERT = "sentinel_one.alert"
# Applications are asked for three times a second.
QUICK = ("activity", "agent", "alert", "group", "threat", "unified_alert")
CommandsFor = Callable[..., Commands]


@pytest.fixture(scope="module")
def console(start_standin: Start) -> str:
    """A console with all streams, whose clock stands still."""
    return start_standin("--agents", "4", "--alerts", str(ALERTS), "--now", MOMENT)


@pytest.fixture
def commands_for(tmp_path: Path, console: str, database: str) -> CommandsFor:
    """Commands of a machine, by its name: it writes files, and shares its state with all other machines."""

    def make(machine: str = "a", **environment: str) -> Commands:
        folder = tmp_path / machine
        folder.mkdir(exist_ok=True)
        commands = Commands(folder, console)
        # On a loaded machine requests that were spaced arrive together.
        commands.environment |= {"S1ECS_STATE": database, "S1ECS_ATTEMPTS": "6"}
        commands.environment["S1ECS_OUTPUTS"] = json.dumps([{"type": "files", "path": str(folder / "documents")}])
        commands.environment |= environment
        return commands

    return make


def delivered(*machines: Commands) -> Counter[tuple[str, str]]:
    """Count the documents in the files of machines, by stream and id."""
    found: Counter[tuple[str, str]] = Counter()
    for machine in machines:
        for path in (machine.folder / "documents").glob("*.ndjson*"):
            for line in path.read_bytes().splitlines():
                document = json.loads(line)
                found[document["data_stream"]["dataset"], document["_id"]] += 1
    return found


def has_delivered(machine: Commands, least: int) -> bool:
    """Tell whether so many documents are in the files of a machine."""
    return sum(delivered(machine).values()) >= least


def test_the_same_documents_as_with_sqlite(commands_for: CommandsFor) -> None:
    """Two machines that share a state deliver what one with SQLite does, each document once."""
    plain = commands_for("sqlite")
    del plain.environment["S1ECS_STATE"]
    plain.ok("collect", *QUICK)
    first, second = commands_for("a"), commands_for("b")
    first.ok("collect", *QUICK)
    second.ok("collect", *QUICK)
    found = delivered(first, second)
    assert found == delivered(plain)
    assert set(found.values()) == {1}
    assert not delivered(second)
    assert not list(first.folder.glob("**/s1ecs.db"))


def test_a_server_that_restarts_while_collecting(
    commands_for: CommandsFor, postgres: PostgresCluster, start_standin: Start
) -> None:
    """Stopped and started, killed and started, while `run` collects: it goes on, and each document is there once."""
    url = start_standin("--agents", "4", "--alerts", "20000", "--now", MOMENT)
    commands = commands_for(S1ECS_URL=url, S1ECS_PAGE_SIZE="100")
    with commands.running("run", "alert", "threat") as process:
        for least, end in ((3000, postgres.stop), (9000, postgres.kill)):
            eventually(partial(has_delivered, commands, least))
            end()
            time.sleep(1)
            postgres.restart()
        eventually(lambda: sum(key[0] == ALERT for key in delivered(commands)) == 20000)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert PASSWORD not in errors
    commands.ok("collect", "alert", "threat")
    found = delivered(commands)
    assert set(found.values()) == {1}
    assert sum(key[0] == ALERT for key in found) == 20000


def test_a_killed_process_is_followed_by_another(commands_for: CommandsFor) -> None:
    """What a killed one had in hand is collected by the next, on another machine, once its leases have expired."""
    first, second = commands_for("a", S1ECS_PAGE_SIZE="100"), commands_for("b")
    with first.running("collect", "alert") as process:
        eventually(lambda: sum(delivered(first).values()) >= 300)
        process.kill()
    taken = second.run("collect", "alert")
    assert taken.returncode == 1
    assert "already collected by process" in taken.stderr
    assert "its lease ends in" in taken.stderr
    eventually(lambda: second.run("collect", "alert").returncode == 0)
    # What the killed one wrote behind its last commit is cut off by the next that writes there.
    found = delivered(second)
    first.ok("collect", "alert")
    found += delivered(first)
    assert set(found.values()) == {1}
    assert len(found) == ALERTS


def test_two_processes_share_the_streams(commands_for: CommandsFor) -> None:
    """While one `run` has a stream, another is refused it by name; with its end the stream is free at once."""
    first, second = commands_for("a"), commands_for("b")
    with first.running("run", "group") as process:
        eventually(lambda: bool(delivered(first)))
        refused = second.run("collect", "group")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert refused.returncode == 1
    assert "group: already collected by process" in refused.stderr
    second.ok("collect", "group")


def test_what_reads_the_state_reads_that_one(commands_for: CommandsFor, console: str) -> None:
    """Status, streams, consoles and dead letters come from the database, on whichever machine they are asked for."""
    collector, other = commands_for("a"), commands_for("b")
    for command in ("streams", "dead-letters"):
        without = other.run(command)
        assert "no state in PostgreSQL 127.0.0.1" in without.stderr, command
    collector.ok("collect", *QUICK)
    [alert] = [row for row in json.loads(other.ok("streams", "--json")) if row["stream"] == "alert"]
    assert (alert["state"], alert["documents"]) == ("ok", ALERTS)
    assert json.loads(other.ok("consoles", "--json"))[0]["address"] == console.removeprefix("http://")
    assert other.ok("dead-letters") == "no dead letters\n"
    assert "ok       default unified_alert     last successful poll" in other.run("status").stdout
    assert other.ok("respond", "history", "--json") == "[]\n"


def test_the_store_is_of_one_machine(commands_for: CommandsFor) -> None:
    """Commands of the store, and the output store, are refused with a sentence; check says the same."""
    commands = commands_for()
    for command in (("query", "SELECT 1"), ("search", "x"), ("export", "alert"), ("tail",), ("show", "x"), ("store",)):
        result = commands.run(*command)
        assert result.returncode == 2, command
        assert "reads the local store" in result.stderr
        assert "the documents are in the outputs" in result.stderr
    with_store = {"S1ECS_OUTPUTS": '[{"type": "store"}]'}
    for command in (("collect",), ("run",), ("check",)):
        result = commands.run(*command, **with_store)
        assert result.returncode in {1, 2}, command
        assert "the output store can't be used with the setting 'state'" in result.stdout + result.stderr


def test_check_tells_what_is_wrong_with_the_server(
    commands_for: CommandsFor, database: str, postgres: PostgresCluster
) -> None:
    """A server that can be used is told with its version; another with the reason, and never with the password."""
    commands = commands_for()
    assert "has no state yet" in commands.run("check").stdout
    commands.ok("collect", "group")
    assert "schema s1ecs" in commands.run("check").stdout
    wrong = {
        "login refused": database.replace(PASSWORD, "a-wrong-password"),
        "no such database": postgres.url("nowhere"),
        "can't be reached": database.replace(str(postgres.port), "9"),
    }
    for reason, url in wrong.items():
        result = commands.run("check", S1ECS_STATE=url)
        assert result.returncode == 1
        assert reason in result.stdout
        assert "a-wrong-password" not in result.stdout + result.stderr
        assert PASSWORD not in result.stdout + result.stderr
    shown = commands.ok("settings")
    assert "postgresql://tester:***@127.0.0.1" in shown
    assert PASSWORD not in shown


def test_dead_letters_are_in_the_state(commands_for: CommandsFor, database: str) -> None:
    """They are listed and retried on any machine."""
    commands_for("a").ok("collect", "group")
    letter = Letter("2026-01-31T12:00:00.000Z", "elsewhere", "default", "default", "group", "a", "no", {"a": 1})
    server = PostgresServer(database)
    with server.connect() as connection:
        PostgresDeadLetters(server).append(connection, [letter])
    other = commands_for("b")
    [row] = json.loads(other.ok("dead-letters", "--json"))
    assert (row["output"], row["id"], row["document"]) == ("elsewhere", "a", {"a": 1})
    retried = other.run("dead-letters", "--retry")
    assert (retried.returncode, retried.stdout) == (1, "group: 0 delivered, 1 unchanged\n")
    assert not (other.folder / "state" / "dead-letters").exists()
