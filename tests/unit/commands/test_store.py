"""What `s1ecs store` shows of a real store."""

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.store import show
from s1ecs.outputs.store import prepare
from s1ecs.state.sqlite.database import FILE_NAME, connect

LAST = date(2026, 1, 31)


def test_many_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People see the newest 30 days, then the others as one line; programs get every day."""
    days = [LAST - timedelta(days=number) for number in range(40)]
    with closing(connect(tmp_path / FILE_NAME)) as connection:
        prepare(connection, store_tables())
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, 'default', ?, '{}')",
            [
                *((f"alert {day}", "alert", f"{day}T12:00:00.000Z") for day in days),
                ("activity", "activity", f"{days[-1]}T12:00:00.000Z"),
                ("none", "alert", None),
            ],
        )
    show(tmp_path, json=False)
    _, _, _, head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["day", "total", "activity", "alert"]
    assert [line.split() for line in lines[:30]] == [[str(day), "1", "1"] for day in days[:30]]
    assert [line.split() for line in lines[30:]] == [
        ["earlier", "11", "1", "10"],
        ["no", "time", "1", "1"],
        ["total", "42", "1", "41"],
    ]
    show(tmp_path, json=True)
    assert len(json.loads(capsys.readouterr().out)["days"]) == 42
