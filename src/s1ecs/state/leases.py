"""Leases: the exclusive right of one process to a walk, a spool or a delivery. A Protocol."""

import math
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


class Tenure(Protocol):
    """Leases that were taken together."""

    @property
    def is_lost(self) -> bool:
        """True once another process is known to have taken one of them over; never for leases that can't expire."""

    @property
    def valid_until(self) -> float:
        """The moment, of `time.monotonic`, from which another process may take one of them over; infinite for those."""


class LastingTenure:
    """Leases that stay ours as long as the process lives."""

    is_lost = False
    valid_until = math.inf


class Leases(Protocol):
    """The leases that one process holds in a state."""

    def held(self, names: Sequence[LeaseName]) -> AbstractAsyncContextManager[Tenure]:
        """Hold all of these, or none: raise WalkTaken, which names the process that has the taken one.

        A lease ends with the context, and with the process however that ends, at once or soon after it.
        """
