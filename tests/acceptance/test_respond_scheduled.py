"""Isolation for a time, with the installed command: released by `s1ecs run`, also if that was not running when due."""

import json
import sqlite3
import time
from pathlib import Path

from .conftest import MOMENT, Start
from .responding import Acting


def test_an_isolation_for_a_time_is_ended_by_run(tmp_path: Path, start_standin: Start) -> None:
    """The release is durable before anything is sent, shown as scheduled, sent once by `run`, and audited as any other.

    One that is cancelled is not sent, and neither is one whose host somebody released meanwhile.
    """
    acting = Acting(tmp_path, start_standin("--agents", "40", "--alerts", "1", "--now", MOMENT))
    hosts = [acting.host()["id"] for _ in range(3)]
    kept, freed, ended = hosts
    acting.control(latency=0.05)
    result = acting.commands.run("respond", "isolate", *hosts, "--for", "1m", "--yes", "--json", "--poll", "0.1")
    assert result.returncode == 0, result.stderr
    rows = json.loads(acting.commands.ok("respond", "history", "--action", "release", "--json"))
    release = {row["hosts"][0]["id"]: row for row in rows}
    assert {(row["status"], row["reason"][:6]) for row in rows} == {("scheduled", "due at")}
    assert acting.commands.ok("respond", "cancel", release[kept]["id"], "--json")
    acting.send("/agents/actions/connect", {"filter": {"ids": [freed]}})
    _let_it_be_due(acting)
    before = len(acting.received())

    with acting.commands.running("run", "group") as process:
        for _ in iter(lambda: len(_open(acting)), 0):
            assert process.poll() is None
            time.sleep(0.2)
    [sent] = acting.received()[before:]
    assert (sent["path"], sent["body"]) == ("/agents/actions/connect", {"filter": {"ids": [ended]}})
    reasons = {row["id"]: row["reason"] for row in acting.commands.query("SELECT id, reason FROM actions")}
    assert reasons[release[kept]["id"]].startswith("cancelled by ")
    assert reasons[release[freed]["id"]].startswith("not sent: the console reported at ")
    documents = acting.commands.query("SELECT action_id, state, status FROM response_action ORDER BY state DESC")
    of_release = [(row["state"], row["status"]) for row in documents if row["action_id"] == release[ended]["id"]]
    assert of_release == [("requested", "pending"), ("finished", "done")]


def _let_it_be_due(acting: Acting) -> None:
    """Let the time of every scheduled action have passed."""
    with sqlite3.connect(acting.commands.state / "s1ecs.db") as rows:
        rows.execute(
            "UPDATE actions SET about = json_set(about, '$.details.due', '2026-01-01T00:00:00.000Z') "
            "WHERE status = 'scheduled'"
        )
    rows.close()


def _open(acting: Acting) -> list[str]:
    """The actions that have not ended, or whose documents did not arrive yet."""
    rows = acting.commands.query("SELECT id FROM actions WHERE status IN ('scheduled', 'pending')")
    return [str(row["id"]) for row in [*rows, *acting.commands.query("SELECT id FROM spooled")]]
