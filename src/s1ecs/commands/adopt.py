"""`s1ecs adopt`: go on where Elastic's integration stopped, shown and agreed to before it is set."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from s1ecs.collect.adopt import Adoption, Wish, adopt, adoption, history_field, sharing
from s1ecs.collect.checkpoint import LIVE
from s1ecs.collect.feed import Feed
from s1ecs.collect.history import History, histories
from s1ecs.collect.search_outputs import is_search, search_settings
from s1ecs.collect.session import open_feeds
from s1ecs.commands import tables
from s1ecs.commands.process import start_log
from s1ecs.errors import S1ecsError, UsageError
from s1ecs.outputs.search.asking import check
from s1ecs.outputs.search.connect import connect
from s1ecs.outputs.search.server import Server
from s1ecs.settings import Output, Settings

_COLUMNS = ("console", "stream", "namespace", "documents", "newest", "adopt")


@dataclass(frozen=True)
class Asked:
    """What the command line asks for. `agree` is asked before anything is set."""

    agree: Callable[[str], bool]
    streams: Sequence[str] = ()
    output: str | None = None
    console: str | None = None
    dry_run: bool = False
    wish: Wish = field(default_factory=Wish)


def adopt_streams(settings: Settings, asked: Asked) -> int:
    """Show what adopting comes to and set it; 1 if a stream could not be adopted or it was not agreed to, else 0."""
    chosen = chosen_output(settings, asked.output)
    names = [console.name for console in settings.require_consoles()]
    if asked.console is not None and asked.console not in names:
        raise UsageError(f"--console: no console named {asked.console!r}; there are: {', '.join(names)}")
    start_log(settings)
    return asyncio.run(_adopt(settings, chosen, asked))


def chosen_output(settings: Settings, name: str | None) -> Output:
    """The search server whose documents are looked at; raise UsageError where it is not clear which."""
    found = {search_settings(output).name: output for output in settings.outputs if is_search(output)}
    if not found:
        raise UsageError("adopt: no output of type elasticsearch or opensearch is set, whose documents would tell")
    if name is not None and name not in found:
        raise UsageError(f"--output: no search output named {name!r}; there are: {', '.join(found)}")
    if name is None and len(found) > 1:
        raise UsageError(f"adopt: --output says which one has the documents: {', '.join(found)}")
    return found[name] if name is not None else next(iter(found.values()))


async def _adopt(settings: Settings, output: Output, asked: Asked) -> int:
    async with AsyncExitStack() as stack:
        server = connect(search_settings(output))
        stack.push_async_callback(server.close)
        await check(server)
        feeds = await stack.enter_async_context(open_feeds(settings, asked.streams))
        adoptions, elsewhere = await look(server, feeds, asked, datetime.now(UTC))
        _show(adoptions, elsewhere)
        return await _set(adoptions, asked)


async def look(
    server: Server, feeds: Sequence[Feed], asked: Asked, now: datetime
) -> tuple[list[Adoption], Mapping[str, Mapping[str, History]]]:
    """What adopting each feed comes to; and by stream, what lies in namespaces that no console has."""
    names = list(dict.fromkeys(feed.stream.name for feed in feeds))
    found = {name: await histories(server, name, history_field(name), now) for name in names}
    others = sharing(feeds)
    adoptions = [
        adoption(
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
    return adoptions, elsewhere


def _show(adoptions: Sequence[Adoption], elsewhere: Mapping[str, Mapping[str, History]]) -> None:
    rows = [
        (
            each.feed.console,
            each.feed.stream.name,
            each.feed.namespace,
            each.history.documents,
            "" if each.history.newest is None else f"{each.history.newest:%Y-%m-%d %H:%M:%S}",
            each.says,
        )
        for each in adoptions
    ]
    tables.print_table(_COLUMNS, rows)
    for each in adoptions:
        if each.history.ours:
            sys.stdout.write(f"{each.feed}: {each.history.ours} documents there are s1ecs's own and were left out\n")
    for stream, namespaces in elsewhere.items():
        for namespace, history in namespaces.items():
            if history.documents:
                sys.stdout.write(
                    f"{stream}: {history.documents} documents lie in the namespace {namespace}, which no console of "
                    "the settings has\n"
                )


async def _set(adoptions: Sequence[Adoption], asked: Asked) -> int:
    status = int(any(each.refused for each in adoptions))
    due = [(each.feed, each.position) for each in adoptions if each.position is not None]
    if asked.dry_run:
        return status
    if not due:
        sys.stdout.write("nothing was set\n")
        return status
    if not asked.agree(f"set the checkpoints of these {len(due)} streams?"):
        sys.stdout.write("nothing was set\n")
        return 1
    done = 0
    for feed, position in due:
        try:
            was_set = await adopt(feed, position, force=asked.wish.force)
        except S1ecsError as error:
            sys.stderr.write(f"s1ecs: {error}\n")
            was_set = False
        done += was_set
    sys.stdout.write(f"{done} of {len(due)} checkpoints set; s1ecs collect or run goes on from there\n")
    return status if done == len(due) else 1
