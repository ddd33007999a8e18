"""One request on the wire and its answer, in bounded time and of bounded size."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.transport import read_body

# What the HTTP library lets through where a header holds what it did not expect.
NOT_UNDERSTOOD = (ValueError, LookupError, ArithmeticError)


@dataclass(frozen=True)
class RequestWire:
    """Sends a request and reads its answer, within `seconds` in all and at most `largest` bytes of body.

    The time counts from the connection to the last byte: what comes a byte at a time keeps to every time-out between
    two bytes, and would hold its stream for good. `begun` is told of the answer once its headers are there.
    """

    session: httpx2.AsyncClient
    failures: Failures
    seconds: float
    largest: int
    begun: Callable[[httpx2.Response], None]

    async def transfer(
        self, method: str, address: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[httpx2.Response, bytes]:
        """Return the answer and its body, empty where only its status could be read; raise ConsoleError types."""
        response: httpx2.Response | None = None
        body = bytearray()
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                response = await self._send(method, address, content, headers)
                await self._read(response, body)
        except TimeoutError:
            if not limit.expired():
                raise
            if response is None or _succeeded(response):
                raise self.failures.too_slow(self.seconds, len(body)) from None
            body.clear()
        return response, bytes(body)

    async def _send(
        self, method: str, address: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx2.Response:
        try:
            request = self.session.build_request(method, address, content=content, headers=headers)
            response = await self.session.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise self.failures.unreachable(error) from error
        except httpx2.InvalidURL:
            raise self.failures.unsendable() from None
        except NOT_UNDERSTOOD as error:
            raise self.failures.not_understood(error) from error
        self.begun(response)
        return response

    async def _read(self, response: httpx2.Response, body: bytearray) -> None:
        whole = True
        try:
            whole = await read_body(response, self.largest, body)
        except (httpx2.HTTPError, *NOT_UNDERSTOOD) as error:
            if _succeeded(response):
                raise self.failures.cut_off(error) from error
            # The status says enough; the rest of its explanation is lost.
            body.clear()
        finally:
            await response.aclose()
        if not whole:
            body.clear()
            if _succeeded(response):
                raise self.failures.too_large()


def _succeeded(response: httpx2.Response) -> bool:
    return response.status_code < HTTPStatus.MULTIPLE_CHOICES
