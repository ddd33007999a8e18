"""The largest size of a bulk request, learned from the sizes that a server or gateway accepts and refuses."""

from s1ecs.outputs.search.bulk import MAX_BYTES

# What is cut off for its size is cut off for less than that by nobody.
_LEAST_BYTES = 64_000


class Sizes:
    """The largest size of requests: MAX_BYTES until one is refused as too large, less from then on."""

    def __init__(self) -> None:
        self._refused = MAX_BYTES
        self._cut = MAX_BYTES

    @property
    def most(self) -> int:
        """The largest size of a request of several documents, in bytes."""
        return min(self._refused, self._cut)

    def refused(self, size: int) -> None:
        """Note that a request of several documents was too large."""
        self._refused = min(self._refused, size // 2)

    def refused_alone(self, size: int) -> None:
        """Note that a single document was too large: refusals of requests that held it say little about the limit."""
        self._refused = max(self._refused, min(MAX_BYTES, size - 1))

    def cut(self, size: int) -> None:
        """Note a request of several documents without a response: some gateways break off what is too large."""
        self._cut = max(_LEAST_BYTES, min(self._cut, size // 2))

    def taken(self) -> None:
        """Note that a request was answered."""
        self._cut = min(MAX_BYTES, 2 * self._cut)
