"""The way to a search server's nodes: certificates, proxy, time-outs; one HTTP session a node."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import attr

from s1ecs.errors import SettingsError
from s1ecs.outputs.search.fingerprint import trusting
from s1ecs.outputs.search.settings import SearchSettings

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
CONNECTIONS = 8

# What opening a session raises.
BREAKS = (aiohttp.ClientError, OSError)


class Way:
    """How requests travel. Raises SettingsError if `ca_file` can't be used."""

    def __init__(self, settings: SearchSettings) -> None:
        self.context = _context(settings.name, settings.ca_file)
        self._fingerprint = settings.ca_fingerprint
        self._proxy = settings.proxy
        self._sessions: dict[str, _Session] = {}
        self._opening = asyncio.Lock()

    async def opened(self, address: str) -> Any:
        """The session with a node, opened at first use; raise what the HTTP library raises."""
        async with self._opening:
            if address not in self._sessions:
                context = self.context
                if self._fingerprint and address.startswith("https:"):
                    context = await trusting(self._fingerprint, address, self._proxy)
                self._sessions[address] = self._session(context)
        return self._sessions[address]

    async def close(self) -> None:
        """Close every session."""
        for session in self._sessions.values():
            await session.close()

    def _session(self, context: ssl.SSLContext) -> "_Session":
        session = aiohttp.ClientSession(
            connector=_Connector(limit=CONNECTIONS, ssl=context),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
            skip_auto_headers=("accept", "accept-encoding", "user-agent"),
            # A proxy of the environment would be none that `s1ecs settings` shows.
            trust_env=False,
        )
        return _Session(session)


class _Session:
    """A session as far as the clients use it. Redirects are answers: whoever is meant by hosts gets the documents."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(self, method: str, url: Any, **options: Any) -> Any:
        """Send one request."""
        return self._session.request(method, url, **options, allow_redirects=False)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()


class _Connector(aiohttp.TCPConnector):
    """Connections come about sooner than answers; the clients know one time-out for both."""

    async def connect(
        self,
        req: Any,
        traces: Any,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as aiohttp calls it
    ) -> Any:
        return await super().connect(req, traces, attr.evolve(timeout, sock_connect=CONNECT_SECONDS))


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def _context(name: str, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        # ssl.SSLError is an OSError: the file is there but holds no certificate.
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError(f"{name}: the file of 'ca_file' can't be used ({ca_file}): {reason}") from None
