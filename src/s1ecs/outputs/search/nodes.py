"""The nodes of a search server, as an official client's pool keeps them: one request, by whichever node is next."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Answer(NamedTuple):
    """An HTTP answer of the node with this URL; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str = ""


class NoAnswer(Exception):
    """No answer came from a node; the cause is the HTTP library's exception."""

    def __init__(self, address: str, cause: BaseException) -> None:
        super().__init__(address)
        self.address = address
        self.cause = cause


class Nodes(Protocol):
    """All nodes that the settings name."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Their URLs, without credentials."""

    async def ask(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send one request by the next node that is not known to be dead; raise NoAnswer."""

    async def close(self) -> None:
        """Let go of all connections."""


def is_down(status: int) -> bool:
    """Whether an answer says that this node, or what stands before it, is no good now."""
    return status in {502, 503, 504}
