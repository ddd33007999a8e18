"""Leases: the exclusive right of one process to a walk, a spool or a delivery. A Protocol."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class LeaseName(Protocol):
    """The subject of a lease; its text is the name that errors use."""

    @property
    def console(self) -> str:
        """The console's name, empty where it belongs to no console."""

    @property
    def stream(self) -> str:
        """The stream's name."""

    @property
    def walk(self) -> str:
        """The walk's name."""


class Leases(Protocol):
    """The leases that one process holds in a state."""

    def held(self, names: Sequence[LeaseName]) -> AbstractAsyncContextManager[None]:
        """Hold all of these, or none: raise WalkTaken, which names the process that has the taken one.

        A lease ends with the context, and with the process however that ends.
        """
