"""`s1ecs consoles import` and `export`: all consoles of a file, or none of them."""

import asyncio
from pathlib import Path

from s1ecs.bootstrap.console_rows import entry_of, open_console_rows, read_rows
from s1ecs.commands.consoles.change import guarded
from s1ecs.commands.consoles.edits import adding, is_same
from s1ecs.commands.consoles.row_files import file_entry, rows_of_file
from s1ecs.commands.terminal.tables import print_table
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.errors import SettingsError
from s1ecs.records import readable
from s1ecs.settings import Settings
from s1ecs.state.console_rows import ConsoleRow, RowsByName

_MOST_FAULTS = 50


def import_consoles(settings: Settings, path: Path, *, replace: bool, dry_run: bool) -> None:
    """Add the consoles of a file; raise SettingsError, which tells all faults, and add none, where one has a fault."""
    given = _valid(settings, path)
    asyncio.run(_import(settings, given, replace=replace, dry_run=dry_run))


def export_consoles(settings: Settings) -> None:
    """Print each console as a JSON object on a line, for `import`."""
    for row in read_rows(settings, "export").values():
        OUT.json(f"{readable(file_entry(row)).decode()}\n")


async def _import(settings: Settings, given: list[ConsoleRow], *, replace: bool, dry_run: bool) -> None:
    edit = guarded(settings, adding(given, replacing=replace))
    async with open_console_rows(settings, "import") as rows:
        found = (await rows.read()).rows
        # What is refused is refused before anything is printed.
        edit(found)
        _print(found, given)
        if dry_run:
            OUT.line("dry run: nothing was changed")
            return
        saved = await rows.change(edit)
        OUT.line(f"imported {counted(len(given), 'console')} (revision {saved.revision})")


def _print(found: RowsByName, given: list[ConsoleRow]) -> None:
    def told(row: ConsoleRow) -> str:
        before = found.get(row.name)
        return "added" if before is None else "unchanged" if is_same(before, row) else "replaced"

    print_table(("console", "change", "tags"), [(row.name, told(row), ", ".join(sorted(row.tags))) for row in given])


def _valid(settings: Settings, path: Path) -> list[ConsoleRow]:
    faults: list[str] = []
    given = rows_of_file(path)
    for row, place in given:
        try:
            settings.build(entry_of(row)._replace(place=place))
        except SettingsError as error:
            faults += str(error).splitlines()
    if faults:
        more = len(faults) - _MOST_FAULTS
        raise SettingsError(
            "\n".join(faults[:_MOST_FAULTS] + ([f"and {counted(more, 'fault')} more"] if more > 0 else []))
        )
    return [row for row, _ in given]
