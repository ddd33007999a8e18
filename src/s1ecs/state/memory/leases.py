"""Leases in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager

from s1ecs.errors import WalkTaken
from s1ecs.state.leases import LastingTenure, LeaseName
from s1ecs.state.memory.tables import Tables


class MemoryLeases:
    """The leases of one owner, which stands for a process."""

    def __init__(self, tables: Tables, owner: str) -> None:
        self._tables = tables
        self._owner = owner

    @asynccontextmanager
    async def held(self, names: Sequence[LeaseName]) -> AsyncIterator[LastingTenure]:
        """Hold all of these, or none: raise WalkTaken, which names the owner of the taken one."""
        with ExitStack() as stack:
            for name in names:
                key = (name.console, name.stream, name.walk)
                if key in self._tables.leases:
                    raise WalkTaken(str(name), f"already collected by {self._tables.leases[key]}; stop it")
                self._tables.leases[key] = self._owner
                stack.callback(self._release, key)
            yield LastingTenure()

    def drop(self) -> None:
        """Release everything, as the end of a process does."""
        for key, owner in list(self._tables.leases.items()):
            if owner == self._owner:
                del self._tables.leases[key]

    def _release(self, key: tuple[str, str, str]) -> None:
        if self._tables.leases.get(key) == self._owner:
            del self._tables.leases[key]
