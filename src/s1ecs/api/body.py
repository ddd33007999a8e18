"""The body of an answer, read within bounds."""

import contextlib

import httpx2


async def read_body(response: httpx2.Response, largest: int) -> bytes | None:
    """The body, unpacked piece by piece as it comes; None as soon as it is known to be larger than `largest`."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > largest:
        return None
    body = bytearray()
    async with contextlib.aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > largest:
                return None
    return bytes(body)
