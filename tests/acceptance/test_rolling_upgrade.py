"""Workers of two versions on one state: the newer one migrates it, and both go on."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from .conftest import MOMENT, Commands, Start
from .patience import PATIENCE, eventually

# A version of s1ecs that has one more migration, which adds to tables that workers use.
NEWER = """\
#!{python}
import s1ecs
from s1ecs.state.postgresql import migrations

ADDED = (
    "ALTER TABLE work ADD COLUMN of_a_newer_version text NOT NULL DEFAULT 'nothing'",
    "ALTER TABLE checkpoints ADD COLUMN of_a_newer_version bigint",
    "CREATE TABLE of_a_newer_version (name text PRIMARY KEY)",
)
before = migrations.MIGRATIONS
migrations.MIGRATIONS = (*before, type(before[0])("of a newer version", ADDED, adds_only={adds_only}))
s1ecs.__version__ = "99.0.0"
from s1ecs.cli import main

main()
"""


class Upgrade:
    """Commands of this version and of a newer one, on the same state, output and settings."""

    def __init__(self, folder: Path, url: str) -> None:
        self.now = Commands(folder)
        self.now.environment |= {
            "S1ECS_STATE": url,
            "S1ECS_OUTPUTS": json.dumps([{"type": "files", "path": str(folder / "out")}]),
            "S1ECS_STREAMS": "group,agent,alert",
            "S1ECS_INTERVAL": "2s",
            "S1ECS_INITIAL_INTERVAL": "3650d",
        }
        (folder / "token").write_text("a-token-for-tests")

    def newer(self, *, adds_only: bool = True) -> Commands:
        """Commands of the newer version."""
        program = self.now.folder / "newer"
        program.write_text(NEWER.format(python=sys.executable, adds_only=adds_only))
        program.chmod(0o755)
        commands = Commands(self.now.folder, program=program)
        commands.environment = self.now.environment
        return commands

    def workers(self) -> dict[str, dict[str, Any]]:
        """The live workers by version."""
        found = json.loads(self.now.ok("cluster", "status", "--json"))["workers"]
        return {each["version"]: each for each in found if each["state"] == "live"}

    def documents(self) -> Counter[str]:
        """How often each document is in the files."""
        files = (self.now.folder / "out").glob("*.ndjson*")
        return Counter(json.loads(line)["_id"] for path in files for line in path.read_text().splitlines())


@pytest.fixture
def upgrade(tmp_path: Path, database_url: str) -> Upgrade:
    """A state in PostgreSQL without a console."""
    return Upgrade(tmp_path, database_url)


def polled(database_url: str) -> int:
    """Number of polls that ended since the last question."""
    with psycopg.connect(database_url) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM s1ecs.work WHERE ended > now() - interval '6 s'"
        ).fetchall()
    return int(count)


def test_old_and_new_workers_work_together(upgrade: Upgrade, start_standin: Start, database_url: str) -> None:
    """While a newer worker has migrated the state, the older one polls on, and no document comes twice."""
    consoles = [
        start_standin("--agents", "4", "--alerts", "30", "--seed", str(seed), "--now", MOMENT) for seed in (1, 2)
    ]
    for number, url in enumerate(consoles):
        upgrade.now.ok("consoles", "add", f"c{number}", "--url", url, "--token-file", "token")
    with upgrade.now.running("worker") as old:
        eventually(lambda: polled(database_url) == 6)
        with upgrade.newer().running("worker") as new:
            eventually(lambda: len(upgrade.workers()) == 2)
            assert "99.0.0" in upgrade.workers()
            eventually(lambda: polled(database_url) == 6)
            assert (old.poll(), new.poll()) == (None, None)
            upgrade.now.ok("consoles", "pause", "c0")
            upgrade.newer().ok("consoles", "resume", "c0")
            old.terminate()
            assert old.wait(PATIENCE) == 0
            upgrade.now.ok("consoles", "add", "c2", "--url", start_standin("--seed", "3"), "--token-file", "token")
            eventually(lambda: polled(database_url) == 9)
            new.terminate()
            assert new.wait(PATIENCE) == 0
    documents = upgrade.documents()
    assert len(documents) > 60
    assert [identity for identity, count in documents.items() if count > 1] == []


def test_an_old_worker_does_not_start_on_a_state_that_it_cannot_use(upgrade: Upgrade) -> None:
    """Where the newer version changed what the older one relies on, that one says so in one line and ends."""
    upgrade.newer(adds_only=False).ok("consoles", "add", "one", "--url", "one.example", "--token-file", "token")
    refused = upgrade.now.run("worker")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "was migrated by a newer s1ecs" in refused.stderr
