"""All checks of `s1ecs check`, in the order in which problems are fixed."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from s1ecs.bootstrap.collector import open_client, open_trace_of
from s1ecs.bootstrap.feeds import scope_of
from s1ecs.collect.consoles.connection_limits import share_of_each
from s1ecs.counted import counted
from s1ecs.errors import SettingsError
from s1ecs.monitor.action_token_check import check_action_token
from s1ecs.monitor.check_result import CheckResult
from s1ecs.monitor.console_check import check_console, whose_of
from s1ecs.monitor.geoip_check import check_geoip
from s1ecs.monitor.output_check import check_local_output, check_output
from s1ecs.monitor.postgres_check import check_postgres, check_postgres_settings
from s1ecs.monitor.secret_files_check import check_secret_files
from s1ecs.monitor.state_check import check_state
from s1ecs.monitor.token_file_check import check_tokens_offline
from s1ecs.settings import ConsoleSettings, Settings
from s1ecs.streams import STREAMS
from s1ecs.trace.writer import Trace, at_once


async def check_all(settings: Settings, now: datetime, folder: Path) -> AsyncGenerator[CheckResult, None]:
    """Check the machine, then every console and every output; `now` in UTC, `folder` is the working folder."""
    for result in _local(settings, now, folder):
        yield result
    if settings.state is not None:
        for result in await check_postgres(settings, lambda: datetime.now(UTC)):
            yield result
    async with open_trace_of(settings, at_once) as trace:
        for console in settings.consoles:
            async for result in check_one_console(settings, console, trace):
                yield result
    for output in settings.outputs:
        async for result in check_output(settings, output):
            yield result


def check_offline(settings: Settings, now: datetime, folder: Path) -> Iterator[CheckResult]:
    """Check settings and this machine only; no network is used and no token command is run."""
    yield from _local(settings, now, folder)
    if not settings.consoles:
        text = "none was checked: the settings file has none, and the state, which may keep some, can't be read"
        yield CheckResult("warning", "settings", "consoles", text, "run s1ecs check without --offline for the reason")
    for console in settings.consoles:
        yield from check_tokens_offline(console, now)
    for output in settings.outputs:
        yield from check_local_output(settings, output)


def _local(settings: Settings, now: datetime, folder: Path) -> Iterator[CheckResult]:
    consoles = settings.consoles
    streams = len({name for console in consoles for name in settings.enabled(console)})
    told = f"{counted(len(consoles), 'console')}, {counted(streams, 'stream')}, "
    yield CheckResult("ok", "settings", "settings", f"valid: {told}{counted(len(settings.outputs), 'output')}")
    for name, fault in settings.console_faults.items():
        yield CheckResult("failed", "settings", name, fault)
    yield from _open_files(settings)
    yield from check_secret_files(settings, folder)
    if settings.state is None:
        yield from check_state(settings.state_dir, now)
    else:
        yield from check_postgres_settings(settings)
    yield from check_geoip(settings.geoip, now)


async def check_one_console(
    settings: Settings, console: ConsoleSettings, trace: Trace | None
) -> AsyncIterator[CheckResult]:
    """Check a console with its token, and its action token if there is one."""
    streams = [STREAMS[name] for name in settings.enabled(console)]
    reached = False
    async with open_client(settings, console, trace=trace) as client:
        checks = check_console(
            console.name,
            client,
            streams,
            scope_of(console),
            tolerance=console.clock_tolerance,
            whose=whose_of(settings, console, client),
        )
        async for result in checks:
            reached = reached or (result.area == "console" and result.level == "ok")
            yield result
    # Without an answer of the console its second token would only be told the same.
    if reached and console.has_action_token:
        async with open_client(settings, console, trace=trace, acts=True) as client:
            async for result in check_action_token(console.name, client, console.read_token):
                yield result


def _open_files(settings: Settings) -> Iterator[CheckResult]:
    """Report what the limit of open files leaves for each console; nothing if that is enough."""
    told: list[str] = []
    try:
        share_of_each(settings, told.append)
    except SettingsError as error:
        yield CheckResult("failed", "open files", "open files", str(error))
    for text in told:
        yield CheckResult("warning", "open files", "open files", text)
