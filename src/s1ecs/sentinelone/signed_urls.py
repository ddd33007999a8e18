"""Pre-signed links: whoever has such an address may fetch what it names, so its signature is kept nowhere."""

import re
from collections.abc import Generator

from s1ecs.slices import at_once

# What the names of signatures end with. A signature changes with each reading, so ids are steadier without it, too.
_NAME_ENDS = (b"ig", b"re")

# As it stands in JSON.
_SIGNATURE = re.compile(
    rb"""(?ix)
    ( (?: [?&] | \\u0026 | \\u003f ) (?: x-(?:amz|goog)-signature | signature | sig ) (?: = | \\u003d ) )
    [^&\s"<>\\]+
    """
)
_SCHEME = re.compile(rb"(?i)https?:(?:\\?/){2}")
_ENDS = re.compile(rb'[\s"<>]')
_LONGEST_LINK = 8192

# A slice of the text; it ends where no signature goes on.
_SLICE = 50_000
_BORDER = re.compile(rb'[&\s"<>]')


def without_signatures(body: bytes) -> bytes:
    """The JSON text with `***` in place of each signature in the query of an absolute address.

    X-Amz-Signature, X-Goog-Signature, Signature (CloudFront) and sig (Azure), in any letter case.
    """
    return at_once(masking(body))


def masking(body: bytes) -> Generator[None, None, bytes]:
    """The same in slices. Whoever writes the text, the time that it takes grows no faster than its length."""
    masked = bytearray()
    kept = 0
    addresses = _Addresses(body)
    start = 0
    while start < len(body):
        border = _BORDER.search(body, start + _SLICE)
        end = border.start() if border else len(body)
        if _hinted(body, start, end) and _SCHEME.search(body, max(0, start - _LONGEST_LINK), end):
            for found in _SIGNATURE.finditer(body, start, end):
                if addresses.hold(found.start()):
                    masked += body[kept : found.end(1)]
                    masked += b"***"
                    kept = found.end()
        start = end
        yield
    if not kept:
        return body
    masked += body[kept:]
    return bytes(masked)


def _hinted(body: bytes, start: int, end: int) -> bool:
    """Tell whether a signature may stand there. Single bytes are found fastest, and most answers have few of these."""
    place = body.find(b"=", start, end)
    while place >= 0:
        if body[place - 2 : place].lower() in _NAME_ENDS:
            return True
        place = body.find(b"=", place + 1, end)
    return body.find(b"\\", start, end) >= 0 and body.find(rb"\u003", start, end) >= 0


class _Addresses:
    """Tells of places in a text, asked for in ascending order, whether they lie in an absolute address."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._looked_to = 0
        # Where the last address before the place begins, and how far it is known to go on.
        self._begins = -_LONGEST_LINK
        self._goes_on_to = 0

    def hold(self, place: int) -> bool:
        """Return True if `place` is within an address that begins shortly before it."""
        for found in _SCHEME.finditer(self._text, max(self._looked_to, place - _LONGEST_LINK), place):
            self._begins, self._goes_on_to = found.span()
        self._looked_to = place
        if self._begins < place - _LONGEST_LINK or _ENDS.search(self._text, self._goes_on_to, place):
            self._begins = -_LONGEST_LINK
            return False
        self._goes_on_to = place
        return self._begins >= 0
