"""Every code block of the documentation is what its language says, and names what exists."""

import ast
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from docs.markdown_pages import Block, all_pages
from docs.shell_blocks import LANGUAGES, commands_of, invocations
from s1ecs.cli import app
from s1ecs.metrics.table import METRICS
from s1ecs.settings import load
from s1ecs.settings.table import TABLE
from s1ecs.streams import STREAMS

PAGES = all_pages()
BLOCKS = [block for page in PAGES for block in page.blocks]
COMMANDS = [(block, command) for block in BLOCKS if block.language in LANGUAGES for command in commands_of(block)]
COMMAND_LINE: Any = typer.main.get_command(app)

# Output of commands, which only a look at the real thing can prove, and drawings: the pages that may have them.
TEXT = {"docs/architecture.md", "docs/moving-from-elastic-agent.md", "docs/performance.md", "docs/reconcile.md"}

PARSERS: Mapping[str, Callable[[str], object]] = {
    "json": json.loads,
    "python": ast.parse,
    "ini": ConfigParser(interpolation=None, strict=False).read_string,
}


def _of(*languages: str) -> Sequence[Block]:
    return [block for block in BLOCKS if block.language in languages]


def test_every_block_has_a_language_that_is_checked() -> None:
    """No block escapes: its language is one that a test reads, or plain text on a page that is known to have some."""
    # SQL is run on a store in tests/acceptance/test_documentation.py.
    checked = {"yaml", "sql", *PARSERS, *LANGUAGES}
    assert [str(block) for block in BLOCKS if block.language not in checked and block.page not in TEXT] == []
    assert {block.language for block in BLOCKS} <= checked | {"text"}
    assert len(BLOCKS) > 100


@pytest.mark.parametrize("block", _of(*PARSERS), ids=str)
def test_data_and_programs_parse(block: Block) -> None:
    """A block of JSON is one value, a block of Python a program, a block of a systemd unit has sections and keys."""
    PARSERS[block.language](block.text)


@pytest.mark.parametrize("block", _of("yaml"), ids=str)
def test_yaml_loads_and_names_what_exists(block: Block, tmp_path: Path) -> None:
    """A block of YAML is settings that s1ecs takes, alerting rules of its metrics, or manifests with its variables."""
    for document in yaml.safe_load_all(block.text):
        if "groups" in document:
            _check_rules(document)
        elif "services" in document or "apiVersion" in document:
            _check_variables(document)
        else:
            _check_settings(block.text, document, tmp_path)
    # What other programs take may hold settings of s1ecs as a text.
    for text in re.findall(r"s1ecs\.yaml: \|\n((?: +.*\n)+)", block.text):
        settings = "\n".join(line.strip() for line in text.splitlines())
        _check_settings(settings, yaml.safe_load(settings), tmp_path)


def _check_rules(document: Mapping[str, Any]) -> None:
    known = {metric.shown for metric in METRICS} | {"up"}
    for group in document["groups"]:
        for rule in group["rules"]:
            names = set(re.findall(r"[a-z_0-9]+(?=[{\[ ])", rule["expr"])) - {"by", "sum", "and"}
            assert {name for name in names if name.startswith("s1ecs") or name == "up"} <= known
            assert rule["expr"].count("(") == rule["expr"].count(")")
            assert re.search(r"s1ecs_\w+|up\{", rule["expr"])


def _check_variables(document: Any) -> None:
    known = {row.variable for row in TABLE}
    assert set(re.findall(r"S1ECS_\w+", repr(document))) <= known


def _check_settings(text: str, document: Mapping[str, Any], folder: Path) -> None:
    def in_folder(found: re.Match[str]) -> str:
        file = folder / Path(found[1]).name
        file.write_text("a-secret-for-tests\n", encoding="utf-8")
        file.chmod(0o600)
        return f"_file: {file}"

    text = re.sub(r"_file: ([\w./-]+)", in_folder, text)
    given = folder / "s1ecs.yaml"
    given.write_text(text, encoding="utf-8")
    console = {"S1ECS_URL": "https://127.0.0.1", "S1ECS_TOKEN": "a-token-for-tests"}
    has_console = "url" in document or "consoles" in document
    settings = load(
        file=given, environment={} if has_console else console, flags={}, streams=list(STREAMS), working_folder=folder
    )
    assert len(settings.outputs) == len(document.get("outputs", ["store"]))


def test_shell_parses(tmp_path: Path) -> None:
    """Bash finds no mistake in any command."""
    script = tmp_path / "commands.sh"
    script.write_text("\n".join(f": {block}\n{command}\n" for block, command in COMMANDS), encoding="utf-8")
    result = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("command", [each for _, each in COMMANDS], ids=[str(block) for block, _ in COMMANDS])
def test_commands_are_those_of_the_command_line(command: str) -> None:
    """The real parser takes every call of s1ecs: command, options and values."""
    for arguments in invocations(command):
        _parse(arguments)


def _parse(arguments: Sequence[str]) -> None:
    """Parse as the installed command would, without running anything."""
    context = COMMAND_LINE.make_context("s1ecs", list(arguments))
    group = COMMAND_LINE
    while hasattr(group, "resolve_command") and (rest := [*context._protected_args, *context.args]):
        name, group, rest = group.resolve_command(context, rest)
        context = group.make_context(name, rest, parent=context)


def test_inline_commands_exist() -> None:
    """Every `s1ecs COMMAND --option` within a sentence names a command and options that exist."""
    # The changelog also names what was renamed.
    current = [page for page in PAGES if page.path != "CHANGELOG.md"]
    quoted = [(page.path, code) for page in current for code in page.code if code.startswith("s1ecs ")]
    assert [each for each in quoted if not _exists(each[1])] == []


def _exists(code: str) -> bool:
    """Whether the words name a command and options of it; other words stand for values."""
    command, options, value_follows = COMMAND_LINE, set(_options(COMMAND_LINE)), False
    for word in code.split()[1:]:
        if word == "help":
            continue
        subcommands = getattr(command, "commands", {})
        if word in subcommands:
            command = subcommands[word]
            options |= set(_options(command))
        elif word.startswith("-"):
            if word.partition("=")[0] not in options:
                return False
        elif subcommands and word.islower() and not value_follows:
            return False
        value_follows = word.startswith("-")
    return True


def _options(command: Any) -> Iterator[str]:
    yield "--help"
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
