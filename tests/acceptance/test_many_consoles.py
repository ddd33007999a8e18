"""One process for many consoles: the limit of open files holds all of them, or it says at the start what is needed."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from .conftest import S1ECS, Commands, Start
from .patience import PATIENCE, eventually
from .test_one_walker import held

CONSOLES = 60
STREAMS = 9


@pytest.fixture
def many(tmp_path: Path, start_standin: Start) -> Commands:
    """Commands that collect from sixty small consoles."""
    url = start_standin("--agents", "1", "--alerts", "4", "--now", "2026-01-31T12:00:00Z")
    consoles = [{"name": f"c{number}", "url": url, "token": f"good-{number}"} for number in range(CONSOLES)]
    (tmp_path / "s1ecs.yaml").write_text(json.dumps({"consoles": consoles}))
    return Commands(tmp_path)


def limited(commands: Commands, limit: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """Start a command under a limit of the shell's `ulimit`."""
    return subprocess.Popen(
        ["sh", "-c", f'ulimit {limit}; exec "$0" "$@"', S1ECS, *arguments],
        cwd=commands.folder,
        env=commands.environment | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_more_consoles_than_the_limit_would_let_starve(many: Commands) -> None:
    """With fewer open files than the walks are, every stream of every console is read; the log warns, once."""
    # All begin within a second: a busy machine may take its time for that.
    patience = {"S1ECS_CONNECT_TIMEOUT": "1m", "S1ECS_ATTEMPTS": "5"}
    process = limited(many, "-n 256", "collect", **patience)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert errors.count("open files leaves 2 connections for each of 60 consoles") == 1
    [row] = many.query("SELECT count(*) AS n, count(DISTINCT console) AS consoles FROM polls WHERE state = 'ok'")
    assert row == {"n": CONSOLES * STREAMS, "consoles": CONSOLES}


def test_too_few_open_files_is_said_at_the_start(many: Commands) -> None:
    """Where not even one connection for each console fits, nothing begins: one line tells how many files are needed."""
    for command in ("collect", "run"):
        process = limited(many, "-n 150", command)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2, errors
        assert "60 consoles need at least 170 open files, but the limit of this process is 150: raise it" in errors
        assert "Traceback" not in errors


def test_limits_at_the_start(commands: Commands) -> None:
    """The soft limit of open files rises to the hard one, and that of core files falls to zero, which hold secrets."""
    process = limited(commands, '-Sn 64; ulimit -Hn 900; ulimit -Sc "$(ulimit -Hc)"', "run", S1ECS_STREAMS="group")
    try:
        eventually(lambda: held(commands, process))
        limits = Path(f"/proc/{process.pid}/limits").read_text()
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    rows = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert rows["Max open files"] == ["900", "900"]
    # Whoever wants a core file raises it again: prlimit --core=unlimited --pid PID.
    assert rows["Max core file size"][0] == "0"


def test_consoles_that_hang_slow_nobody(tmp_path: Path, start_standin: Start) -> None:
    """One console that never answers and one that never ends its TLS handshake: all others keep being polled."""
    url = start_standin("--agents", "1", "--alerts", "4", "--now", "2026-01-31T12:00:00Z")
    streams = ["activity", "agent", "alert", "group", "threat"]
    consoles = [{"name": f"c{number}", "url": url, "token": f"good-{number}"} for number in range(10)]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        consoles += [
            {"name": scheme, "url": f"{scheme}://127.0.0.1:{port}", "token": "good"} for scheme in ("http", "https")
        ]
        settings = {"consoles": consoles, "streams": streams, "interval": "2s", "log_level": "debug"}
        (tmp_path / "s1ecs.yaml").write_text(json.dumps(settings))
        log = tmp_path / "log"
        with log.open("w") as errors:
            commands = Commands(tmp_path)
            process = subprocess.Popen([S1ECS, "run"], cwd=tmp_path, env=commands.environment, stderr=errors)
        try:
            wanted = [f" c{number} {stream}: up to date" for number in range(10) for stream in streams]
            eventually(lambda: all(log.read_text().count(each) >= 3 for each in wanted))
        finally:
            process.kill()
            process.wait()
    assert " http activity: up to date" not in log.read_text()
