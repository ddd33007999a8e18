"""`s1ecs check`: prints the result of every check, one a line, and a summary."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from s1ecs.commands.extras import require_extras_to_run
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal.tables import print_json
from s1ecs.commands.terminal.writer import OUT
from s1ecs.monitor.all_checks import check_all, check_offline
from s1ecs.monitor.check_result import CheckResult, summary
from s1ecs.settings import Settings

_COLUMNS = ("status", "check", "subject", "text", "cure")
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red"}


def check(settings: Settings, *, offline: bool = False, json: bool = False) -> int:
    """Print the results of all checks; return 1 if one of them failed, else 0."""
    require_extras_to_run(settings)
    # Else what a trace warns of would be printed past the log.
    start_log(settings)
    now, folder = datetime.now(UTC), Path.cwd()
    if offline:
        results = list(check_offline(settings, now, folder))
        if not json:
            for result in results:
                print_result(result)
    else:
        results = asyncio.run(_printed(check_all(settings, now, folder), quiet=json))
    if json:
        print_json(_COLUMNS, [(each.level, each.area, each.about, each.text, each.cure) for each in results])
    else:
        OUT.line(summary(results))
    return int(any(result.level == "failed" for result in results))


async def _printed(checks: AsyncGenerator[CheckResult, None], *, quiet: bool) -> list[CheckResult]:
    found = []
    async with aclosing(checks) as results:
        async for result in results:
            found.append(result)
            if not quiet:
                print_result(result)
    return found


def print_result(result: CheckResult) -> None:
    """Print a result with its cure."""
    OUT.finding(result.level, _STYLES[result.level], result.about, result.told)
