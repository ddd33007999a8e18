"""Python functions that read: lists to choose from, and the journal of what was done."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.errors import NotFound, UsageError
from s1ecs.respond.actions.action import Listing
from s1ecs.respond.actions.table import LISTS_TO_READ
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.plan import targets
from s1ecs.respond.plan.checked_arguments import checked
from s1ecs.respond.plan.plan import Scope
from s1ecs.respond.plan.unknown_ids import as_unknown
from s1ecs.respond.run.engine import Following, resume
from s1ecs.respond.run.result import Result, was_shown
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import ReadRequest


async def read_list(
    console: ActionConsole, name: str, scope: Scope | None = None, arguments: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The records of a list of the table, such as `sites` or `scripts`; `blocklist list` and `ioc list` are of a scope.

    Raises UsageError for a wrong choice, ActionRefused for values that the console would not take, ConsoleError types.
    """
    listing = LISTS_TO_READ[name]
    given = checked(listing.arguments, arguments or {})
    params = dict(listing.query)
    if scope is not None:
        targets.scope_target(scope.kind, scope.id)
        params |= targets.scope_query(scope.kind, scope.id)
    params |= {listing.parameters[key]: value for key, value in given.items() if key in listing.parameters}
    try:
        return await _listed(console, listing, params, given.get("value"))
    except NotFound as error:
        if scope is None or scope.kind == "tenant":
            raise
        raise as_unknown(error, scope.kind, scope.id, console.name) from None


async def _listed(
    console: ActionConsole, listing: Listing, params: Mapping[str, str], wanted: str | None
) -> list[dict[str, Any]]:
    """The records of a list; of a value, where one is wanted."""
    items = listing.items
    if items is None or wanted is None:
        return await _records(console, ReadRequest(listing.path, params, inside=listing.inside))
    found: dict[str, dict[str, Any]] = {}
    for query in items.queries(wanted):
        for record in await _records(console, ReadRequest(listing.path, {**params, **query})):
            if items.fits(record, wanted):
                found[str(record.get(items.identity))] = record
    return list(found.values())


async def _records(console: ActionConsole, read: ReadRequest) -> list[dict[str, Any]]:
    return [record async for record in console.everything(read) if isinstance(record, dict)]


async def accounts(console: ActionConsole, *, text: str | None = None) -> list[dict[str, Any]]:
    """The accounts that the token can read: GET /accounts, of a name that contains a text where one is given.

    Raises ConsoleError types.
    """
    return await read_list(console, "accounts", None, {"text": text} if text else {})


async def sites(console: ActionConsole, *, text: str | None = None, account: str | None = None) -> list[dict[str, Any]]:
    """The sites that the token can read: GET /sites, of a name that contains a text, of an account by its id.

    Raises ActionRefused, ConsoleError types.
    """
    given = {"text": text, "account": account}
    return await read_list(console, "sites", None, {key: value for key, value in given.items() if value})


async def groups(
    console: ActionConsole, *, text: str | None = None, site: str | None = None, account: str | None = None
) -> list[dict[str, Any]]:
    """The groups that the token can read: GET /groups, of a name that contains a text, of a site or account by its id.

    Raises ActionRefused, ConsoleError types.
    """
    given = {"text": text, "site": site, "account": account}
    return await read_list(console, "groups", None, {key: value for key, value in given.items() if value})


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
        raise UsageError(f"no action has the id {action}; `s1ecs respond history` lists all actions")
    result = await resume(console, entry, following or Following())
    await was_shown(journal, result)
    return result


async def history(console: ActionConsole) -> Sequence[Entry]:
    """All actions that were asked for in this state folder, the newest first."""
    return await (await console.journal()).history()
