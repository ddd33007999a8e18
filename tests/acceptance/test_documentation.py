"""Commands and queries of the documentation, run as they are written."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from docs.markdown_pages import Block, all_pages
from docs.shell_blocks import LANGUAGES, commands_of, invocations, programs
from s1ecs.commands.query import query
from s1ecs.streams import STREAMS

from .conftest import Commands, Start
from .patience import PATIENCE

BLOCKS = [block for page in all_pages() for block in page.blocks]

# Programs beside s1ecs that a block may use here; jq is used where it is installed.
HARMLESS = {"s1ecs", "export", "cd", "mkdir", "cat", "echo", "head", "jq", "sqlite3", "python3"}
# Commands that need a search server, ask questions, or run until they are stopped; unit tests parse them all.
NOT_RUN = {"init", "run", "serve", "standin", "setup", "migrate", "tail", "web-user", "worker", "cluster"}
# Actions have tests of their own; these only read.
READING = ("history", "scripts", "sites", "groups", "accounts", "--dry-run")

SOME_ID = "225494730938493804"
PLACEHOLDER = re.compile(r"https://(your-console\.example|[\w-]+\.sentinelone\.net)")


class Demo(NamedTuple):
    """A stand-in console, commands whose store was collected from it, one of its hosts and the id of its agent."""

    url: str
    commands: Commands
    host: str
    agent: str


@pytest.fixture(scope="module")
def demo(start_standin: Start, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Collect the nine streams of a small console once."""
    url = start_standin("--agents", "5", "--alerts", "60", "--seed", "7")
    commands = Commands(tmp_path_factory.mktemp("demo"), url)
    commands.environment |= {"S1ECS_ACTION_TOKEN": "actor"}
    commands.ok("collect")
    [row] = commands.query("SELECT host, agent_id FROM agent_latest WHERE NOT gone ORDER BY host LIMIT 1")
    return Demo(url, commands, row["host"], row["agent_id"])


SQL = [block for block in BLOCKS if block.language == "sql"]


@pytest.mark.parametrize("block", SQL, ids=str)
def test_queries_give_rows(block: Block, demo: Demo) -> None:
    """Every SQL statement of the documentation finds something in the store of a collected console."""
    rows: list[object] = []
    query(demo.commands.state, block.text, lambda _, found: rows.extend(found))
    assert rows, block


def _scripts() -> Iterator[tuple[Block, str]]:
    """Yield each block whose commands can run here, as one script, unless earlier blocks have all its commands."""
    seen = set[str]()
    for block in BLOCKS:
        if block.language in LANGUAGES:
            commands = [command for command in commands_of(block) if _can_run(command)]
            calls = {repr(call) for command in commands for call in invocations(command)}
            calls |= {command for command in commands if calls and "export" in programs(command)}
            if calls - seen:
                seen |= calls
                yield block, "\n".join(commands)


def _can_run(command: str) -> bool:
    if command.startswith("sudo"):
        return False
    named = set(programs(command))
    if not named <= HARMLESS or any(shutil.which(each) is None for each in named - {"s1ecs", "export", "cd"}):
        return False
    return all(_is_run(list(arguments)) for arguments in invocations(command))


def _is_run(arguments: list[str]) -> bool:
    if "respond" in arguments:
        return any(each in arguments for each in READING)
    return (
        not NOT_RUN & set(arguments) and "--output" not in arguments and not any("/etc/" in each for each in arguments)
    )


@pytest.mark.parametrize(("block", "script"), list(_scripts()), ids=lambda value: str(value).partition("\n")[0])
def test_commands_run(block: Block, script: str, demo: Demo, tmp_path: Path) -> None:
    """Every block of commands that can run in a sandbox succeeds there, as written but for address and host."""
    written = PLACEHOLDER.sub(demo.url, script).replace("ws-042", demo.host).replace(SOME_ID, demo.agent)
    environment = demo.commands.environment | {
        "PATH": f"{demo.commands.program.parent}:{demo.commands.environment['PATH']}",
        "HOME": str(tmp_path),
        # Without applications, which a console gives at three requests a second only.
        "S1ECS_STREAMS": ",".join(STREAMS.keys() - {"application"}),
    }
    if "--archive" in script:
        environment["S1ECS_OUTPUTS"] = f"[{{type: store, archive: {tmp_path / 'archive'}}}]"
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", written],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 0, f"{block}\n{written}\n{result.stdout}{result.stderr}"


def test_most_pages_with_commands_have_some_that_run() -> None:
    """The rules above leave out exceptions."""
    assert {block.page for block, _ in _scripts()} >= {"README.md", "docs/outputs.md", "docs/reconcile.md"}
