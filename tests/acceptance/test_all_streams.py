"""Every stream of a console of 60 agents, with the real process."""

import json
import urllib.request
from pathlib import Path

import pytest

from .conftest import MOMENT, Commands, Start

# Their applications take a call each, three a second.
AGENTS = 60


@pytest.fixture(scope="module")
def organisation(start_standin: Start) -> str:
    """The address of a stand-in console of 60 agents."""
    return start_standin("--agents", str(AGENTS), "--now", MOMENT)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, organisation: str) -> Commands:
    """Commands whose state holds one whole collection of that console."""
    commands = Commands(tmp_path_factory.mktemp("all"), organisation)
    # On a busy machine calls come in bunches, and the stand-in refuses some of a bunch.
    commands.environment["S1ECS_ATTEMPTS"] = "5"
    commands.ok("collect")
    return commands


def held(address: str) -> dict[str, int]:
    """How many records of each stream the console holds, by its own count."""
    with urllib.request.urlopen(f"{address}/_standin/counts") as answer:  # noqa: S310 - our own server on loopback
        counts: dict[str, int] = json.load(answer)
        return counts


def stored(commands: Commands) -> dict[str, int]:
    """How many documents of each stream lie in the store."""
    return {row["stream"]: row["n"] for row in commands.query("SELECT stream, count(*) n FROM documents GROUP BY 1")}


def test_every_record_of_every_stream_arrives_once(collected: Commands, organisation: str) -> None:
    """One run brings exactly what the console holds, in all nine streams; a second run brings none twice."""
    assert len(held(organisation)) == 9
    assert stored(collected) == held(organisation)
    collected.ok("collect", "--full")
    assert stored(collected) == held(organisation)


def test_everything_was_mapped(collected: Commands) -> None:
    """No record of the console is a pipeline_error."""
    kinds = collected.query("SELECT DISTINCT json_extract(document, '$.event.kind') AS kind FROM documents")
    assert {row["kind"] for row in kinds} == {"alert", "event", "state"}


def test_streams_tells_how_they_fare(collected: Commands, organisation: str) -> None:
    """`s1ecs streams` shows every stream as ok, with its documents."""
    rows = json.loads(collected.ok("streams", "--json"))
    assert {row["stream"]: row["documents"] for row in rows} == held(organisation)
    assert {row["state"] for row in rows} == {"ok"}


def test_latest_views_hold_each_thing_once(collected: Commands, organisation: str) -> None:
    """The latest views of the inventories hold every thing, and nothing is gone."""
    counts = held(organisation)
    for stream in ("agent", "group", "application", "application_risk"):
        sql = f"SELECT count(*) AS n, sum(gone) AS gone FROM {stream}_latest"  # noqa: S608 - our own names
        [row] = collected.query(sql)
        assert row == {"n": counts[stream], "gone": 0}


def test_what_a_smaller_console_lacks_is_gone(tmp_path: Path, start_standin: Start) -> None:
    """After a walk of a console that lost hosts, their risks are gone and the others are not."""
    commands = Commands(tmp_path, start_standin("--agents", "12", "--now", MOMENT))
    commands.ok("collect", "application_risk")
    smaller = start_standin("--agents", "9", "--now", MOMENT)
    commands.environment["S1ECS_URL"] = smaller
    commands.ok("collect", "application_risk", "--full")
    rows = commands.query("SELECT gone, count(*) AS n FROM application_risk_latest GROUP BY gone ORDER BY gone")
    assert [row["gone"] for row in rows] == [0, 1]
    assert rows[0]["n"] == held(smaller)["application_risk"]


def test_backfill_brings_what_a_short_first_poll_left_out(tmp_path: Path, organisation: str) -> None:
    """A backfill of the day adds exactly the missing records; the same command again does nothing."""
    commands = Commands(tmp_path, organisation)
    names = ("activity", "alert", "threat", "threat_event", "unified_alert")
    commands.ok("collect", *names, S1ECS_INITIAL_INTERVAL="4h")
    counts = {name: held(organisation)[name] for name in names}
    before = stored(commands)
    assert all(before[name] < counts[name] for name in names)
    period = ("--from", "2026-01-30T11:00:00Z", "--to", MOMENT)
    commands.ok("backfill", *names, *period)
    assert stored(commands) == counts
    again = commands.run("backfill", *names, *period)
    assert again.returncode == 0
    assert again.stderr.count("this period is already complete") == len(names)


def test_backfill_of_an_inventory_is_refused(tmp_path: Path, organisation: str) -> None:
    """What has no past to ask for is a wrong use, and the message says which streams have one."""
    result = Commands(tmp_path, organisation).run("backfill", "application", "--from", "2026-01-01", "--to", MOMENT)
    assert result.returncode == 2
    assert "application cannot be read by time" in result.stderr


def test_secrets_that_let_others_in_stay_out(collected: Commands, organisation: str, tmp_path: Path) -> None:
    """By default no registration token and no licence key leaves the process, not even in event.original."""
    rows = collected.query("SELECT count(*) AS n FROM documents WHERE document LIKE '%registration_token%'")
    assert rows == [{"n": 0}]
    commands = Commands(tmp_path, organisation)
    commands.environment |= {"S1ECS_PRESERVE_ORIGINAL_EVENT": "true"}
    commands.ok("collect", "group", "agent")
    [row] = commands.query(
        "SELECT count(*) AS n, sum(document LIKE '%registrationToken%') AS token, sum(document LIKE '%licenseKey%')"
        " AS key, sum(document LIKE '%\\\"creatorId%') AS original FROM documents"
    )
    assert row["n"] == held(organisation)["agent"] + held(organisation)["group"]
    assert (row["token"], row["key"]) == (0, 0)
    assert row["original"] > 0
    commands.environment |= {"S1ECS_REDACT": "", "S1ECS_STATE_DIR": str(tmp_path / "other")}
    commands.ok("collect", "group", S1ECS_REDACT="[]")
    [row] = commands.query("SELECT count(*) AS n FROM documents WHERE document LIKE '%registration_token%'")
    assert row["n"] > 0
