"""The limit of open files as settings meet it."""

import json
from pathlib import Path

import pytest

from s1ecs.collect.consoles import connection_limits
from s1ecs.collect.consoles.connection_limits import share_of_each
from s1ecs.errors import SettingsError
from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS


def settings_of(folder: Path, consoles: int, hosts: int = 0) -> Settings:
    """Settings with so many consoles, and a search server of so many hosts beside the store."""
    given = {
        "consoles": [{"name": f"c{number}", "url": "https://c.example", "token": "good"} for number in range(consoles)],
        "outputs": [
            {"type": "store"},
            *({"type": "elasticsearch", "hosts": [f"https://h{each}.example" for each in range(hosts)]},) * bool(hosts),
        ],
    }
    (folder / "s1ecs.yaml").write_text(json.dumps(given))
    return load(file=folder / "s1ecs.yaml", environment={}, flags={}, streams=list(STREAMS), working_folder=folder)


@pytest.mark.parametrize(("hosts", "each"), [(0, 9), (5, 7)])
def test_few_connections_are_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hosts: int, each: int) -> None:
    """Where ten connections for each console do not fit, one line tells how many do, and how many files would."""
    monkeypatch.setattr(connection_limits, "limit", lambda: 300)
    said: list[str] = []
    assert share_of_each(settings_of(tmp_path, 20, hosts), said.append) == each
    [line] = said
    assert f"the limit of 300 open files leaves {each} connections for each of 20 consoles" in line
    assert f"{300 + 10 + 10 * hosts} are enough" in line


def test_a_worker_shares_among_those_that_it_polls_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many consoles only those count that are collected at a time; too many of them are an error as well."""
    said: list[str] = []
    monkeypatch.setattr(connection_limits, "limit", lambda: 300)
    assert share_of_each(settings_of(tmp_path, 400), said.append, consoles=5) == 20
    assert said == []
    with pytest.raises(SettingsError, match="300 consoles need at least"):
        share_of_each(settings_of(tmp_path, 400), said.append, consoles=300)


def test_enough_says_nothing_and_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for all nothing is said; without any for one console it is an error that tells how many are needed."""
    said: list[str] = []
    monkeypatch.setattr(connection_limits, "limit", lambda: 65_536)
    assert share_of_each(settings_of(tmp_path, 200), said.append) == 20
    assert said == []
    monkeypatch.setattr(connection_limits, "limit", lambda: 200)
    with pytest.raises(SettingsError, match="200 consoles need at least 310 open files, but the limit of this process"):
        share_of_each(settings_of(tmp_path, 200), said.append)
