"""Checks of this machine: folders, state, files with secrets, GeoIP database, tokens and outputs offline."""

import base64
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from s1ecs.monitor.all_checks import check_offline
from s1ecs.monitor.check_result import CheckResult, summary
from s1ecs.monitor.folder_check import folder_finding, judge_space
from s1ecs.monitor.geoip_check import check_geoip
from s1ecs.monitor.secret_files_check import check_secret_files
from s1ecs.monitor.state_check import check_state
from s1ecs.process_identity import identity_of
from s1ecs.read_only_file_system import is_read_only
from s1ecs.settings import Settings, load
from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.streams import STREAMS
from tests.unit.ecs.city import LONDON, database

NOW = datetime.now(UTC)


def settings(folder: Path, text: str, **environment: str) -> Settings:
    """Settings of this text in a file, with a state folder beside it."""
    (folder / "s1ecs.yaml").write_text(f"state_dir: state\nurl: console.example\n{text}")
    return load(file=None, environment=environment, flags={}, streams=list(STREAMS), working_folder=folder)


def token(folder: Path, name: str = "token", text: str = "a-token", mode: int = 0o600) -> str:
    """A file with a token; its name."""
    (folder / name).write_text(text)
    (folder / name).chmod(mode)
    return name


def expiring(left: timedelta) -> str:
    """A token that says when it expires."""
    claims = json.dumps({"exp": int((NOW + left).timestamp())}).encode()
    return f"eyJ.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


def run_of(folder: Path, host: str, pid: int, *, beat: datetime) -> None:
    """Make a state that such a `run` uses."""
    folder.mkdir(exist_ok=True)
    with closing(connect(folder / FILE_NAME)) as connection:
        connection.execute("DELETE FROM runs")
        connection.execute(
            "INSERT INTO runs (host, pid, started, beat, ended) VALUES (?, ?, ?, ?, NULL)",
            (host, pid, beat.isoformat(), beat.isoformat()),
        )
        # By that identity the process with this id is another one, or none.
        process = identity_of(pid) or f"{identity_of(os.getpid())}0"
        connection.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('run process', ?)", (process,))


def test_folder_that_will_be_made(tmp_path: Path) -> None:
    """A folder that can be made is sound, and is not made by the check; nor does the check leave a file in one."""
    assert folder_finding(tmp_path / "a" / "b") is None
    assert folder_finding(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_nameless_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where files without a name are unknown, as on macOS, the rights of the folder decide."""
    monkeypatch.delattr(os, "O_TMPFILE")
    assert folder_finding(tmp_path) is None
    assert not is_read_only(tmp_path)


def test_folder_below_a_file(tmp_path: Path) -> None:
    """A file where a folder belongs is a failure."""
    (tmp_path / "a").touch()
    found = folder_finding(tmp_path / "a" / "b")
    assert found is not None
    assert (found.level, "is not a directory" in found.text) == ("failed", True)


@pytest.mark.parametrize(
    ("free", "inodes", "level"),
    [(10**10, 100, None), (10**10, -1, None), (10**10, 0, "failed"), (500_000_000, 9, "warning"), (0, 9, "failed")],
)
def test_space(free: int, inodes: int, level: str | None) -> None:
    """A full disk fails, one that is nearly full is a warning; a disk without inodes is as full."""
    found = judge_space(Path("/x"), free, inodes)
    assert (found.level if found else None) == level


def test_state_that_does_not_exist(tmp_path: Path) -> None:
    """A state folder that can be made is ok, and is not made."""
    [result] = check_state(tmp_path / "state", NOW)
    assert (result.level, "will be created" in result.text) == ("ok", True)
    assert not (tmp_path / "state").exists()


def test_state_that_is_damaged(tmp_path: Path) -> None:
    """A state that can't be read fails, with its cure."""
    (tmp_path / FILE_NAME).write_text("no database" * 100)
    [result] = check_state(tmp_path, NOW)
    assert (result.level, "not a valid SQLite database" in result.text) == ("failed", True)


@pytest.mark.parametrize(
    ("run", "ago", "found"),
    [
        ((os.uname().nodename, os.getpid()), 5, ("ok", "in use by")),
        ((os.uname().nodename, 2**22 + 7), 5, ("warning", "ended without being stopped")),
        (("elsewhere", 1), 5, ("warning", "in use by")),
        (("elsewhere", 1), 9999, ("ok", "readable and writable")),
    ],
)
def test_state_in_use(tmp_path: Path, run: tuple[str, int], ago: int, found: tuple[str, str]) -> None:
    """A `run` at work is told; one that died, and one of another machine that is at work, are warnings."""
    run_of(tmp_path, *run, beat=NOW - timedelta(seconds=ago))
    first, *_ = check_state(tmp_path, NOW)
    assert (first.level, found[1] in first.text) == (found[0], True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_state_of_several_users(tmp_path: Path) -> None:
    """Files of another user, as after one command by root, fail with the command that repairs it."""
    run_of(tmp_path, "elsewhere", 1, beat=NOW - timedelta(days=1))
    (tmp_path / "dead-letters").mkdir()
    os.chown(tmp_path / FILE_NAME, 12345, -1)
    first, *_ = check_state(tmp_path, NOW)
    assert (first.level, "uid 12345" in first.text, "chown -R" in first.cure) == ("failed", True, True)


@pytest.fixture
def entered() -> Iterator[Path]:
    """A folder that every user may enter, unlike those of other tests."""
    with tempfile.TemporaryDirectory(prefix="s1ecs-open-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(("mode", "failed"), [(0o600, False), (0o640, False), (0o644, True), (0o660, True)])
def test_mode_of_a_token_file(entered: Path, mode: int, failed: bool) -> None:  # noqa: FBT001 - a row of the table
    """A file with a token that every user can read, or others can change, fails; a group may read it."""
    chosen = settings(entered, f"token_file: {token(entered, mode=mode)}")
    results = list(check_secret_files(chosen, entered))
    assert [result.level for result in results] == ["failed" if failed else "ok"]
    if failed:
        assert results[0].cure == f"run: chmod 600 {entered / 'token'}"
    entered.chmod(0o700)
    assert [result.level for result in check_secret_files(chosen, entered)] == ["failed" if mode == 0o660 else "ok"]


def test_mode_of_settings_with_secrets(entered: Path) -> None:
    """A settings file is among them if it holds a token or a password, and only then."""
    output = "outputs:\n- type: elasticsearch\n  hosts: search.example:9200\n  username: u\n  password: a-password\n"
    for text, among in ((f"token_file: {token(entered)}", False), ("token: a-token", True), (output, True)):
        chosen = settings(entered, text, S1ECS_TOKEN="a-token" if text is output else "")
        (entered / "s1ecs.yaml").chmod(0o644)
        found = [result for result in check_secret_files(chosen, entered) if result.level == "failed"]
        assert [f"{entered}/s1ecs.yaml" in result.text for result in found] == ([True] if among else [])


def test_age_of_the_geoip_database(tmp_path: Path) -> None:
    """A database is told with its age, an old one is a warning, another kind of database a failure."""
    path = database(tmp_path / "a.mmdb", {"81.2.69.160/32": LONDON})
    other = database(tmp_path / "b.mmdb", {"81.2.69.160/32": LONDON}, kind="Test-ASN")
    levels = [
        [result.level for result in check_geoip(each, now)]
        for each, now in ((None, NOW), (path, NOW), (path, NOW + timedelta(days=31)), (other, NOW))
    ]
    assert levels == [[], ["ok"], ["warning"], ["failed"]]


@pytest.mark.parametrize(
    ("text", "level", "told"),
    [
        ("a-token", "ok", "only the console knows"),
        (expiring(timedelta(days=60)), "ok", "expires on"),
        (expiring(timedelta(days=5)), "warning", "expires on"),
        (expiring(timedelta(days=-5)), "failed", "expires on"),
        ("", "failed", "is empty"),
    ],
    ids=["opaque", "in-60-days", "in-5-days", "5-days-ago", "empty"],
)
def test_tokens_without_a_console(tmp_path: Path, text: str, level: str, told: str) -> None:
    """Offline a token is read, and fails where it is missing or says itself that it has expired."""
    chosen = settings(tmp_path, f"token_file: {token(tmp_path, text=text)}")
    [result] = [each for each in check_offline(chosen, NOW, tmp_path) if each.area == "token"]
    assert (result.level, told in result.told) == (level, True)


def test_commands_are_not_run_offline(tmp_path: Path) -> None:
    """A program that prints the token may use a network, so it is not run."""
    chosen = settings(tmp_path, "token_command: /bin/false")
    [result] = [each for each in check_offline(chosen, NOW, tmp_path) if each.area == "token"]
    assert (result.level, "was not run" in result.text) == ("ok", True)


def test_outputs_offline(tmp_path: Path) -> None:
    """Each output is checked as far as this machine goes: folder, files of the login, authorities."""
    (tmp_path / "file").touch()
    outputs = """outputs:
- type: store
- {type: files, path: file}
- {type: files, path: "-"}
- {type: elasticsearch, hosts: "https://search.example:9200", api_key_file: missing}
- {type: opensearch, hosts: "https://search.example:9200"}
- {type: "null"}
"""
    chosen = settings(tmp_path, f"token: a-token\n{outputs}")
    results = [each for each in check_offline(chosen, NOW, tmp_path) if each.area == "output"]
    assert [each.level for each in results] == ["ok", "failed", "ok", "failed", "ok", "ok"]
    assert "is not a directory" in results[1].text
    assert "no such file" in results[3].text


def test_summary() -> None:
    """The summary counts what there is."""
    results = [CheckResult("ok", "state", "a", "b"), CheckResult("failed", "state", "a", "b", "c")]
    assert summary(results) == "2 checks: 1 ok, 1 failed"
    assert summary([CheckResult("warning", "state", "a", "b")] * 2) == "2 checks: 2 warnings"
    assert results[1].told == "b; c"
