"""Frequent questions read what they need, and neither all documents nor all latest states of an inventory's rows."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from s1ecs.commands.querying.functions import TimeFunctions
from s1ecs.commands.querying.saved import values_for
from s1ecs.commands.querying.shipped import SHIPPED
from s1ecs.state.sqlite.database import connect_for_reading

from .made_documents import store

_SAVED = {saved.name: saved for saved in SHIPPED}
_NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def plan(path: Path, question: str, values: Mapping[str, str | int | float]) -> list[str]:
    """The steps by which SQLite answers a question."""
    with closing(connect_for_reading(path)) as connection:
        TimeFunctions(_NOW).add_to(connection)
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}", values)]


def saved_plan(path: Path, name: str, **values: str) -> list[str]:
    """The steps of a saved query."""
    saved = _SAVED[name]
    return plan(path, saved.sql, values_for(saved, values))


def test_a_hash_is_looked_up(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """The hosts with a hash are found by the index of each stream that has hashes."""
    store(connection, "alert")
    steps = saved_plan(tmp_path / "s1ecs.db", "hash-sightings", sha256="0" * 64)
    read = [step for step in steps if "_rows" in step]
    streams = ("threat_event", "threat", "alert", "unified_alert")
    assert read == [f"SEARCH {name}_rows USING INDEX {name}_rows_by_sha256 (sha256=?)" for name in streams]


GROUPED = {
    "patch-first": "application_risk_rows USING COVERING INDEX application_risk_rows_latest_by_application",
    "vulnerable-hosts": "application_risk_rows USING COVERING INDEX application_risk_rows_latest_by_agent_id",
}


@pytest.mark.parametrize(("name", "source"), GROUPED.items(), ids=GROUPED.keys())
def test_latest_states_are_grouped_by_an_index(
    connection: sqlite3.Connection, tmp_path: Path, name: str, source: str
) -> None:
    """Vulnerabilities are grouped in the order of an index that has all that is asked."""
    store(connection, "application_risk")
    steps = saved_plan(tmp_path / "s1ecs.db", name)
    assert steps[0] == f"SCAN {source}"
    assert not [step for step in steps if "FOR GROUP BY" in step or "things" in step], steps


def test_applications_that_are_there(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Installations are counted by an index that tells which are gone."""
    store(connection, "application")
    question = "SELECT application, count(*) FROM application_latest WHERE NOT gone GROUP BY 1"
    steps = plan(tmp_path / "s1ecs.db", question, {})
    assert steps == ["SCAN application_rows USING COVERING INDEX application_rows_latest_by_application"]


def test_rules_of_a_week(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """The alerts of some days are grouped in the order of the index by rule, which has all that is asked."""
    store(connection, "alert")
    steps = saved_plan(tmp_path / "s1ecs.db", "loudest-rules")
    assert "alert_rows USING COVERING INDEX alert_rows_by_rule" in steps[0]
    assert not [step for step in steps if "FOR GROUP BY" in step], steps
    steps = saved_plan(tmp_path / "s1ecs.db", "noisy-hosts")
    assert steps[0].startswith("SEARCH alert_rows USING COVERING INDEX alert_rows_by_time (time>?)"), steps
