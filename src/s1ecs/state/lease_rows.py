"""Leases as operators see them: who holds what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeaseRow:
    """A lease that a process holds; `left` are the seconds until it expires unless it is renewed, negative after that.

    `console` and `stream` are empty where the lease belongs to none; `epoch` counts how often it was taken.
    """

    console: str
    stream: str
    walk: str
    holder: str
    epoch: int
    left: float
