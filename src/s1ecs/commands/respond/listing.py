"""`s1ecs respond scripts`, `blocklist list`, `ioc list`: what there is to choose from."""

import asyncio
from collections.abc import Mapping
from typing import Any

from s1ecs.commands.respond.printing import print_json
from s1ecs.commands.terminal import tables
from s1ecs.respond.actions.action import Listing
from s1ecs.respond.functions.reading import read_list
from s1ecs.respond.plan.plan import Scope
from s1ecs.respond.session import ActionConsole, console_of
from s1ecs.settings import Settings


def show_list(
    settings: Settings,
    listing: Listing,
    *,
    scope: Scope | None,
    arguments: Mapping[str, str],
    console: str | None,
    json: bool,
) -> None:
    """Print the records of a list: as a table, or whole as a JSON array; raise ActionRefused, ConsoleError types."""

    async def read() -> list[dict[str, Any]]:
        async with ActionConsole(settings, console_of(settings, console)) as opened:
            return await read_list(opened, listing.name, scope, arguments)

    records = asyncio.run(read())
    if json:
        print_json(records)
        return
    titles = [title for title, _ in listing.columns]
    rows = [[_cell(record, key) for _, key in listing.columns] for record in records]
    tables.print_table(titles, rows, too_wide="cut")


def _cell(record: Mapping[str, Any], key: str | tuple[str, ...]) -> Any:
    value = record.get(key) if isinstance(key, str) else [record[each] for each in key if record.get(each)]
    return ", ".join(map(str, value)) if isinstance(value, list) else value
