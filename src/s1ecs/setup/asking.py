"""Requests of setup: what the server says to them, or one line why it can't be gone on."""

from collections.abc import Mapping
from typing import Any

from s1ecs.errors import OutputError
from s1ecs.outputs.search.server import Reply, Server

_OK = 300
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_NOT_FOUND = 404


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
    """The reply; raise OutputError if it is no success."""
    if reply.status < _OK:
        return reply
    if reply.status == _UNAUTHORIZED:
        raise OutputError(f"{server.name}: the login is rejected (HTTP 401); check user and password, or the key")
    if reply.status == _FORBIDDEN:
        raise OutputError(
            f"{server.name}: the login may not {method} {path} (HTTP 403); "
            "`s1ecs setup --least-privilege` prints the role that setup needs"
        )
    raise OutputError(f"{server.name}: {method} {path}: HTTP {reply.status}: {reason(reply)}")


def lacks(reply: Reply) -> bool:
    """Whether the server has no such endpoint at all: an edition without that feature."""
    return reply.status in {400, 404, 405} and "no handler found" in str(reply.body.get("error", ""))


def reason(reply: Reply) -> str:
    """What the server says was wrong, from the innermost cause outwards, as one line."""
    error: Any = reply.body.get("error", "no reason given")
    texts: list[str] = []
    while isinstance(error, Mapping):
        texts.append(str(error.get("reason", "")))
        error = error.get("caused_by")
    if not texts:
        texts.append(str(error))
    # The outermost says what was asked for, the innermost what was wrong with it.
    return " ".join(": ".join(dict.fromkeys((texts[0], texts[-1]))).split())
