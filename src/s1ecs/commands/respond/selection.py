"""The targets of an invocation: as typed, from a file, from the store, or the hosts of a group or site by id."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s1ecs.bootstrap.store_folder import store_folder
from s1ecs.commands.query import column_of
from s1ecs.errors import ActionRefused, ConsoleError, UsageError
from s1ecs.respond.actions.action import Action, On
from s1ecs.respond.plan import targets
from s1ecs.respond.plan.unknown_ids import as_unknown, no_such
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import ReadRequest
from s1ecs.settings import Settings

# Columns of the views that name a target, the surest first.
_COLUMNS: Mapping[On, tuple[str, ...]] = {
    On.HOST: ("agent_id", "host_id", "host"),
    On.THREAT: ("threat_id",),
    On.ALERT: ("alert_id",),
    On.UNIFIED_ALERT: ("alert_id",),
}
NOUNS: Mapping[On, str] = {On.HOST: "hosts", On.THREAT: "threats", On.ALERT: "alerts", On.UNIFIED_ALERT: "alerts"}


@dataclass(frozen=True)
class Selection:
    """The selection of targets on the command line; `from_file` "-" is standard input."""

    typed: tuple[str, ...] = ()
    from_file: str | None = None
    from_query: str | None = None
    group: str | None = None
    site: str | None = None

    @property
    def single(self) -> str | None:
        """The one target, where one was typed and nothing else selects more; else None."""
        more = (self.from_file, self.from_query, self.group, self.site)
        once = dict.fromkeys(self.typed)
        return next(iter(once)) if len(once) == 1 and all(each is None for each in more) else None


def listed(action: Action, selection: Selection, settings: Settings) -> list[str]:
    """The targets that need no console to be known, each once; raise UsageError for a file that can't be read.

    The local store holds hosts of all consoles: with several of them a query has to select ids, since a name may stand
    for another host on the console that is acted on.
    """
    found = [*selection.typed]
    if selection.from_file is not None:
        found += _lines_of(selection.from_file)
    if selection.from_query is not None:
        columns, required = _COLUMNS[action.on], ""
        if len(settings.consoles) > 1:
            columns = tuple(each for each in columns if each.endswith("_id"))
            required = f"--from-query: with several consoles, select a column of ids: {', '.join(columns)}"
        folder = store_folder(settings, "respond --from-query")
        found += column_of(folder, selection.from_query, columns, required=required)
    in_console = selection.group is not None or selection.site is not None
    if not found and not in_console:
        if selection == Selection():
            # A word that is left out is missed in the first place.
            words = [action.on.value, *(each.metavar for each in action.arguments if not each.flag)]
            raise UsageError(f"respond {action.name}: {' or '.join(words)} is missing")
        raise UsageError(f"respond {action.name}: no {NOUNS[action.on]} selected")
    return list(dict.fromkeys(found))


async def in_console(console: ActionConsole, selection: Selection) -> list[str]:
    """The agent ids of a group or site, as the console lists them now: requests name these ids, never the group.

    Raises ActionRefused where the console knows no such group or site, or where it has no hosts; ConsoleError types.
    """
    found: list[str] = []
    for kind, value in (("group", selection.group), ("site", selection.site)):
        if value is None:
            continue
        targets.scope_target(kind, value)
        read = ReadRequest("/agents", {targets.SCOPE_FILTERS[kind]: value})
        try:
            agents = [each for each in await console.read_all(read) if isinstance(each, dict)]
        except ConsoleError as error:
            raise as_unknown(error, kind, value, console.name) from None
        ids = list(_ids(agents, f"{kind}Id", value))
        if not ids:
            raise ActionRefused(f"{no_such(kind, value)}; or it has no hosts")
        found += ids
    return found


def _ids(agents: Iterable[Mapping[str, object]], key: str, value: str) -> Iterable[str]:
    """The ids of those that are in the group or site by their own records, and that are there at all."""
    for agent in agents:
        if str(agent.get(key)) == value and not agent.get("isUninstalled") and not agent.get("isDecommissioned"):
            yield str(agent["id"])


def _lines_of(name: str) -> Sequence[str]:
    """The lines of a file, without blank ones and those that begin with #; raise UsageError if it can't be read."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not valid UTF-8"
        raise UsageError(f"--from-file {name}: cannot be read: {told}") from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
