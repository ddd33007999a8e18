"""Rate limits that hold for all workers together. A Protocol."""

from typing import NamedTuple, Protocol


class RateKey(NamedTuple):
    """Requests that share a limit: the token that makes them, as an opaque text, and the family of their paths."""

    identity: str
    family: str


class RateBuckets(Protocol):
    """Allowances of requests by the state's own clock. Every method raises StateError if it can't be used."""

    async def reserve(self, key: RateKey, requests: int, *, per_second: float, burst: float) -> float:
        """Reserve the next requests; return the seconds until the first may be sent.

        Each further one may be sent `1 / per_second` later than the one before it, or at once within the burst.
        """

    async def pause(self, key: RateKey, seconds: float) -> None:
        """Hold back what is reserved from now on."""
