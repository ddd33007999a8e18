"""Python functions that read: lists to choose from, and the journal of what was done."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.errors import ActionRefused, UsageError
from s1ecs.respond import subjects
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.engine import Following, resume
from s1ecs.respond.following import Read
from s1ecs.respond.plan import Scope
from s1ecs.respond.result import Result, was_shown
from s1ecs.respond.table import LISTS_TO_READ


async def read_list(
    console: ActionConsole, name: str, scope: Scope | None = None, arguments: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The records of a list of the table: `scripts`, `blocklist list` or `ioc list`, the last two of a scope.

    Raises ActionRefused for values that the console would not take, ConsoleError types.
    """
    listing = LISTS_TO_READ[name]
    params = dict(listing.query)
    if scope is not None:
        subjects.scope_target(scope.kind, scope.id)
        params |= subjects.scope_query(scope.kind, scope.id)
    for argument in listing.arguments:
        value = (arguments or {}).get(argument.name)
        if value is None:
            continue
        if argument.choices and value not in argument.choices:
            raise ActionRefused(f"{argument.flag or argument.metavar}: {value!r} is none of {argument.choices}")
        try:
            params[listing.parameters[argument.name]] = argument.check(value)
        except ValueError as problem:
            raise ActionRefused(f"{argument.flag or argument.metavar}: {problem}") from None
    return [record async for record in console.everything(Read(listing.path, params)) if isinstance(record, dict)]


async def scripts(console: ActionConsole, *, os: str | None = None) -> list[dict[str, Any]]:
    """The scripts of the console's library: GET /remote-scripts, of an operating system (linux, macos, windows).

    Raises ActionRefused, ConsoleError types.
    """
    return await read_list(console, "scripts", None, {"os": os} if os else {})


async def blocklist(console: ActionConsole, scope: Scope, *, value: str | None = None) -> list[dict[str, Any]]:
    """The blocklist of a scope, with those above and below: GET /restrictions; of a hash where one is given.

    Raises ActionRefused, ConsoleError types.
    """
    return await read_list(console, "blocklist list", scope, {"value": value} if value else {})


async def iocs(console: ActionConsole, scope: Scope, *, value: str | None = None) -> list[dict[str, Any]]:
    """The indicators of a scope: GET /threat-intelligence/iocs; of a value where one is given.

    Raises ActionRefused, ConsoleError types.
    """
    return await read_list(console, "ioc list", scope, {"value": value} if value else {})


async def status(console: ActionConsole, action: str, following: Following | None = None) -> Result:
    """Go on with an action by our id, also one of another process; raise UsageError where there is none."""
    journal = await console.journal()
    entry = await journal.load(action)
    if entry is None:
        raise UsageError(f"there is no action {action}; `s1ecs respond history` lists those that there are")
    result = await resume(console, entry, following or Following())
    await was_shown(journal, result)
    return result


async def history(console: ActionConsole) -> Sequence[Entry]:
    """All actions that were asked for in this state folder, the newest first."""
    return await (await console.journal()).history()
