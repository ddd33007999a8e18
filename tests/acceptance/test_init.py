"""`s1ecs init`, from nothing to the first documents."""

import os
import pty
import stat
import subprocess
import time

import pytest

from .conftest import S1ECS, Commands
from .patience import PATIENCE

TOKEN = "a-token-that-is-not-shown"


@pytest.fixture
def new(alone: Commands) -> Commands:
    """A user who has no settings yet."""
    alone.environment.pop("S1ECS_STATE_DIR")
    alone.environment["S1ECS_STREAMS"] = "group"
    return alone


def typed(new: Commands, *answers: tuple[str, str]) -> str:
    """Run `init` in a terminal and answer each question when it comes; all that the terminal showed."""
    master, slave = pty.openpty()
    shown = ""
    with subprocess.Popen(
        [S1ECS, "init"], cwd=new.folder, env=new.environment, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        for question, answer in [*answers, ("next:", "")]:
            place = len(shown)
            while question not in shown[place:]:
                shown += os.read(master, 65_536).decode()
            # The answer to a hidden question is typed once the terminal does not show it any more.
            time.sleep(0.2)
            os.write(master, f"{answer}\n".encode())
        assert process.wait(PATIENCE) == 0
    os.close(master)
    return shown


def test_questions_in_a_terminal(new: Commands, standin: str) -> None:
    """Address, hidden token and output are asked for, checked and written; the next command collects with them."""
    shown = typed(new, ("Address of the console", standin), ("API token", TOKEN), ("Outputs", ""))
    assert TOKEN not in shown
    assert "is reachable" in shown
    assert stat.S_IMODE((new.folder / "token.txt").stat().st_mode) == 0o600
    assert new.run("collect").returncode == 0
    assert (new.folder / "s1ecs-data" / "s1ecs.db").exists()


def test_scripts(new: Commands, standin: str) -> None:
    """Without a terminal options answer; a token that the console rejects writes nothing, and a second run neither."""
    arguments = ("init", "--url", standin, "--token-stdin")
    rejected = new.run(*arguments, stdin="wrong\n")
    assert rejected.returncode == 1
    assert "generate a new one" in rejected.stdout
    assert "--no-check" in rejected.stderr
    assert list(new.folder.iterdir()) == []
    accepted = new.run(*arguments, "--output", "files", stdin=f"{TOKEN}\n")
    assert accepted.returncode == 0
    assert accepted.stdout.splitlines()[-3:-1] == ["wrote token.txt", "wrote s1ecs.yaml"]
    again = new.run(*arguments, stdin=f"{TOKEN}\n")
    assert again.returncode == 2
    assert again.stderr.startswith("s1ecs: init: s1ecs.yaml already exists")
