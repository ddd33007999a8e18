"""`s1ecs consoles list` and `show` where consoles are rows of the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from s1ecs.bootstrap.console_rows import entry_of, no_rows, read_rows
from s1ecs.bootstrap.state import has_state
from s1ecs.commands.consoles.edits import refuse_unknown
from s1ecs.commands.consoles.known import list_known
from s1ecs.commands.consoles.row_files import file_entry
from s1ecs.commands.terminal.tables import print_json, print_table, print_text
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import SettingsError
from s1ecs.records import readable
from s1ecs.settings import Settings
from s1ecs.state.console_rows import ConsoleRow, RowsByName

_COLUMNS = ("console", "address", "tags", "state", "reason")
_PLAIN = ("console", "in_settings", "address", "tags", "state", "reason", "revision")


@dataclass(frozen=True)
class ListedConsole:
    """A row with its state: collected, paused, or invalid on this machine for a reason."""

    row: ConsoleRow
    state: str
    reason: str = ""

    @property
    def address(self) -> str:
        """The address as it was given."""
        return str(self.row.values.get("url", ""))


def list_consoles(settings: Settings, tags: Sequence[str], *, json: bool) -> None:
    """Print the consoles that have all of these tags, as rows of the state; without rows, those that it knows."""
    rows = {} if settings.state is None else read_rows(settings, "list")
    if tags and settings.state is None:
        raise no_rows("list --tag")
    if not rows and (settings.state is None or has_state(settings)):
        list_known(settings, json=json)
    else:
        _print_rows(settings, rows, tags, json=json)


def _print_rows(settings: Settings, rows: RowsByName, tags: Sequence[str], *, json: bool) -> None:
    found = [_listed(settings, row) for row in rows.values() if row.tags.issuperset(tags)]
    if json:
        print_json(_PLAIN, map(_plain, found))
    elif found:
        print_table(_COLUMNS, map(_line, found))
    else:
        print_text(
            "no console has these tags" if rows else "no consoles; add one with: s1ecs consoles add NAME --url U"
        )


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
        return ListedConsole(
            row, "invalid", "; ".join(line.removeprefix(f"console {row.name}: ") for line in str(error).splitlines())
        )
    return ListedConsole(row, "paused" if row.paused else "collected")


def _line(listed: ListedConsole) -> Sequence[str]:
    return (listed.row.name, listed.address, ", ".join(sorted(listed.row.tags)), listed.state, listed.reason)


def _plain(listed: ListedConsole) -> Sequence[object]:
    row = listed.row
    return (row.name, False, listed.address, sorted(row.tags), listed.state, listed.reason, row.revision)


def _text(value: object) -> str:
    return (
        value
        if isinstance(value, str)
        else readable(value).decode()
        if isinstance(value, Mapping | list)
        else str(value)
    )
