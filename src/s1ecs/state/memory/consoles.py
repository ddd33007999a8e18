"""Consoles in memory."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from s1ecs.state.checkpoints import WalkName
from s1ecs.state.consoles import ConsoleNames, KnownConsole
from s1ecs.state.memory.tables import Tables
from s1ecs.state.status import Key


class MemoryConsoles:
    """The consoles that a state in memory belongs to."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def names(self) -> ConsoleNames:
        """Return the consoles that the state knows, and those that were collected."""
        known = sorted(self._tables.consoles.values(), key=lambda console: console.name)
        return ConsoleNames(known, frozenset(walk.console for walk in self._tables.checkpoints if walk.console))

    async def save(self, console: KnownConsole) -> None:
        """Save the identity of a console."""
        self._tables.consoles[console.name] = console

    async def walks_of(self, name: str) -> Sequence[tuple[str, str]]:
        """Return the walks of a console that have a checkpoint: (stream, walk)."""
        return sorted((walk.stream, walk.walk) for walk in self._tables.checkpoints if walk.console == name)

    async def rename(self, old: KnownConsole, name: str) -> KnownConsole:
        """Move the state of a console to another name in one commit."""
        tables = self._tables
        by_console: list[dict[Any, Any]] = [
            *(tables.checkpoints, tables.seen, tables.backfilled, tables.entities, tables.rounds),
            *(tables.items, tables.polls, tables.progress),
        ]
        with tables.transaction():
            for table in by_console:
                for key in [key for key in table if key[0] == old.name]:
                    table[_renamed(key, name)] = table.pop(key)
            if old.name in tables.tokens:
                tables.tokens[name] = tables.tokens.pop(old.name)
            for identity, row in tables.actions.items():
                if row.console == old.name:
                    tables.actions[identity] = replace(row, console=name)
            for identity, (document, outputs) in tables.action_documents.items():
                if document.console == old.name:
                    tables.action_documents[identity] = document._replace(console=name), outputs
            tables.consoles.pop(old.name, None)
            renamed = replace(old, name=name, moving=old.name)
            tables.consoles[name] = renamed
        return renamed

    async def move_documents(self, _old: str, _name: str) -> int:
        """Return 0: there is no store in memory."""
        return 0


def _renamed(key: WalkName | Key | tuple[str, ...], name: str) -> WalkName | Key | tuple[str, ...]:
    return key._replace(console=name) if isinstance(key, WalkName | Key) else (name, *key[1:])
