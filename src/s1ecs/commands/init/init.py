"""`s1ecs init`: ask, check, write, and say what comes next."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from s1ecs.commands.check import print_result
from s1ecs.commands.init.answers import SEARCH_TYPES, InitAnswers, InitOptions, check_options
from s1ecs.commands.init.questions import ask_outputs, ask_token, ask_url
from s1ecs.commands.init.settings_file import write_files
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal.writer import ERR, OUT, confirm
from s1ecs.errors import SettingsError
from s1ecs.monitor.all_checks import check_one_console
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.monitor.output_check import check_output
from s1ecs.monitor.state_check import check_state
from s1ecs.settings import Settings, load
from s1ecs.streams import STREAMS

# What keeps s1ecs from collecting at all. A stream without permission is skipped, templates are installed by the next
# command.
_NEEDED: frozenset[CheckArea] = frozenset({"state", "console", "token", "output"})
_LATER: frozenset[CheckArea] = frozenset({"templates"})
_OVERRIDING = (
    "S1ECS_URL",
    "S1ECS_TOKEN",
    "S1ECS_TOKEN_FILE",
    "S1ECS_TOKEN_COMMAND",
    "S1ECS_STATE_DIR",
    "S1ECS_OUTPUTS",
)


def init(options: InitOptions, environment: Mapping[str, str]) -> int:
    """Write the settings; 1 if a check failed and they were not to be written all the same, else 0."""
    check_options(options)
    url, token = ask_url(options), ask_token(options)
    answers = InitAnswers(url, token, options.state_folder, settings=options.settings)
    settings = _settings(answers, options.folder, environment)
    start_log(settings)
    if not _passes(_console_checks(settings), options):
        return 1
    answers = replace(answers, outputs=ask_outputs(options))
    settings = _settings(answers, options.folder, environment)
    if not _passes(_output_checks(settings), options):
        return 1
    for path in write_files(answers, options.file):
        OUT.line(f"wrote {path}")
    _say_next(answers, options, environment)
    return 0


def _settings(answers: InitAnswers, folder: Path, environment: Mapping[str, str]) -> Settings:
    """Load the answers as settings, beside what the environment says, before any file is written."""
    others = {name: value for name, value in environment.items() if name not in _OVERRIDING}
    try:
        return load(
            file=Path(os.devnull),
            environment={**others, **answers.environment()},
            flags=answers.settings,
            streams=list(STREAMS),
            working_folder=folder.absolute(),
        )
    except SettingsError as error:
        raise SettingsError(str(error).replace("environment S1ECS_OUTPUTS: ", "").replace("environment ", "")) from None


def _passes(checks: AsyncIterator[CheckResult], options: InitOptions) -> bool:
    """Run checks and print them; tell whether to go on."""
    if not options.checks:
        return True
    failed = asyncio.run(_failed(checks))
    if not failed:
        return True
    if options.asks and confirm("Write the settings all the same?"):
        return True
    ERR.write("s1ecs: init: nothing was written; correct what failed, or pass --no-check\n")
    return False


async def _failed(checks: AsyncIterator[CheckResult]) -> bool:
    failed = False
    async for result in checks:
        if result.area in _LATER:
            continue
        print_result(result)
        failed = failed or (result.level == "failed" and result.area in _NEEDED)
    return failed


async def _console_checks(settings: Settings) -> AsyncIterator[CheckResult]:
    for result in check_state(settings.state_dir, datetime.now(UTC)):
        yield result
    for console in settings.require_consoles():
        async for result in check_one_console(settings, console, None):
            yield result


async def _output_checks(settings: Settings) -> AsyncIterator[CheckResult]:
    for output in settings.outputs:
        async for result in check_output(settings, output):
            yield result


def _say_next(answers: InitAnswers, options: InitOptions, environment: Mapping[str, str]) -> None:
    for name in _OVERRIDING:
        if environment.get(name):
            ERR.line(f"s1ecs: warning: the variable {name} is set and overrides {options.file}")
    command = "s1ecs" if options.file == Path("s1ecs.yaml") else f"s1ecs --config {options.file}"
    if any(output.type in SEARCH_TYPES for output in answers.outputs):
        OUT.line(f"next: install the index templates: {command} setup")
    OUT.line(f"next: collect once: {command} collect, or continuously: {command} run")
