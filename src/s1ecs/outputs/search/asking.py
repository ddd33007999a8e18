"""Requests beside the documents: what the server says to them, or one line why it can't be gone on."""

from collections.abc import Mapping
from typing import Any

from s1ecs.outputs.search.server import Reply, Server
from s1ecs.outputs.search.verdicts import reason_of, request_ruling, stopped

_OK = 300
_FORBIDDEN = 403
_NOT_FOUND = 404
_SERVER_TROUBLE = 500
# What wants a login says so by its status, whatever it says besides.
_LOGINS = frozenset({401, 407})
# Whoever may write need not be allowed to ask for health, some editions lack it, and what is busy may answer so.
_UNDECIDED = frozenset({403, 408, 410, 429})


async def check(server: Server) -> None:
    """Find out whether a search server answers and takes the login (`GET /_cluster/health`); raise OutputError."""
    reply = await server.request("GET", "/_cluster/health", query={"filter_path": "status,error"})
    if reply.status < _OK and not isinstance(reply.body.get("status"), str):
        raise stopped(server, reply, "the answer is none of a search server: check hosts")
    if _OK <= reply.status < _SERVER_TROUBLE and reply.status not in _UNDECIDED:
        raise stopped(server, reply, request_ruling(reply).reason)


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
    return None if reply.status == _NOT_FOUND else good(server, "GET", path, reply).body


def good(server: Server, method: str, path: str, reply: Reply) -> Reply:
    """The reply; raise OutputError if it is no success, or no JSON object, as what stands before a server answers."""
    if reply.status < _OK and reply.body:
        return reply
    error = reply.body.get("error")
    if reply.status in _LOGINS:
        reason = request_ruling(reply).reason
    elif reply.status == _FORBIDDEN:
        reason = (
            f"the login may not {method} {path} (HTTP 403); "
            "`s1ecs setup --least-privilege` prints the roles that setup and collecting need"
        )
    elif reply.status < _OK or not isinstance(error, Mapping):
        reason = f"{method} {path}: {request_ruling(reply).reason}"
    else:
        reason = f"{method} {path}: HTTP {reply.status}: {reason_of(error)}"
    raise stopped(server, reply, reason)


def lacks(reply: Reply) -> bool:
    """Whether the server has no such endpoint at all: an edition without that feature."""
    return reply.status in {400, 404, 405} and "no handler found" in str(reply.body.get("error", ""))
