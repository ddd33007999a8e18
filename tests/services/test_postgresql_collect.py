"""The command with its state in PostgreSQL: the same documents as with SQLite, each once, whatever happens."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import MOMENT, Commands, Start
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)

pytestmark = pytest.mark.xdist_group("postgresql")

ALERTS = 2000
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
