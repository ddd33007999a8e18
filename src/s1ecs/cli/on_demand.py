"""Commands that are imported when they are wanted: importing all of them takes longer than most of them run."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer

from s1ecs.cli.help_page import GROUPS, HelpGroup

# Each is the module of its command: `dead-letters` is dead_letters.py.
COMMANDS = tuple(name for names in GROUPS.values() for name in names)


class _OnDemand(MutableMapping[str, Any]):
    """Commands by name; those that are not there yet are imported by their first use."""

    def __init__(self, made: MutableMapping[str, Any]) -> None:
        self.made = made

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        if name not in self.made:
            module = import_module(f"s1ecs.cli.{name.replace('-', '_')}")
            group: Any = typer.main.get_group(module.app)
            self.made.update(group.commands.made)
        return self.made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self.made[name] = command

    def __delitem__(self, name: str) -> None:
        del self.made[name]

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class CommandsOnDemand(HelpGroup):
    """The commands of `s1ecs`, each imported by its first use; the help of `s1ecs` itself imports all."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.commands = _OnDemand(self.commands)
