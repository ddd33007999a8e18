"""How each stream fares, from a real state database and settings."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from s1ecs.commands.streams import streams
from s1ecs.monitor.stream_status import short_duration
from s1ecs.settings import Settings, load
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.streams import STREAMS

NOW = datetime(2026, 1, 31, 12, 0, 10, tzinfo=UTC)
POLLED = "2026-01-31T12:00:00.000Z"


def settings(folder: Path, **flags: str) -> Settings:
    """Settings of one console, or of those in `flags`."""
    token = {} if "consoles" in flags else {"S1ECS_TOKEN": "a-token"}
    flags = {"url": "https://console.example", **flags, "state_dir": str(folder)}
    return load(file=None, environment=token, flags=flags, streams=list(STREAMS), working_folder=folder)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a state database in which three streams were polled."""
    with closing(connect(tmp_path / FILE_NAME)) as connection:
        connection.executemany(
            "INSERT INTO polls (console, stream, polled, state, reason, documents, newest)"
            " VALUES ('default', ?, ?, ?, ?, ?, ?)",
            [
                ("alert", POLLED, "ok", "", 5000, "2026-01-31T11:54:48.500Z"),
                ("application", POLLED, "ok", "", 12, POLLED),
                ("threat", POLLED, "set aside", "GET /threats: 403 Forbidden", 0, None),
            ],
        )
        connection.executemany(
            "INSERT INTO items VALUES ('default', 'application', ?, NULL, ?, '', ?)",
            [("a", "{}", POLLED), ("b", "{}", POLLED), ("c", None, POLLED)],
        )
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], chosen: Settings) -> dict[str, dict[str, Any]]:
    """The rows as JSON, by stream."""
    streams(chosen, NOW, json=True)
    return {row["stream"]: row for row in json.loads(capsys.readouterr().out)}


def test_rows_for_programs(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """Every stream has a row; numbers are numbers, the state is a word, its reason stands beside it."""
    rows = shown(capsys, settings(state))
    assert list(rows) == list(STREAMS)
    assert rows["alert"] == {
        "console": "default",
        "stream": "alert",
        "state": "ok",
        "reason": "",
        "to_ask_again": 0,
        "refused": 0,
        "in_doubt": "",
        "last_poll": POLLED,
        "newest": "2026-01-31T11:54:48.500Z",
        "lag_seconds": 311.5,
        "documents": 5000,
        "interval_seconds": 30.0,
        "permission": "STAR Rule Alerts -> View",
        "endpoint": "GET /cloud-detection/alerts",
        "what": "Alerts of STAR custom detection rules (cloud consoles only)",
    }
    assert (rows["threat"]["state"], rows["threat"]["reason"]) == ("skipped", "GET /threats: 403 Forbidden")
    assert (rows["group"]["state"], rows["group"]["last_poll"]) == ("never polled", None)


def test_lag_of_an_inventory_is_since_its_last_whole_walk(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """An inventory has no newest record: its lag says how old the picture is, and failed items are counted."""
    row = shown(capsys, settings(state))["application"]
    assert (row["lag_seconds"], row["to_ask_again"]) == (10.0, 2)


def test_rows_for_people(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """The state tells its reason and what is to be asked again; in a pipe a stream is one whole line."""
    streams(settings(state), NOW, json=False)
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["stream"].split() == (
        "stream state last poll newest documents interval permission endpoint description".split()  # noqa: SIM905 - a heading
    )
    assert lines["alert"].split()[1:7] == ["ok", "2026-01-31T12:00:00Z", "5m11s", "ago", "5000", "30s"]
    assert "ok, 2 items to retry" in lines["application"]
    assert "skipped: GET /threats: 403 Forbidden" in lines["threat"]
    assert "POST /unifiedalerts/graphql" in lines["unified_alert"]


def test_switched_off(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """A stream that the settings leave out stands there as off, and an interval of the settings is the one shown."""
    rows = shown(capsys, settings(state, streams="alert", interval="5m"))
    assert {name for name, row in rows.items() if row["state"] != "off"} == {"alert"}
    assert rows["alert"]["interval_seconds"] == 300


def test_consoles_stand_apart(capsys: pytest.CaptureFixture[str], state: Path) -> None:
    """Of several consoles each row names its own, and one console's polls are not another's."""
    (state / "s1ecs.yaml").write_text(
        "consoles:\n"
        "- {name: default, url: 'https://a.example', token: a}\n"
        "- {name: other, url: 'https://b.example', token: b}\n"
    )
    flags = {"state_dir": str(state)}
    chosen = load(file=None, environment={}, flags=flags, streams=list(STREAMS), working_folder=state)
    streams(chosen, NOW, json=False)
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.startswith("console")
    assert [line.split()[:3] for line in lines if " alert " in line] == [
        ["default", "alert", "ok"],
        ["other", "alert", "never"],
    ]


def test_before_there_is_a_state(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without a state database every stream was never polled, and none is made."""
    assert {row["state"] for row in shown(capsys, settings(tmp_path)).values()} == {"never polled"}
    assert not list(tmp_path.iterdir())


def test_state_of_an_earlier_version(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A state database that does not know yet how polls end is read as one without polls."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 1")
    assert {row["state"] for row in shown(capsys, settings(tmp_path)).values()} == {"never polled"}


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=9, milliseconds=900), "9s"),
        (timedelta(minutes=5, seconds=12), "5m12s"),
        (timedelta(hours=2, seconds=59), "2h"),
        (timedelta(hours=2, minutes=3, seconds=4), "2h3m"),
        (timedelta(days=40, hours=5, minutes=6), "40d5h"),
    ],
)
def test_short_duration(duration: timedelta, text: str) -> None:
    """A lag is told in its two greatest units."""
    assert short_duration(duration) == text
