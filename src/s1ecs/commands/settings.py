"""`s1ecs settings`: every setting with its value and origin, or a settings file to begin with."""

from collections.abc import Sequence
from dataclasses import replace

from s1ecs.commands.terminal import tables
from s1ecs.commands.terminal.writer import OUT
from s1ecs.settings import SettingRow, Settings, show, yaml_template


def print_settings(settings: Settings, *, verbose: bool) -> None:
    """Print the settings for people, those that were changed first; `verbose`: with default and description."""
    found = show(settings) if verbose else effective(show(settings), [console.name for console in settings.consoles])
    rows = sorted(found, key=lambda row: not row.changed)
    if verbose:
        columns = ("setting", "value", "from", "default", "description")
        tables.print_table(columns, [(row.name, row.value, row.source, row.default, row.help) for row in rows])
        return
    lines = [(row.name, row.value, row.source) for row in rows]
    tables.print_table(("setting", "value", "from"), lines, too_wide="cut")


def effective(rows: Sequence[SettingRow], consoles: Sequence[str]) -> list[SettingRow]:
    """Leave out what consoles inherit; of a single console the rows take the place and the names of those above it."""
    by_name = {row.name: row for row in rows}
    for name, row in [*by_name.items()]:
        console, short = _of_console(name, consoles)
        if not console:
            continue
        if len(consoles) == 1:
            del by_name[name]
            by_name[short] = replace(row, name=short)
        elif not row.changed or (short in by_name and by_name[short].source == row.source):
            del by_name[name]
    return [*by_name.values()]


def _of_console(name: str, consoles: Sequence[str]) -> tuple[str, str]:
    """The console of a setting and its name there; both empty where it is not of a console."""
    for console in consoles:
        prefix = f"consoles.{console}."
        if name.startswith(prefix):
            return console, name.removeprefix(prefix)
    return "", ""


def print_for_programs(settings: Settings) -> None:
    """Print the settings as JSON, values with their own types."""
    rows = [(row.name, row.plain, row.source, row.plain_default, row.help) for row in show(settings)]
    tables.print_json(("setting", "value", "from", "default", "help"), rows)


def print_template() -> None:
    """Print a settings file with every setting as a comment."""
    OUT.write(yaml_template())
