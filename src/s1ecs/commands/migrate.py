"""`s1ecs migrate`: resume where Elastic's integration stopped, previewed and confirmed before it is set."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from s1ecs.bootstrap.collector import open_feeds
from s1ecs.bootstrap.search_outputs import is_search, search_settings
from s1ecs.collect.feed import Feed
from s1ecs.collect.migrate.elastic_history import History, histories
from s1ecs.collect.migrate.migrate import (
    Migration,
    MigrationScope,
    history_field,
    migration_of,
    set_checkpoint,
    sharing,
)
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal import tables
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.outputs.search.admin_requests import check
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.settings import OutputSettings, Settings
from s1ecs.state.checkpoints import LIVE
from s1ecs.timestamps import shown_time

_COLUMNS = ("console", "stream", "namespace", "documents", "newest", "checkpoint")


@dataclass(frozen=True)
class MigrateOptions:
    """Options of the command line. `agree` is called before anything is set."""

    agree: Callable[[str], bool]
    streams: Sequence[str] = ()
    output: str | None = None
    console: str | None = None
    dry_run: bool = False
    wish: MigrationScope = field(default_factory=MigrationScope)


def migrate_streams(settings: Settings, asked: MigrateOptions) -> int:
    """Preview the checkpoints and set them; 1 if a stream cannot be migrated or the user declined, else 0."""
    chosen = chosen_output(settings, asked.output)
    names = [console.name for console in settings.require_consoles()]
    if asked.console is not None and asked.console not in names:
        raise UsageError(f"--console: no console named {asked.console!r}; available: {', '.join(names)}")
    start_log(settings)
    return asyncio.run(_migrate(settings, chosen, asked))


def chosen_output(settings: Settings, name: str | None) -> OutputSettings:
    """The search server whose documents are looked at; raise UsageError where it is not clear which."""
    found = {search_settings(output).name: output for output in settings.outputs if is_search(output)}
    if not found:
        raise UsageError("migrate: no output of type elasticsearch or opensearch is configured")
    if name is not None and name not in found:
        raise UsageError(f"--output: no search output named {name!r}; available: {', '.join(found)}")
    if name is None and len(found) > 1:
        raise UsageError(
            f"migrate: several search outputs are configured; select one with --output: {', '.join(found)}"
        )
    return found[name] if name is not None else next(iter(found.values()))


async def _migrate(settings: Settings, output: OutputSettings, asked: MigrateOptions) -> int:
    async with AsyncExitStack() as stack:
        server = connect(search_settings(output, settings.max_answer))
        stack.push_async_callback(server.close)
        await check(server)
        feeds = await stack.enter_async_context(open_feeds(settings, asked.streams))
        with waiting(f"Reading documents of the integration from {server.name}"):
            for feed in feeds:
                if asked.console in (None, feed.console):
                    await feed.gate.admit()
            migrations, elsewhere = await look(server, feeds, asked, datetime.now(UTC))
        _show(migrations, elsewhere)
        return await _set(migrations, asked)


async def look(
    server: SearchServer, feeds: Sequence[Feed], asked: MigrateOptions, now: datetime
) -> tuple[list[Migration], Mapping[str, Mapping[str, History]]]:
    """The plan for each feed; and by stream, the documents in namespaces of no configured console."""
    names = list(dict.fromkeys(feed.stream.name for feed in feeds))
    found = {name: await histories(server, name, history_field(name), now) for name in names}
    others = sharing(feeds)
    migrations = [
        migration_of(
            feed,
            found[feed.stream.name].get(feed.namespace, History()),
            await feed.checkpoints.load(feed.walk(LIVE)),
            shared=() if asked.console else others[feed.console],
            wish=asked.wish,
        )
        for feed in feeds
        if asked.console in (None, feed.console)
    ]
    own = {feed.namespace for feed in feeds}
    elsewhere = {
        name: {namespace: history for namespace, history in found[name].items() if namespace not in own}
        for name in names
    }
    return migrations, elsewhere


def _show(migrations: Sequence[Migration], elsewhere: Mapping[str, Mapping[str, History]]) -> None:
    rows = [
        (
            each.feed.console,
            each.feed.stream.name,
            each.feed.namespace,
            each.history.documents,
            "" if each.history.newest is None else shown_time(each.history.newest),
            each.says,
        )
        for each in migrations
    ]
    tables.print_table(_COLUMNS, rows)
    for each in migrations:
        if each.history.ours:
            OUT.line(f"{each.feed}: ignored {each.history.ours} documents that s1ecs wrote itself")
    for stream, namespaces in elsewhere.items():
        for namespace, history in namespaces.items():
            if history.documents:
                OUT.line(
                    f"{stream}: found {history.documents} documents in namespace {namespace}, "
                    "which no configured console uses"
                )


async def _set(migrations: Sequence[Migration], asked: MigrateOptions) -> int:
    status = int(any(each.refused for each in migrations))
    due = [(each.feed, each.position) for each in migrations if each.position is not None]
    if asked.dry_run:
        return status
    if not due:
        OUT.write("no checkpoint set\n")
        return status
    streams = "stream" if len(due) == 1 else "streams"
    if not asked.agree(f"Set the checkpoints of {len(due)} {streams}?"):
        OUT.write("no checkpoint set\n")
        return 1
    done = 0
    for feed, position in due:
        try:
            was_set = await set_checkpoint(feed, position, force=asked.wish.force)
        except S1ecsError as error:
            ERR.line(f"s1ecs: {error}")
            was_set = False
        done += was_set
    OUT.write(f"{done} of {len(due)} checkpoints set; start with: s1ecs collect, or s1ecs run\n")
    return status if done == len(due) else 1
