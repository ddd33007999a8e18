"""Terminals and pipes that take less than UTF-8, and readers that leave."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from .conftest import S1ECS, Commands
from .patience import PATIENCE

NAME = "Häfen € \u4e16"


@pytest.fixture
def kept(alone: Commands) -> Commands:
    """Commands with a store."""
    alone.state.mkdir()
    with closing(sqlite3.connect(alone.state / "s1ecs.db")) as connection:
        connection.execute("CREATE TABLE any (thing)")
    return alone


@pytest.mark.parametrize(
    ("encoding", "arguments", "environment"),
    [
        ("latin-1", (), {"PYTHONIOENCODING": "latin-1"}),
        ("latin-1", ("--json",), {"PYTHONIOENCODING": "latin-1"}),
        ("ascii", ("--csv",), {"PYTHONIOENCODING": "ascii"}),
        ("utf-8", (), {"LANG": "C", "LC_ALL": "C"}),
    ],
)
def test_what_an_encoding_lacks(
    kept: Commands, encoding: str, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    """No encoding of standard output is a traceback: `?` stands for what it lacks, and JSON escapes it."""
    command = [str(S1ECS), "query", f"SELECT '{NAME}' AS name", *arguments]
    around = kept.environment | environment
    done = subprocess.run(command, cwd=kept.folder, env=around, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode(encoding)
    if arguments == ("--json",):
        assert json.loads(shown) == [{"name": NAME}]
    else:
        assert NAME.encode(encoding, "replace").decode(encoding) in shown


@pytest.mark.parametrize("arguments", ["settings", "--help", "no-such-command"])
def test_a_reader_that_leaves(alone: Commands, arguments: str) -> None:
    """`s1ecs ... 2>&1 | head` ends quietly, with the status that a shell gives to whom SIGPIPE ended."""
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [S1ECS, arguments], cwd=alone.folder, env=alone.environment, stdout=writer, stderr=writer
    ) as process:
        os.close(writer)
        assert process.wait(PATIENCE) == 141
