"""`s1ecs consoles add|pause|resume|remove`: one change of the rows each, saved as a whole or not at all."""

import asyncio
from collections.abc import Callable, Sequence

from s1ecs.bootstrap.console_rows import entry_of, open_console_rows, read_rows
from s1ecs.commands.consoles.edits import adding, pausing, refuse_unknown, removing
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import UsageError
from s1ecs.settings import Settings
from s1ecs.state.console_rows import ConsoleRow, EditRows, RowsAtRevision, RowsByName


def add_console(settings: Settings, row: ConsoleRow, *, replace: bool) -> None:
    """Add a console, or replace its settings and tags; raise SettingsError for settings that can't be used."""
    settings.build(entry_of(row))
    saved = asyncio.run(_change(settings, "add", guarded(settings, adding([row], replacing=replace))))
    OUT.line(f"{row.name}: {_paused(row) or 'workers collect it within seconds'} (revision {saved.revision})")


def guarded(settings: Settings, edit: EditRows) -> EditRows:
    """Refuse an edit because of whose first row consoles of the settings file would be collected no longer."""

    def refusing(rows: RowsByName) -> RowsByName:
        edited = edit(rows)
        missing = [each.name for each in settings.consoles if each.name not in edited]
        if missing:
            raise UsageError(
                f"consoles: the settings file has consoles that are not rows yet ({', '.join(missing)}); with rows "
                "beside them they would no longer be collected. Take them over first: s1ecs consoles import s1ecs.yaml"
            )
        return edited

    return refusing


def pause_consoles(settings: Settings, names: Sequence[str], *, paused: bool) -> None:
    """Pause or resume consoles; raise UsageError, and change none, where one is unknown."""
    asyncio.run(_change(settings, "pause" if paused else "resume", pausing(names, paused=paused)))
    for name in dict.fromkeys(names):
        told = "paused; workers finish the page in hand and stop" if paused else "resumed; workers continue"
        OUT.line(f"{name}: {told} within seconds")


def remove_consoles(settings: Settings, names: Sequence[str], agreed: Callable[[str], bool]) -> bool:
    """Remove consoles after a confirmation; return False where nothing was removed."""
    listed = ", ".join(dict.fromkeys(names))
    refuse_unknown(read_rows(settings, "remove"), names)
    OUT.line(
        f"{listed}: will no longer be collected. Checkpoints, documents and dead letters stay: a console that is added "
        "again under its name continues where it stopped."
    )
    if not agreed(f"Remove {listed}?"):
        return False
    asyncio.run(_change(settings, "remove", removing(names)))
    OUT.line(f"{listed}: removed")
    return True


async def _change(settings: Settings, command: str, edit: EditRows) -> RowsAtRevision:
    async with open_console_rows(settings, command) as rows:
        return await rows.change(edit)


def _paused(row: ConsoleRow) -> str:
    return f"added as paused; start it with: s1ecs consoles resume {row.name}" if row.paused else ""
