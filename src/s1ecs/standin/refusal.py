"""Errors of the console: status, code and title of each, and the body {"errors": [...]}."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class Refusal(Exception):
    """An answer that is an error; `body` is what it says beside `errors`."""

    def __init__(
        self,
        status: int,
        code: int,
        title: str,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status = status
        self.headers = headers
        self.body: dict[str, Any] = {"errors": [{"code": code, "detail": detail, "title": title}], **(body or {})}


def bad_request(detail: str) -> Refusal:
    """A parameter or a body that the API does not have, or not like this."""
    return Refusal(400, 4000010, "Validation Error", detail)


def bad_cursor() -> Refusal:
    """A cursor that was not given for this list, these filters and this order."""
    return Refusal(400, 4000020, "Invalid cursor", "cursor: not given by this list with these filters and this order")


def not_authenticated() -> Refusal:
    """No token, or none that is good."""
    return Refusal(401, 4010010, "Authentication Failed")


def not_permitted() -> Refusal:
    """A good token whose role lacks the permission."""
    return Refusal(403, 4030010, "Insufficient permissions")


def not_found(what: str) -> Refusal:
    """A path or an id that is not there."""
    return Refusal(404, 4040010, "Not Found", what)


def no_such_threat(threat_id: str) -> Refusal:
    """An id of which no threat is, or is any more: the one error whose body has no `errors`."""
    refusal = Refusal(404, 4040010, "Requested resource was not found", f"Threat ID {threat_id} not found")
    (refusal.body,) = refusal.body["errors"]
    return refusal


def too_many_requests(seconds: int) -> Refusal:
    """More requests than the path's rate allows; `Retry-After` says how long to wait."""
    return Refusal(
        429,
        4290010,
        "Rate limit exceeded",
        "Too many requests",
        headers={"Retry-After": str(seconds)},
        body={"data": None, "pagination": None},
    )


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Turn a Refusal, or what the routing refuses (404, 405), into the console's answer."""
    if isinstance(error, HTTPException):
        path = request.url.path
        error = (
            not_found(path)
            if error.status_code == 404  # noqa: PLR2004 - the status itself
            else Refusal(error.status_code, error.status_code * 10_000 + 10, error.detail, path, headers=error.headers)
        )
    if not isinstance(error, Refusal):
        raise error
    return Response(orjson.dumps(error.body), error.status, error.headers, "application/json")
