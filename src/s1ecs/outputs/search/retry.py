"""Delays before a search server is tried again, logged once per period of waiting."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from random import Random
from typing import Any

from s1ecs.backoff import BackOff
from s1ecs.log_once import LogOnce
from s1ecs.outputs.search.client.server import Reply, SearchServer, ServerKind
from s1ecs.outputs.search.error_rules import request_ruling

_FIRST = 0.5
_LONGEST = 60.0


class RetryDelay:
    """Exponential back-off with jitter, logged once until the server accepts documents again."""

    def __init__(self, name: str, rng: Random, warn: Callable[[str], None], tell: Callable[[str], None]) -> None:
        self._name = name
        self._back_off = BackOff(_FIRST, _LONGEST, random=rng.random)
        self._warn = warn
        self._tell = tell
        self._logged = LogOnce()

    def seconds(self, tries: int, asked: float | None = None) -> float:
        """Return the delay after so many tries; not shorter than the server's Retry-After, up to the maximum."""
        return max(min(asked or 0.0, _LONGEST), self._back_off.seconds(tries))

    def waits(self, reason: str) -> None:
        """Log once that documents wait for the server."""
        if self._logged.changed(self._name, "waits"):
            self._warn(f"{self._name}: busy or unavailable, documents are retried until it accepts them: {reason}")

    def over(self) -> None:
        """Log that the server accepts documents again, if it was logged that it did not."""
        if self._logged.over(self._name):
            self._tell(f"{self._name}: accepts documents again")


Sleep = Callable[[float], Awaitable[None]]


class PatientServer:
    """A server for reads: responses of 429 and 5xx are retried."""

    def __init__(self, server: SearchServer, patience: RetryDelay, sleep: Sleep) -> None:
        self.kind: ServerKind = server.kind
        self.name = server.name
        self._server = server
        self._patience = patience
        self._sleep = sleep

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the first response with another status."""
        tries = 0
        while True:
            reply = await self._server.request(method, path, body, query=query, headers=headers)
            ruling = request_ruling(reply) if reply.status >= HTTPStatus.MULTIPLE_CHOICES else None
            if ruling is None or ruling.verdict != "again":
                if tries:
                    self._patience.over()
                return reply
            self._patience.waits(ruling.reason)
            await self._sleep(self._patience.seconds(tries, reply.retry_after))
            tries += 1

    async def close(self) -> None:
        """Close the server's connections."""
        await self._server.close()
