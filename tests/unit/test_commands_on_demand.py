"""Commands that are imported on demand: all there are, and none beside the one that is wanted."""

import subprocess
import sys
from pathlib import Path

import s1ecs.cli
from s1ecs.cli.on_demand import COMMANDS

# What every command imports.
SHARED = {
    "__init__",
    "app",
    "common_options",
    "early_signals",
    "help_page",
    "on_demand",
    "options",
    "respond_options",
    "standard_streams",
}


def test_every_command_has_its_module() -> None:
    """A module of the command line is a command that can be called, or one of those that they share."""
    modules = {path.stem for path in Path(s1ecs.cli.__file__).parent.glob("*.py")}
    assert modules - SHARED == {name.replace("-", "_") for name in COMMANDS}


def test_a_command_imports_no_other() -> None:
    """`s1ecs query --help` imports neither the other commands nor the table of actions nor a client."""
    script = (
        "import sys; from s1ecs.cli import app; app(['query', '--help'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(done.stderr.split())
    assert not modules & {"s1ecs.cli.respond", "s1ecs.cli.collect", "s1ecs.respond", "httpx2", "structlog"}
    assert "s1ecs.cli.query" in modules
