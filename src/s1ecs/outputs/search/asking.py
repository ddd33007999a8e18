"""Requests beside the documents: what the server says to them, or one line why it can't be gone on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import reason_of, request_ruling, stopped, strange

_SUCCESS = range(200, 300)
_SERVER_TROUBLE = range(500, 600)
# So often may something before a server say that it is in trouble, until it counts as no search server's answer.
_TRIES = 5
# What wants a login says so by its status, whatever it says besides.
_LOGINS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
# Whoever may write need not be allowed to ask for health, some editions lack it, and what is busy may answer so.
_UNDECIDED = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS}
)


async def _wait(tries: int) -> None:
    await asyncio.sleep(0.5 * 2**tries)


async def check(server: Server, wait: Callable[[int], Awaitable[None]] = _wait) -> None:
    """Find out whether a search server answers and takes the login (`GET /_cluster/health`); raise OutputError.

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
        raise stopped(server, reply, "the answer is none of a search server: check hosts")
    if reply.status in _SERVER_TROUBLE:
        if not _is_told_by_itself(reply):
            raise strange(server, reply)
    elif reply.status not in _SUCCESS and reply.status not in _UNDECIDED:
        raise stopped(server, reply, request_ruling(reply).reason)


async def _health(server: Server) -> Reply:
    return await server.request("GET", "/_cluster/health", query={"filter_path": "status,error"})


def _is_told_by_itself(reply: Reply) -> bool:
    return isinstance(reply.body.get("status"), str) or isinstance(reply.body.get("error"), Mapping)


async def ask(
    server: Server,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The body of the server's answer; raise OutputError for every status that is no success."""
    return good(server, method, path, await server.request(method, path, body, query=query)).body


async def find(server: Server, path: str) -> Mapping[str, Any] | None:
    """The body of the answer to GET, None for 404; raise OutputError for any other failure."""
    reply = await server.request("GET", path)
    return None if reply.status == HTTPStatus.NOT_FOUND and reply.is_json else good(server, "GET", path, reply).body


def good(server: Server, method: str, path: str, reply: Reply) -> Reply:
    """The reply; raise OutputError if it is no success, or no JSON object, as what stands before a server answers."""
    if reply.status in _SUCCESS and reply.is_json and reply.body:
        return reply
    error = reply.body.get("error")
    if reply.status in _LOGINS:
        reason = request_ruling(reply).reason
    elif reply.status == HTTPStatus.FORBIDDEN:
        reason = (
            f"the login may not {method} {path} (HTTP 403); "
            "`s1ecs setup --least-privilege` prints the roles that setup and collecting need"
        )
    elif reply.status in _SUCCESS or not isinstance(error, Mapping):
        reason = f"{method} {path}: {request_ruling(reply).reason}"
    else:
        reason = f"{method} {path}: HTTP {reply.status}: {reason_of(error)}"
    raise stopped(server, reply, reason)


def lacks(reply: Reply) -> bool:
    """Whether the server has no such endpoint at all: an edition without that feature."""
    return reply.status in {400, 404, 405} and "no handler found" in str(reply.body.get("error", ""))
