"""Check of tokens without asking a console: can they be read, and do they say that they have expired."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from s1ecs.errors import SettingsError
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.monitor.console_check import expiry
from s1ecs.sentinelone.access import expiry_in_token
from s1ecs.settings import ConsoleSettings


def check_tokens_offline(console: ConsoleSettings, now: datetime) -> Iterator[CheckResult]:
    """Read the tokens of a console from settings and files; token commands are not run, because they use networks."""
    if console.token_command is None:
        yield _token(console, "token", now)
    else:
        yield CheckResult("ok", "token", console.name, "the token comes from token_command, which was not run")
    if console.has_action_token and console.action_token_command is None:
        yield _token(console, "action token", now)


def _token(console: ConsoleSettings, area: CheckArea, now: datetime) -> CheckResult:
    reading = console.read_token() if area == "token" else console.read_action_token()
    try:
        token = asyncio.run(reading)
    except SettingsError as error:
        return CheckResult("failed", area, console.name, error.behind(console.name))
    expires = expiry_in_token(token)
    if expires is None:
        return CheckResult("ok", area, console.name, f"the {area} can be read; only the console knows if it is valid")
    return expiry(console.name, expires, now, area)
