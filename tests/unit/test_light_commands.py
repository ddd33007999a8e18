"""Commands that read the local disk: the libraries that they do without, and a state folder that is not there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# What talks to networks, and what serves them: half a second for who only wants to look.
HEAVY = (
    "aiohttp",
    "argon2",
    "authlib",
    "confluent_kafka",
    "duckdb",
    "elasticsearch",
    "fastapi",
    "graphql",
    "httpcore2",
    "httpx",
    "httpx2",
    "jinja2",
    "opensearchpy",
    "prometheus_client",
    "pyarrow",
    "s1ecs.outputs.search",
    "s1ecs.sentinelone.client",
    "s1ecs.standin",
    "starlette",
    "uvicorn",
    "zstandard",
)
# Runs commands in one process, because importing them is what takes long; prints what became of each, and what was
# imported before the last ones, which deliver or act.
RUN = """
import contextlib, io, json, sys
from s1ecs.cli import main

def run(arguments):
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    sys.argv[1:] = arguments
    status = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code
        out.flush()
        err.flush()
    return status or 0, (out.buffer.getvalue() + err.buffer.getvalue()).decode()

light, others = json.loads(sys.argv[1])
ends = [run(arguments) for arguments in light]
modules = list(sys.modules)
print(json.dumps({"ends": ends + [run(arguments) for arguments in others], "modules": modules}))
"""
# Commands with their exit status where there is no state; those with a status other than None read it.
LIGHT: tuple[tuple[list[str], int | None], ...] = (
    (["--version"], None),
    (["fields", "alert"], None),
    (["init", "--help"], None),
    (["respond", "isolate", "--help"], None),
    (["settings"], None),
    (["transform", "alert", "/dev/null"], None),
    (["consoles"], 1),
    (["dead-letters"], 1),
    (["export", "alert"], 1),
    (["query", "SELECT 1"], 1),
    (["query", "--saved"], None),
    (["show", "an-id"], 1),
    (["tail"], 1),
    (["respond", "history"], 1),
    (["status"], 1),
    (["store"], 1),
    (["streams"], 0),
    (["web-user", "list"], None),
)
# Those that read nothing but the documents.
STORE: tuple[tuple[list[str], int | None], ...] = ((["query", "SELECT 1"], 1), (["search", "x"], 1), (["tail"], 1))
OTHERS: tuple[tuple[list[str], int | None], ...] = (
    (["consoles", "--accept", "default"], 1),
    (["dead-letters", "--retry"], 1),
    (["respond", "status", "an-id"], 1),
)


@pytest.fixture(scope="module")
def missing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder that is not there."""
    return tmp_path_factory.mktemp("light") / "state"


def run(missing: Path, *lists: tuple[tuple[list[str], int | None], ...]) -> Any:
    """What became of light commands and others, and what the light ones imported."""
    environment = {"S1ECS_URL": "https://console.example", "S1ECS_TOKEN": "a-token", "S1ECS_STATE_DIR": str(missing)}
    commands = json.dumps([[arguments for arguments, _ in rows] for rows in lists])
    command = [sys.executable, "-c", RUN, commands]
    done = subprocess.run(command, env=environment, cwd=missing.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(missing: Path) -> Any:
    """What became of all commands, and what the light ones imported."""
    return run(missing, LIGHT, OTHERS)


def test_commands_that_read_the_disk_load_no_network_library(seen: Any) -> None:
    """Looking at settings, state and dead letters imports neither clients nor servers."""
    loaded = set(seen["modules"])
    assert loaded.issuperset(("s1ecs.monitor.health", "s1ecs.commands.respond.history"))
    assert sorted(loaded.intersection(HEAVY)) == []


def test_commands_that_query_the_store_do_not_load_the_state(missing: Path) -> None:
    """Looking for documents takes the store alone, not what collecting keeps beside it."""
    loaded = set(run(missing, STORE, ())["modules"])
    assert loaded.issuperset(("s1ecs.commands.query", "s1ecs.commands.search", "s1ecs.commands.tail"))
    assert loaded.isdisjoint(("s1ecs.bootstrap.state", "s1ecs.state.sqlite.state"))


def test_a_typo_in_the_state_folder(seen: Any, missing: Path) -> None:
    """A command that reads the state says that there is none at that path, and makes none."""
    rows = [*LIGHT, *OTHERS]
    assert [
        (arguments, end[0], f"no state at {missing}" in end[1])
        for (arguments, _), end in zip(rows, seen["ends"], strict=True)
    ] == [(arguments, status or 0, status is not None) for arguments, status in rows]
    assert not missing.exists()
