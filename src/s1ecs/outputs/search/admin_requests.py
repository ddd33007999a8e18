"""Requests other than bulk: the response, or an error of one line with the cure."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from s1ecs.backoff import BackOff
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.error_rules import reason_of, request_ruling, stopped, strange

_SUCCESS = range(200, 300)
_SERVER_TROUBLE = range(500, 600)
# So often may something before a server say that it is in trouble, until it counts as no search server's answer.
_TRIES = 5
# 0.5, 1, 2 and 4 seconds.
_WAITS = BackOff(0.5, 4.0)
# What wants a login says so by its status, whatever it says besides.
_LOGINS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
# Whoever may write need not be allowed to ask for health, some editions lack it, and what is busy may answer so.
_UNDECIDED = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS}
)


async def _wait(tries: int) -> None:
    await asyncio.sleep(_WAITS.seconds(tries))


async def check(server: SearchServer, wait: Callable[[int], Awaitable[None]] = _wait) -> None:
    """Check that a search server responds and accepts the login (`GET /_cluster/health`); raise OutputError.

    A server that says itself that it is in trouble passes; what stands before it is asked some times, after `wait` for
    so many tries.
    """
    reply = await _health(server)
    for tries in range(_TRIES - 1):
        if reply.status not in _SERVER_TROUBLE or _is_told_by_itself(reply):
            break
        await wait(tries)
        reply = await _health(server)
    if reply.status in _SUCCESS and not isinstance(reply.body.get("status"), str):
        raise stopped(server, reply, "the response is not from a search server: check hosts")
    if reply.status in _SERVER_TROUBLE:
        if not _is_told_by_itself(reply):
            raise strange(server, reply)
    elif reply.status not in _SUCCESS and reply.status not in _UNDECIDED:
        raise stopped(server, reply, request_ruling(reply).reason)


async def _health(server: SearchServer) -> Reply:
    return await server.request("GET", "/_cluster/health", query={"filter_path": "status,error"})


def _is_told_by_itself(reply: Reply) -> bool:
    return isinstance(reply.body.get("status"), str) or isinstance(reply.body.get("error"), Mapping)


async def ask(
    server: SearchServer,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Return the response's body; raise OutputError for every status that is not a success."""
    return good(server, method, path, await server.request(method, path, body, query=query)).body


async def find(server: SearchServer, path: str) -> Mapping[str, Any] | None:
    """Return the body of the response to GET, None for 404; raise OutputError for any other failure."""
    reply = await server.request("GET", path)
    return None if reply.status == HTTPStatus.NOT_FOUND and reply.is_json else good(server, "GET", path, reply).body


def good(server: SearchServer, method: str, path: str, reply: Reply) -> Reply:
    """Return the reply; raise OutputError if it is not a success or not a JSON object, as from a gateway."""
    if reply.status in _SUCCESS and reply.is_json and reply.body:
        return reply
    error = reply.body.get("error")
    if reply.status in _LOGINS:
        reason = request_ruling(reply).reason
    elif reply.status == HTTPStatus.FORBIDDEN:
        reason = (
            f"the user is not allowed to {method} {path} (HTTP 403); "
            "`s1ecs setup --least-privilege` prints the roles required by setup and collecting"
        )
    elif reply.status in _SUCCESS or not isinstance(error, Mapping):
        reason = f"{method} {path}: {request_ruling(reply).reason}"
    else:
        reason = f"{method} {path}: HTTP {reply.status}: {reason_of(error)}"
    raise stopped(server, reply, reason)


def lacks(reply: Reply) -> bool:
    """Return whether the server lacks the endpoint: an edition without that feature."""
    return reply.status in {400, 404, 405} and "no handler found" in str(reply.body.get("error", ""))
