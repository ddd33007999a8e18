"""Bodies of forms, read once to check their token and then given to the page as they came."""

import hmac

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"

# Forms of the page are small; a selection of some thousand hosts is about 100 kB. A stranger has the login form only.
LARGEST_BODY = 4_000_000
LARGEST_OF_STRANGERS = 64_000


class BodyTooLarge(Exception):
    """The body of a request is larger than any form of the page."""


async def read_form_body(request: Request, largest: int) -> bytes:
    """Read the body of a request; raise BodyTooLarge, or ClientDisconnect."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and float(announced) > largest:
        raise BodyTooLarge
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > largest:
            raise BodyTooLarge
    return bytes(body)


def repeating(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body again, and behind it what comes from the client."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def csrf_fits(request: Request, body: bytes, token: str) -> bool:
    """Tell whether a request carries the token of its session, in a header or in its form."""
    sent: object = request.headers.get(CSRF_HEADER)
    if sent is None:
        form = await _form(request, body)
        # One field, so that no other reader of the form takes another one for the token.
        fields = form.getlist(CSRF_FIELD)
        await form.close()
        sent = fields[0] if len(fields) == 1 else None
    return isinstance(sent, str) and hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), token.encode())


async def _form(request: Request, body: bytes) -> FormData:
    again = Request(request.scope, repeating(body, request.receive))
    try:
        return await again.form()
    except (HTTPException, ClientDisconnect, ValueError):
        return FormData()
