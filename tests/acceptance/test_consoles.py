"""Consoles that are renamed, moved or exchanged: whose state collecting goes on with."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import MOMENT, Commands, Start

ACCOUNT = "account-1000000000000000001"
OTHER = "account-1000000000000000002"


@pytest.fixture(scope="module")
def small(start_standin: Start) -> str:
    """A small console."""
    return start_standin("--agents", "6", "--now", MOMENT)


@pytest.fixture(scope="module")
def twin(start_standin: Start) -> str:
    """A console with the same records and the same account at another address."""
    return start_standin("--agents", "6", "--now", MOMENT)


class Named(Commands):
    """Commands with a settings file of named consoles."""

    def settings(self, *consoles: dict[str, Any], **more: Any) -> None:
        """Write the settings."""
        content = {"consoles": [{"token": ACCOUNT, **console} for console in consoles], **more}
        (self.folder / "s1ecs.yaml").write_text(json.dumps(content))

    def by_console(self) -> dict[str, int]:
        """How many documents of groups and alerts the store has of each console."""
        rows = self.query("SELECT console, count(*) AS n FROM documents GROUP BY 1")
        return {row["console"]: row["n"] for row in rows}


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """Commands without a console yet, which collect groups, alerts and agents."""
    made = Named(tmp_path)
    made.environment["S1ECS_STREAMS"] = "group,alert,agent"
    return made


@pytest.mark.parametrize("token", [ACCOUNT, "tenant"])
def test_a_renamed_console_keeps_its_state(named: Named, small: str, token: str) -> None:
    """After a rename nothing comes a second time, whether the console tells its account or only its address is known.

    Documents of the store, dead letters and every row of the state have the new name.
    """
    outputs = [{"type": "store"}, {"type": "files", "path": str(named.folder / "out"), "max_age": "1s"}]
    named.settings({"name": "old", "url": small, "token": token}, outputs=outputs)
    named.ok("collect")
    before = named.by_console()
    letter = {"time": MOMENT, "output": "x", "console": "old", "namespace": "default", "stream": "agent", "id": "1"}
    (named.state / "dead-letters").mkdir()
    (named.state / "dead-letters" / "agent.ndjson").write_text(
        json.dumps({**letter, "reason": "no", "document": {}, "about": {"thing": "t", "version": 1}}) + "\n"
    )
    named.settings({"name": "new", "url": small, "token": token}, outputs=outputs)
    assert "previously named old" in named.run("check").stdout
    collected = named.run("collect")
    assert collected.returncode == 0, collected.stderr
    assert "the console was known as old; its state continues under the new name" in collected.stderr
    assert named.by_console() == {"new": before["old"]}
    lines = [line for path in (named.folder / "out").glob("*.ndjson*") for line in path.read_text().splitlines()]
    assert len(lines) == before["old"]
    rows = json.loads(named.ok("streams", "--json"))
    assert sum(row["documents"] for row in rows) == before["old"]
    [moved] = [json.loads(line) for line in (named.state / "dead-letters" / "agent.ndjson").read_text().splitlines()]
    assert (moved["console"], moved["about"]["console"]) == ("new", "old")
    with closing(sqlite3.connect(named.state / "s1ecs.db")) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if "console" in [row[1] for row in database.execute(f"PRAGMA table_info({table})")]:
                assert not database.execute(f"SELECT * FROM {table} WHERE console = 'old'").fetchall(), table  # noqa: S608


def test_what_a_kill_left_under_the_old_name_moves_at_the_next_start(named: Named, small: str) -> None:
    """A process that was killed while documents moved is gone on with: nothing is lost, nothing comes twice."""
    named.settings({"name": "old", "url": small})
    named.ok("collect")
    before = named.by_console()["old"]
    named.settings({"name": "new", "url": small})
    named.ok("collect")
    with closing(sqlite3.connect(named.state / "s1ecs.db")) as database, database:
        database.execute("UPDATE documents SET console = 'old' WHERE rowid % 2")
        database.execute("UPDATE consoles SET moving = 'old'")
    assert len(named.by_console()) == 2
    named.ok("collect")
    assert named.by_console() == {"new": before}


def test_another_console_behind_a_name_is_asked_about(named: Named, small: str) -> None:
    """Nothing is collected from it, and every command says what to do, until the user has said what is meant."""
    named.settings({"name": "prod", "url": small})
    named.ok("collect")
    before = named.by_console()
    named.settings({"name": "prod", "url": small, "token": OTHER})
    for arguments in (("collect",), ("backfill", "alert", "--from", "2026-01-30", "--to", "2026-01-31")):
        refused = named.run(*arguments)
        assert refused.returncode == 1
        assert "s1ecs consoles --accept prod" in refused.stderr
        assert refused.stderr.count("\n") <= 4
    assert "s1ecs consoles --accept prod" in named.run("check").stdout
    assert "s1ecs consoles --accept prod" in named.run("status", "--json").stdout
    assert named.by_console() == before
    named.ok("consoles", "--accept", "prod")
    named.ok("collect")
    [row] = json.loads(named.ok("consoles", "--json"))
    assert row["ids"] == [OTHER.replace("-", ":")]
    named.ok("collect")


def test_a_console_at_another_address_goes_on(named: Named, small: str, twin: str) -> None:
    """Where its account says that it is the same, a new address is only noted; where nothing does, it is asked."""
    named.settings({"name": "prod", "url": small})
    named.ok("collect")
    before = named.by_console()
    named.settings({"name": "prod", "url": twin})
    assert "the console is now at" in named.run("collect").stderr
    assert named.by_console() == before
    named.settings({"name": "prod", "url": small, "token": "tenant"})
    refused = named.run("collect")
    assert refused.returncode == 1
    assert "s1ecs consoles --accept prod" in refused.stderr


def test_two_entries_of_one_console(named: Named, small: str) -> None:
    """Entries of one console beside each other keep a state each; one that is renamed keeps its own."""
    named.settings({"name": "a", "url": small}, {"name": "b", "url": small, "streams": ["group"]})
    named.ok("collect")
    named.ok("collect")
    before = named.by_console()
    assert before.keys() == {"a", "b"}
    named.settings({"name": "a", "url": small}, {"name": "c", "url": small, "streams": ["group"]})
    named.ok("collect")
    assert named.by_console() == {"a": before["a"], "c": before["b"]}


def test_unclear_renames_are_asked_about(named: Named, small: str) -> None:
    """Where two names left the settings it is the user who says which one a new name goes on from."""
    named.settings({"name": "a", "url": small}, {"name": "b", "url": small, "streams": ["group"]})
    named.ok("collect")
    before = named.by_console()
    named.settings({"name": "c", "url": small})
    assert "s1ecs consoles --rename" in named.run("collect").stderr
    assert named.by_console() == before
    assert named.run("consoles", "--rename", "nobody", "c").returncode == 2
    named.ok("consoles", "--rename", "a", "c")
    named.ok("collect")
    assert named.by_console() == {"c": before["a"], "b": before["b"]}


def test_a_state_from_before_is_learned_without_a_question(named: Named, small: str) -> None:
    """A state that knows no console yet goes on, and knows it from then on."""
    named.settings({"name": "prod", "url": small})
    named.ok("collect")
    with closing(sqlite3.connect(named.state / "s1ecs.db")) as database, database:
        database.execute("DELETE FROM consoles")
    before = named.by_console()
    named.ok("collect")
    assert named.by_console() == before
    [row] = json.loads(named.ok("consoles", "--json"))
    assert row["ids"] == [ACCOUNT.replace("-", ":")]


def test_actions_know_a_renamed_console_and_refuse_another(named: Named, small: str, twin: str) -> None:
    """An action under the new name keeps the history; behind an address that is not the state's none is sent."""
    acting = {"action_token": "actor"}
    named.settings({"name": "old", "url": small, "token": "actor", **acting})
    named.ok("collect")
    [host] = named.query("SELECT document ->> '$.host.name' AS name FROM agent LIMIT 1")
    arguments = ("respond", "scan", host["name"], "--yes", "--json", "--no-wait")
    named.run(*arguments)
    named.settings({"name": "new", "url": small, "token": "actor", **acting})
    named.run(*arguments)
    history = json.loads(named.ok("respond", "history", "--json"))
    assert {row["console"] for row in history} == {"new"}
    named.settings({"name": "new", "url": twin, "token": OTHER, "action_token": "admin"})
    with closing(sqlite3.connect(named.state / "s1ecs.db")) as database, database:
        database.execute("""UPDATE consoles SET ids = '["account:5"]'""")
    refused = named.run(*arguments)
    assert refused.returncode == 1
    assert "consoles --accept new" in json.loads(refused.stdout)["reason"]
