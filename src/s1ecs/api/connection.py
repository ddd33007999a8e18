"""What a client must know to reach one console, and who may listen to its requests."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Connection:
    """One console: its name, its clean address (`https://host[:port]`) and how patiently it is asked.

    `token` reads the token anew at each call (it may be a file or a command) and may raise an S1ecsError. All times
    are seconds; `retry_wait_max` bounds each wait before another attempt, a larger Retry-After ends the attempts.
    `max_answer` is in bytes, of the answer unpacked.
    """

    console: str
    url: str
    token: Callable[[], Awaitable[str]] = field(repr=False)
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = 10
    read_timeout: float = 60
    attempts: int = 5
    retry_wait_max: float = 60.0
    max_answer: int = 64_000_000
    user_agent: str = "s1ecs"

    @property
    def proxy_secrets(self) -> tuple[str, ...]:
        """What of the proxy's address is secret, as whoever gets it may repeat it: in the address and in the header."""
        address = urlsplit(self.proxy or "")
        if self.proxy is None or not address.password:
            return ()
        user, password = unquote(address.username or ""), unquote(address.password)
        return self.proxy, address.password, password, b64encode(f"{user}:{password}".encode()).decode()


class Observer(Protocol):
    """Told of every request that was sent, for logs and metrics."""

    def __call__(self, *, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
        """Take note: `path` without query, `status` 0 where no answer came, `attempt` counted from 1."""


def nobody(*, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
    """Observe nothing."""
