"""The answers that faults give in place of the console's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from s1ecs.standin import refusal
from s1ecs.standin.faults.asked import FaultRequest
from s1ecs.standin.refusal import Refusal

_HTML = "text/html; charset=utf-8"
_LOGIN = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form action='/login'></form></body></html>"
_TITLES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclass(frozen=True)
class MadeUp:
    """An answer, whole."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def made_up(kind: str, parameters: Mapping[str, Any], asked: FaultRequest) -> MadeUp:
    """Return the answer of a fault of that kind."""
    return _ANSWERS[kind](parameters, asked)


def _too_many_requests(parameters: Mapping[str, Any], _asked: FaultRequest) -> MadeUp:
    seconds = parameters["retry_after"]
    answer = _refused(refusal.too_many_requests(seconds or 0))
    return answer if seconds is not None else MadeUp(answer.status, answer.body)


def _server_error(parameters: Mapping[str, Any], _asked: FaultRequest) -> MadeUp:
    status = parameters["status"]
    title = _TITLES[status]
    if title == _TITLES[500]:
        return _refused(Refusal(status, 5000010, title))
    return MadeUp(status, f"<html><body><h1>{status} {title}</h1></body></html>".encode(), _HTML)


def _errors(_parameters: Mapping[str, Any], asked: FaultRequest) -> MadeUp:
    if asked.is_graphql:
        return MadeUp(200, orjson.dumps({"data": None, "errors": [{"message": "Internal error"}]}))
    errors = [{"code": 5000010, "detail": None, "title": "Internal error"}]
    return MadeUp(200, orjson.dumps({"data": None, "errors": errors}))


def _errors_beside_empty(_parameters: Mapping[str, Any], asked: FaultRequest) -> MadeUp:
    if asked.is_graphql:
        alerts = {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}, "totalCount": 0}
        return MadeUp(200, orjson.dumps({"data": {"alerts": alerts}, "errors": [{"message": "Internal error"}]}))
    errors = [{"code": 5000010, "detail": "Please try again later", "title": "Internal server error"}]
    empty = {"data": [], "pagination": {"nextCursor": None, "totalItems": 0}}
    return MadeUp(200, orjson.dumps({"errors": errors, **empty}))


def _several_errors(parameters: Mapping[str, Any], asked: FaultRequest) -> MadeUp:
    status = parameters["status"]
    titles = ("Request failed", *(f"Reason {number}" for number in range(2, parameters["count"] + 1)))
    if asked.is_graphql:
        errors: list[dict[str, Any]] = [{"message": title} for title in titles]
    else:
        errors = [{"code": status * 10_000 + 10, "detail": None, "title": title} for title in titles]
    return MadeUp(status, orjson.dumps({"data": None, "errors": errors}))


def _cursor_expired(_parameters: Mapping[str, Any], asked: FaultRequest) -> MadeUp:
    if asked.is_graphql:
        return MadeUp(200, orjson.dumps({"data": None, "errors": [{"message": "after: the cursor has expired"}]}))
    return _refused(Refusal(400, 4000020, "Invalid cursor", "cursor: expired"))


def _refused(error: Refusal) -> MadeUp:
    return MadeUp(error.status, orjson.dumps(error.body), headers=error.headers or {})


_ANSWERS: Mapping[str, Callable[[Mapping[str, Any], FaultRequest], MadeUp]] = {
    "too_many_requests": _too_many_requests,
    "server_error": _server_error,
    "html": lambda _parameters, _asked: MadeUp(200, _LOGIN, _HTML),
    "errors": _errors,
    "errors_beside_empty": _errors_beside_empty,
    "several_errors": _several_errors,
    "not_authenticated": lambda _parameters, _asked: _refused(refusal.not_authenticated()),
    "forbidden": lambda _parameters, _asked: _refused(refusal.not_permitted()),
    "cursor_expired": _cursor_expired,
}
