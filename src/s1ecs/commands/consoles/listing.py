"""`s1ecs consoles list` and `show` where consoles are rows of the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from s1ecs.bootstrap.console_rows import entry_of, fault_of, no_rows, read_rows
from s1ecs.bootstrap.state import has_state, open_readonly
from s1ecs.commands.consoles.edits import refuse_unknown
from s1ecs.commands.consoles.known import list_known
from s1ecs.commands.consoles.row_files import file_entry
from s1ecs.commands.terminal.tables import print_json, print_table, print_text
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import SettingsError
from s1ecs.records import readable
from s1ecs.settings import Settings
from s1ecs.state.console_rows import ConsoleRow, RowsByName
from s1ecs.state.consoles import KnownConsole
from s1ecs.timestamps import shown_time, time_text

_COLUMNS = ("console", "address", "tags", "state", "token expires", "reason")
_PLAIN = (
    "console",
    "in_settings",
    "address",
    "ids",
    "first_name",
    "tags",
    "state",
    "reason",
    "token_expires",
    "revision",
)


@dataclass(frozen=True)
class ListedConsole:
    """A row with its state: collected, paused, invalid on this machine, or removed, while what was collected is known.

    `known` is the identity that the state learned, `expires` the expiry of its token; None: not yet.
    """

    row: ConsoleRow
    state: str
    reason: str = ""
    known: KnownConsole | None = None
    expires: datetime | None = None

    @property
    def address(self) -> str:
        """The address as it was given."""
        return str(self.row.values.get("url", ""))


def list_consoles(settings: Settings, tags: Sequence[str], *, json: bool) -> None:
    """Print the consoles that have all of these tags, as rows of the state; without rows or tags, those it knows."""
    if tags and settings.state is None:
        raise no_rows("list --tag")
    rows = {} if settings.state is None else read_rows(settings, "list")
    # Only a row has tags.
    if not rows and not tags and (settings.state is None or has_state(settings)):
        list_known(settings, json=json)
    else:
        _print_rows(settings, rows, tags, json=json)


def _print_rows(settings: Settings, rows: RowsByName, tags: Sequence[str], *, json: bool) -> None:
    in_file = {each.name for each in settings.consoles}
    found = [each for each in _all_listed(settings, rows) if each.row.tags.issuperset(tags)]
    if json:
        print_json(_PLAIN, [_plain(each, in_settings=each.row.name in in_file) for each in found])
    elif found:
        print_table(_COLUMNS, map(_line, found))
    else:
        print_text(
            "no console has these tags" if tags else "no consoles; add one with: s1ecs consoles add NAME --url U"
        )


def _all_listed(settings: Settings, rows: RowsByName) -> list[ListedConsole]:
    state = open_readonly(settings)
    known = {each.name: each for each in state.consoles()}
    tokens = state.life().tokens
    removed = [
        ListedConsole(ConsoleRow(name, {"url": each.address or "unknown"}), "removed", known=each)
        for name, each in known.items()
        if name not in rows
    ]
    listed = [
        replace(_listed(settings, row), known=known.get(name), expires=tokens[name].expires if name in tokens else None)
        for name, row in rows.items()
    ]
    return listed + removed


def show_console(settings: Settings, name: str, *, json: bool) -> None:
    """Print what is set for a console, and whether this machine can use it."""
    rows = read_rows(settings, "show")
    refuse_unknown(rows, [name])
    listed = _listed(settings, rows[name])
    if json:
        told = {
            **file_entry(listed.row),
            "state": listed.state,
            "reason": listed.reason,
            "revision": listed.row.revision,
        }
        OUT.json(f"{readable(told).decode()}\n")
        return
    values = [(key, _text(value)) for key, value in file_entry(listed.row).items()]
    state = f"{listed.state}: {listed.reason}" if listed.reason else listed.state
    print_table(
        ("setting", "value"), [*values, ("state", state), ("revision", str(listed.row.revision))], too_wide="wrap"
    )


def _listed(settings: Settings, row: ConsoleRow) -> ListedConsole:
    try:
        settings.build(entry_of(row))
    except SettingsError as error:
        return ListedConsole(row, "invalid", fault_of(row.name, error))
    return ListedConsole(row, "paused" if row.paused else "collected")


def _line(listed: ListedConsole) -> Sequence[str]:
    row = listed.row
    expires = "" if listed.expires is None else shown_time(listed.expires)
    return (row.name, listed.address, ", ".join(sorted(row.tags)), listed.state, expires, listed.reason)


def _plain(listed: ListedConsole, *, in_settings: bool) -> Sequence[object]:
    row, known = listed.row, listed.known
    return (
        row.name,
        in_settings,
        listed.address,
        [] if known is None else sorted(known.ids),
        row.name if known is None else known.born,
        sorted(row.tags),
        listed.state,
        listed.reason,
        None if listed.expires is None else time_text(listed.expires),
        row.revision,
    )


def _text(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else readable(value).decode()
        if isinstance(value, Mapping | list)
        else str(value)
    )
