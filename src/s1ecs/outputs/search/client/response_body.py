"""Response bodies read within a limit: unpacked piece by piece, abandoned as soon as they are too large."""

import zlib

import httpx2

_GZIP = frozenset({"gzip", "x-gzip"})
# Makes zlib expect the header and checksum of gzip.
_GZIP_BITS = zlib.MAX_WBITS | 16


class ResponseTooLarge(httpx2.DecodingError):
    """A response has more bytes, unpacked, than it may have."""


async def read_body(response: httpx2.Response, limit: int) -> bytes:
    """Return the whole body, unpacked; raise httpx2.DecodingError where there is none of at most `limit` bytes.

    The HTTP library unpacks, too, but takes a packed body that was cut off for a whole one.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", *_GZIP}:
        raise httpx2.DecodingError(f"unexpected Content-Encoding {encoding!r}")
    unpacker = zlib.decompressobj(_GZIP_BITS) if encoding in _GZIP else None
    body = bytearray()
    async for piece in response.aiter_raw():
        # One byte more than allowed is enough to know.
        room = limit - len(body) + 1
        try:
            body += piece if unpacker is None else unpacker.decompress(piece, room)
        except zlib.error:
            raise httpx2.DecodingError("the body is not gzip") from None
        if len(body) > limit:
            raise ResponseTooLarge(f"the response has more than {limit} bytes")
    if unpacker is not None and body and not unpacker.eof:
        raise httpx2.DecodingError("the body is cut off")
    return bytes(body)
