"""`s1ecs consoles --accept` and `--rename`: the user's decision where the identity of a console is unclear."""

import asyncio

from s1ecs.bootstrap.state import dead_letters_of, open_state, require_state
from s1ecs.collect.consoles.gate import rename
from s1ecs.commands.signals import start_log
from s1ecs.commands.terminal.writer import OUT
from s1ecs.errors import UsageError
from s1ecs.settings import Settings
from s1ecs.state.consoles import KnownConsole


def accept_console(settings: Settings, name: str) -> None:
    """Accept the console that answers under a name of the settings, whichever console it was before."""
    settings.console(name)
    require_state(settings)
    asyncio.run(_accept(settings, name))
    OUT.line(f"{name}: accepted; the identity is stored at the next contact")


async def _accept(settings: Settings, name: str) -> None:
    async with open_state(settings) as state:
        known = {each.name: each for each in (await state.consoles.names()).known}
        born = known[name].born if name in known else name
        moving = known[name].moving if name in known else None
        await state.consoles.save(KnownConsole(name, born, moving=moving))


def rename_offline(settings: Settings, old: str, new: str) -> None:
    """Move the state of a console to another name; raise UsageError if that can't be meant."""
    settings.console(new)
    require_state(settings)
    asyncio.run(_rename(settings, old, new))
    OUT.line(f"{new}: continues with the state of {old}")


async def _rename(settings: Settings, old: str, new: str) -> None:
    log = start_log(settings)
    async with open_state(settings) as state:
        names = await state.consoles.names()
        known, collected = {each.name: each for each in names.known}, names.collected
        if old not in collected and old not in known:
            raise UsageError(f"consoles: no state of a console named {old}; run `s1ecs consoles` for a list")
        if new in collected:
            raise UsageError(
                f"consoles: {new} already has its own state, and states cannot be merged; to keep it, run: "
                f"s1ecs consoles --accept {new}"
            )
        await rename(state, dead_letters_of(settings), known.get(old, KnownConsole(old, old)), new, log)
