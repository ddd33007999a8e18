"""One node of a search server: its connections, its rest after failures, and one request over them."""

import asyncio
import itertools
import ssl
import time
from collections.abc import Callable, Mapping

import httpx2

from s1ecs.backoff import BackOff
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.response_body import read_body
from s1ecs.outputs.search.client.tls_fingerprint import CONNECT_SECONDS, pinned_context

_RESPONSE_SECONDS = 120.0
_CONNECTIONS = 8
_KEEP_ALIVE_SECONDS = 15.0
# A node rests for 1, 2, 4 ... 32 seconds.
_FIRST_REST, _LONGEST_REST = 1.0, 32.0

# Raised by a request; ValueError where a header holds what the HTTP library did not expect.
REQUEST_ERRORS = (httpx2.HTTPError, OSError, ValueError)

# Counts requests, so that nodes take turns.
_turns = itertools.count(1)


class Node:
    """A node by its URL. Raise ValueError or httpx2.InvalidURL if that, or the proxy's, can't be used.

    The HTTP library's transport is used without its client: no cookies, redirects, .netrc or environment proxies.
    """

    def __init__(
        self,
        address: str,
        settings: SearchSettings,
        context: ssl.SSLContext,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._url = httpx2.URL(address)
        self._context = context
        self._proxy = _proxy(settings.proxy, context)
        self._fingerprint = settings.ca_fingerprint if self._url.scheme == "https" else None
        self._limit = settings.max_answer
        self._clock = clock
        self._transport: httpx2.AsyncHTTPTransport | None = None
        self._opening = asyncio.Lock()
        self._rests = BackOff(_FIRST_REST, _LONGEST_REST)
        self._rests_until = 0.0
        self._turn = 0

    @property
    def order(self) -> tuple[float, int]:
        """Sort key: nodes that work before those at rest, then the one not used for longest."""
        return max(0.0, self._rests_until - self._clock()), self._turn

    async def send(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[httpx2.Response, bytes]:
        """Return the response and its body; raise one of REQUEST_ERRORS."""
        self._turn = next(_turns)
        try:
            async with asyncio.timeout(_RESPONSE_SECONDS):
                request = httpx2.Request(
                    method,
                    self.address + target,
                    content=body,
                    headers=headers,
                    extensions={"timeout": {"connect": CONNECT_SECONDS}},
                )
                response = await (await self._opened()).handle_async_request(request)
                try:
                    content = await read_body(response, self._limit)
                finally:
                    await response.aclose()
        except REQUEST_ERRORS:
            self._rest()
            raise
        if response.status_code in {502, 503, 504}:
            # The node, or what stands before it, can't serve now.
            self._rest()
        else:
            self._rests.reset()
            self._rests_until = 0.0
        return response, content

    async def close(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            await self._transport.aclose()

    def _rest(self) -> None:
        self._rests_until = self._clock() + self._rests.next()

    async def _opened(self) -> httpx2.AsyncHTTPTransport:
        async with self._opening:
            if self._transport is None:
                context = self._context
                if self._fingerprint:
                    context = await pinned_context(self._fingerprint, self._url, self._proxy)
                limits = httpx2.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEP_ALIVE_SECONDS)
                self._transport = httpx2.AsyncHTTPTransport(
                    verify=context, proxy=self._proxy, limits=limits, trust_env=False
                )
        return self._transport


def _proxy(url: str | None, context: ssl.SSLContext) -> httpx2.Proxy | None:
    if url is None:
        return None
    return httpx2.Proxy(url, ssl_context=context if url.startswith("https:") else None)
