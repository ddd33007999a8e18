"""One request and what came back, for whoever writes a trace."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent, without its headers, and its answer; whoever gets it must take out what is secret.

    `path` lies below the base path, `params` are not encoded; `status` is 0 and `error` a text where no whole answer
    came. `secrets` are texts that may stand in none of the others.
    """

    method: str
    path: str
    params: Mapping[str, str]
    content: bytes | None = field(repr=False)
    attempt: int
    seconds: float
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    error: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)


Tracer = Callable[[Exchange], Awaitable[None]]


async def untraced(_exchange: Exchange) -> None:
    """Trace nothing."""
