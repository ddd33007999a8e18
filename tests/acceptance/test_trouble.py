"""Trouble ends in one clear line that says what to do, with exit status 1 or 2, and nothing is lost."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ALERTS, S1ECS, Commands, answering


def assert_one_line(result: "subprocess.CompletedProcess[str]", status: int, *texts: str) -> None:
    """The command ended with this status and one line that holds these texts, never the token."""
    assert result.returncode == status, result.stderr
    [line] = result.stderr.splitlines()
    assert "Traceback" not in line
    assert "a-token-for-tests" not in line
    for text in texts:
        assert text in line


@pytest.mark.parametrize("token", ["wrong", "expired"])
def test_bad_token(commands: Commands, token: str) -> None:
    """A token that the console refuses: where to get a new one."""
    result = commands.run("collect", "alert", S1ECS_TOKEN=token)
    assert_one_line(result, 1, "default", "alert", "401", "token", "API Token")


def test_unknown_host(commands: Commands) -> None:
    """A host name that does not exist: look at the setting url."""
    result = commands.run("collect", "alert", S1ECS_URL="https://console.invalid", S1ECS_ATTEMPTS="1")
    assert_one_line(result, 1, "default", "console.invalid", "url")


def test_nobody_listens(commands: Commands) -> None:
    """A refused connection is named as such."""
    result = commands.run("collect", "alert", S1ECS_URL="http://127.0.0.1:1", S1ECS_ATTEMPTS="1")
    assert_one_line(result, 1, "default", "127.0.0.1:1", "refused")


def test_html_instead_of_json(commands: Commands) -> None:
    """A web page where JSON should be: the page's words, and what to look at."""
    with answering(200, "<html><body><h1>Please log in to the gateway</h1></body></html>") as gateway:
        result = commands.run("collect", "alert", S1ECS_URL=gateway, S1ECS_ATTEMPTS="1", S1ECS_PAGE_SIZE="1")
    assert_one_line(result, 1, "default", "web page")


def test_store_of_a_newer_version(commands: Commands) -> None:
    """A newer schema is left alone."""
    commands.state.mkdir()
    with sqlite3.connect(commands.state / "s1ecs.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert_one_line(commands.run("collect", "alert"), 1, "s1ecs.db", "newer s1ecs", "state_dir")
    assert_one_line(commands.run("query", "SELECT 1"), 1, "newer s1ecs")


def test_damaged_store(commands: Commands) -> None:
    """A file that is no database is named with what to do."""
    commands.state.mkdir()
    (commands.state / "s1ecs.db").write_bytes(b"x" * 10_000)
    assert_one_line(commands.run("collect", "alert"), 1, "s1ecs.db", "move it away")


def test_typo_in_the_settings(commands: Commands) -> None:
    """A misspelt key: file, line, key, what is meant."""
    (commands.folder / "s1ecs.yaml").write_text("state_dir: state\ninitial_intervall: 24h\n")
    assert_one_line(
        commands.run("collect"), 2, "s1ecs.yaml line 2", "initial_intervall", "did you mean", "initial_interval"
    )


def test_no_console(alone: Commands) -> None:
    """Without a console: the three lines to write."""
    result = alone.run("collect")
    assert result.returncode == 2
    assert "url:" in result.stderr
    assert "Traceback" not in result.stderr


def test_unknown_stream(commands: Commands) -> None:
    """A stream that does not exist: those there are."""
    assert_one_line(commands.run("collect", "alerts"), 2, "alerts", "available: activity, agent, alert")


def test_file_size_limit(commands: Commands) -> None:
    """Writes that the system refuses end the run in one line; afterwards everything arrives, once."""
    process = subprocess.run(
        [S1ECS, "collect", "alert"],
        cwd=commands.folder,
        env=commands.environment | {"S1ECS_PAGE_SIZE": "200"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000)),
    )
    assert_one_line(process, 1, "s1ecs.db", "nothing that was committed is lost")
    assert 0 < commands.count() < ALERTS
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system needs root and mount")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode != 0:
        pytest.skip("this system does not let tests mount a small file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(commands: Commands, small_disk: Path) -> None:
    """A full disk ends the run in one line and keeps what was committed; with room again all arrives, once."""
    commands.environment["S1ECS_STATE_DIR"] = str(small_disk)
    result = commands.run("collect", "alert", S1ECS_PAGE_SIZE="200")
    assert_one_line(result, 1, "s1ecs.db", "no space left", "free some space")
    partial = commands.count()
    assert 0 < partial < ALERTS
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    commands.ok("collect", "alert")
    assert commands.count() == ALERTS
