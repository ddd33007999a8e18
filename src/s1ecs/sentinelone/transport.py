"""HTTP transport to one console: connection settings, session, response bodies within bounds."""

import contextlib
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx2

from s1ecs import defaults
from s1ecs.errors import SettingsError
from s1ecs.open_files import ENOUGH_CONNECTIONS, at_limit


@dataclass(frozen=True)
class Connection:
    """One console: its name, its clean address (`https://host[:port]`) and how patiently it is asked.

    `token` reads the token anew at each call (it may be a file or a command) and may raise an S1ecsError. All times
    are seconds; `answer_timeout` is for a whole answer, headers included; `retry_wait_max` bounds each wait before
    another attempt, a larger Retry-After ends the attempts. `max_answer` is in bytes, of the answer unpacked.
    """

    console: str
    url: str
    token: Callable[[], Awaitable[str]] = field(repr=False)
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=False)
    connect_timeout: float = defaults.CONNECT_TIMEOUT.total_seconds()
    read_timeout: float = defaults.READ_TIMEOUT.total_seconds()
    answer_timeout: float = defaults.ANSWER_TIMEOUT.total_seconds()
    attempts: int = defaults.ATTEMPTS
    retry_wait_max: float = 60.0
    max_answer: int = defaults.MAX_ANSWER
    user_agent: str = "s1ecs"

    @property
    def longest_answer(self) -> float:
        """The seconds in which an answer must have come whole: never less than it may take to begin."""
        return max(self.answer_timeout, self.longest_beginning)

    @property
    def longest_beginning(self) -> float:
        """The seconds that an answer may take to begin, connection included, or to come whole where it is small."""
        return self.connect_timeout + self.read_timeout

    @property
    def proxy_secrets(self) -> tuple[str, ...]:
        """Secret parts of the proxy's address in every form in which they may be repeated: address and header."""
        address = urlsplit(self.proxy or "")
        if self.proxy is None or not address.password:
            return ()
        user, password = unquote(address.username or ""), unquote(address.password)
        return self.proxy, address.password, password, b64encode(f"{user}:{password}".encode()).decode()


class ExchangeObserver(Protocol):
    """Told of every request that was sent, for logs and metrics."""

    def __call__(self, *, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
        """Take note: `path` without query, `status` 0 where no answer came, `attempt` counted from 1."""


def nobody(*, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
    """Observe nothing."""


# Longer than the usual interval, so that the next poll finds its connection open.
_KEEP_ALIVE_SECONDS = 90.0


class Trust:
    """The authorities that consoles trust, read once for all with the same `ca_file`: it takes 30 ms and 0.8 MB."""

    def __init__(self) -> None:
        self._contexts: dict[str | None, ssl.SSLContext] = {}

    def context(self, connection: Connection) -> ssl.SSLContext:
        """The TLS context of a console; raise SettingsError if its `ca_file` can't be used."""
        if connection.ca_file not in self._contexts:
            self._contexts[connection.ca_file] = _tls(connection)
        return self._contexts[connection.ca_file]


def open_session(connection: Connection, connections: int, trust: Trust) -> httpx2.AsyncClient:
    """Open a session of at most so many connections; nothing is sent yet.

    Raises SettingsError if `ca_file` or `proxy` can't be used.
    """
    return httpx2.AsyncClient(
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": connection.user_agent,
        },
        verify=trust.context(connection),
        proxy=_proxy(connection),
        timeout=httpx2.Timeout(connection.read_timeout, connect=connection.connect_timeout, pool=None),
        # A burst of calls for items opens more; what is idle beyond what polls need is closed behind it.
        limits=httpx2.Limits(
            max_connections=connections,
            max_keepalive_connections=min(connections, ENOUGH_CONNECTIONS),
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
        ),
        follow_redirects=False,
        # A ~/.netrc would replace the token, and a proxy of the environment would be none that `s1ecs settings`
        # shows: what the settings say is all there is.
        trust_env=False,
    )


def _tls(connection: Connection) -> ssl.SSLContext:
    try:
        if connection.ca_file is None:
            return httpx2.create_ssl_context(trust_env=False)
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError as error:
        # ssl.SSLError is an OSError: the file is there but holds no certificate.
        reason = at_limit(error) or (
            "it contains no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        )
        where = "the system's certificate authorities can't be used"
        if connection.ca_file is not None:
            where = f"the file of the setting 'ca_file' can't be used ({connection.ca_file})"
        text = f"{where}: {reason}"
        raise SettingsError(f"{connection.console}: {text}") from error


def _proxy(connection: Connection) -> httpx2.Proxy | None:
    if connection.proxy is None:
        return None
    if connection.proxy.startswith(("http://", "https://")):
        try:
            return httpx2.Proxy(connection.proxy)
        except (ValueError, httpx2.InvalidURL):
            pass
    # Without the address and the text of the cause: both may show the proxy's password.
    text = "the setting 'proxy' is not an address of the form http[s]://[user:password@]host:port"
    raise SettingsError(f"{connection.console}: {text}") from None


async def read_body(response: httpx2.Response, largest: int, body: bytearray) -> bool:
    """Read into `body`, unpacked piece by piece; return False as soon as it is known to be larger than `largest`."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and float(announced) > largest:
        return False
    async with contextlib.aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > largest:
                return False
    return True
