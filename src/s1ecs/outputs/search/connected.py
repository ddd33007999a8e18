"""A search server behind an official client: requests out, replies in, and words for what breaks between."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from s1ecs.errors import ServerSilent
from s1ecs.outputs.search.nodes import Answer, NoAnswer, Nodes
from s1ecs.outputs.search.server import Kind, Reply
from s1ecs.outputs.search.settings import SearchSettings
from s1ecs.outputs.search.silence import was_sent, why_silent

_REDIRECTS = range(300, 400)


class Connected:
    """A search server, by whichever of its nodes answers."""

    def __init__(self, settings: SearchSettings, nodes: Nodes) -> None:
        self.kind: Kind = settings.kind
        self.name = settings.name
        self._settings = settings
        self._nodes = nodes
        self._authorization: str | None = None
        self._is_read = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """The URLs of its nodes, without credentials."""
        return self._nodes.addresses

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; see Server. A login that was renewed in its file is read at the first 401."""
        target = f"{path}?{urlencode(query)}" if query else path
        content = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        sent = {
            "accept": "application/json",
            "accept-encoding": "gzip",
            "user-agent": self._settings.user_agent,
            **({} if content is None else {"content-type": "application/json"}),
            **(headers or {}),
        }
        answer = await self._ask(method, target, content, {**sent, **self._login()})
        if answer.status == HTTPStatus.UNAUTHORIZED and self._renewed():
            answer = await self._ask(method, target, content, {**sent, **self._login()})
        return _reply(answer)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._nodes.close()

    async def _ask(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        """By the next node where one can't have got the request; raise ServerSilent."""
        silent: list[str] = []
        for _ in self._nodes.addresses:
            try:
                return await self._nodes.ask(method, target, content, headers)
            except NoAnswer as error:
                reason = why_silent(error.cause, error.address, by_proxy=self._settings.proxy is not None)
                if reason not in silent:
                    silent.append(reason)
                if was_sent(error.cause):
                    break
        raise ServerSilent(f"{self.name}: {'; '.join(silent)}")

    def _login(self) -> Mapping[str, str]:
        if not self._is_read:
            self._authorization = self._settings.login()
            self._is_read = True
        return {} if self._authorization is None else {"authorization": self._authorization}

    def _renewed(self) -> bool:
        before = self._authorization
        self._authorization = self._settings.login()
        return self._authorization != before


def _reply(answer: Answer) -> Reply:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        # Of a proxy or a gateway, mostly; the status says what can be known.
        body = None
    wait = answer.headers.get("retry-after", "")
    seconds = float(wait) if wait.isdecimal() else None
    is_json = isinstance(body, dict)
    return Reply(answer.status, body if is_json else {}, seconds, answer.address, is_json, _redirect(answer))


def _redirect(answer: Answer) -> str:
    """The host that an answer redirects to; whatever else an address holds may be secret."""
    if answer.status not in _REDIRECTS:
        return ""
    try:
        to = urlsplit(answer.headers.get("location", ""))
        return f"{to.scheme}://{to.netloc.rpartition('@')[2]}" if to.netloc and to.scheme else ""
    except ValueError:
        return ""
