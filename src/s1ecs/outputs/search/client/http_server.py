"""A search server over HTTP: requests to one node after another, responses, and readable errors in between."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import orjson

from s1ecs.errors import ServerSilent
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.network_errors import may_be_received, why_silent
from s1ecs.outputs.search.client.node import REQUEST_ERRORS, Node
from s1ecs.outputs.search.client.server import Reply, ServerKind

_REDIRECTS = range(300, 400)


class HttpServer:
    """A search server, by whichever of its nodes responds; see SearchServer."""

    def __init__(self, settings: SearchSettings, nodes: Sequence[Node]) -> None:
        self.kind: ServerKind = settings.kind
        self.name = settings.name
        self._settings = settings
        self._nodes = nodes
        self._authorization: str | None = None
        self._is_read = False

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request. A login file is read again at the first 401."""
        target = f"{path}?{urlencode(query)}" if query else path
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        sent = {
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": self._settings.user_agent,
            **({} if content is None else {"content-type": "application/json"}),
            **(headers or {}),
        }
        response = await self._send(method, target, content, {**sent, **self._login()})
        if response.status == HTTPStatus.UNAUTHORIZED and self._is_renewed():
            response = await self._send(method, target, content, {**sent, **self._login()})
        return response

    async def close(self) -> None:
        """Close all connections."""
        for node in self._nodes:
            await node.close()

    async def _send(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        """Try one node after another until one may have received the request; raise ServerSilent."""
        reasons: list[str] = []
        for node in sorted(self._nodes, key=lambda each: each.order):
            try:
                response, body = await node.send(method, target, content, headers)
            except REQUEST_ERRORS as error:
                reason = why_silent(error, node.address, by_proxy=self._settings.proxy is not None)
                if reason not in reasons:
                    reasons.append(reason)
                if may_be_received(error):
                    break
            else:
                return _response(node.address, response, body)
        raise ServerSilent(f"{self.name}: {'; '.join(reasons)}")

    def _login(self) -> Mapping[str, str]:
        if not self._is_read:
            self._authorization = self._settings.login()
            self._is_read = True
        return {} if self._authorization is None else {"authorization": self._authorization}

    def _is_renewed(self) -> bool:
        before = self._authorization
        self._authorization = self._settings.login()
        return self._authorization != before


def _response(address: str, response: httpx2.Response, content: bytes) -> Reply:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        # From a proxy or a gateway, mostly; the status tells what there is to know.
        body = None
    wait = response.headers.get("retry-after", "")
    seconds = float(wait) if wait.isdecimal() else None
    is_json = isinstance(body, dict)
    return Reply(response.status_code, body if is_json else {}, seconds, address, is_json, _redirect(response))


def _redirect(response: httpx2.Response) -> str:
    """Return the host that a response redirects to; the rest of the address may be secret."""
    if response.status_code not in _REDIRECTS:
        return ""
    try:
        to = urlsplit(response.headers.get("location", ""))
        return f"{to.scheme}://{to.netloc.rpartition('@')[2]}" if to.netloc and to.scheme else ""
    except ValueError:
        return ""
