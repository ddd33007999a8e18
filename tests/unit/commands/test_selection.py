import io
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from s1ecs.commands.respond.selection import Selection, in_console, listed
from s1ecs.errors import ActionRefused, UsageError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.settings import Settings, load
from s1ecs.state.sqlite.database import FILE_NAME

ISOLATE = ACTIONS["isolate"]
SITE = "225494730938493915"


def settings(folder: Path, consoles: int = 1) -> Settings:
    """Settings with so many consoles, whose store is in that folder."""
    names = [f"{{name: c{number}, url: c{number}.example, token: t}}" for number in range(consoles)]
    (folder / "s1ecs.yaml").write_text(f"state_dir: .\nconsoles: [{', '.join(names)}]\n")
    return load(file=None, environment={}, flags={}, streams=["agent"], working_folder=folder)


def test_one_typed_target_is_no_list() -> None:
    """A target that is typed once or twice is one; whatever selects more makes a list."""
    assert Selection(("ws-1", "ws-1")).single == "ws-1"
    assert Selection(("ws-1", "ws-2")).single is None
    assert Selection(("ws-1",), group=SITE).single is None


def test_targets_of_a_file_and_of_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One a line, without blank lines, remarks and what was named before; Windows line ends and a BOM are fine."""
    file = tmp_path / "hosts.txt"
    file.write_bytes(b"\xef\xbb\xbfws-1\r\n\r\n  ws-2 \r\n# of case 17\r\nws-1\r\n")
    assert listed(ISOLATE, Selection(("ws-2",), from_file=str(file)), settings(tmp_path)) == ["ws-2", "ws-1"]
    monkeypatch.setattr("sys.stdin", io.StringIO("ws-3\n"))
    assert listed(ISOLATE, Selection(from_file="-"), settings(tmp_path)) == ["ws-3"]
    for missing, why in ((str(tmp_path / "none"), "No such file"), (str(tmp_path), "Is a directory")):
        with pytest.raises(UsageError, match=f"--from-file .*{why}"):
            listed(ISOLATE, Selection(from_file=missing), settings(tmp_path))
    with pytest.raises(UsageError, match="HOST is missing"):
        listed(ISOLATE, Selection(), settings(tmp_path))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT host, agent_id FROM seen", ["11", "12"]),
        ("SELECT host FROM seen ORDER BY host DESC", ["ws-2", "ws-1"]),
        ("SELECT threat, name FROM seen", ["t1"]),
    ],
)
def test_targets_of_a_query(tmp_path: Path, sql: str, found: list[str]) -> None:
    """The column of agent ids is taken before that of names, else the first; rows without a value are passed over.

    With several consoles only ids are taken, because a name may stand for a host of another one.
    """
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE seen (threat, name, host, agent_id)")
    rows = [("t1", "a", "ws-1", "11"), ("t1", "b", "ws-2", "12"), (None, "c", None, None)]
    connection.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    assert sorted(listed(ISOLATE, Selection(from_query=sql), settings(tmp_path))) == sorted(found)
    if "agent_id" in sql:
        assert listed(ISOLATE, Selection(from_query=sql), settings(tmp_path, consoles=2)) == found
    else:
        with pytest.raises(UsageError, match="with several consoles, select a column of ids: agent_id, host_id"):
            listed(ISOLATE, Selection(from_query=sql), settings(tmp_path, consoles=2))


async def test_only_hosts_of_the_group_itself_are_selected() -> None:
    """Whatever the console lists, only hosts whose own record names the group or site count, and that are there."""
    agents: list[dict[str, Any]] = [
        {"id": "1", "siteId": SITE},
        {"id": "2", "siteId": "225494730938493916"},
        {"id": "3", "siteId": SITE, "isDecommissioned": True},
        {"id": "4"},
    ]

    async def read_all(_read: object) -> list[dict[str, Any]]:
        return agents

    console: Any = SimpleNamespace(name="one", read_all=read_all)
    assert await in_console(console, Selection(site=SITE)) == ["1"]
    with pytest.raises(ActionRefused, match="no such group"):
        await in_console(console, Selection(group=SITE))
    with pytest.raises(ActionRefused, match="--group"):
        await in_console(console, Selection(group="all"))
