"""Requests to the API in progress, to see what a collector is doing: GET /_standin/requests.

`asked` is how many there were; `open` are the paths of those not answered yet; `answered` those of the last second,
with the seconds since. A request that the client gave up counts as answered then. `too_many` counts those that came too
fast and were answered with 429.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from http import HTTPStatus

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from s1ecs.standin.faults.asked import PREFIX

_PATH = "/_standin/requests"
_KEPT = 1000
_SECONDS = 1.0


class Traffic:
    """The console behind, with its requests counted."""

    def __init__(self, app: ASGIApp, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._monotonic = monotonic
        self._asked = self._too_many = 0
        self._open: Counter[str] = Counter()
        self._answered: deque[tuple[str, float]] = deque(maxlen=_KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the console does."""
        path: str = scope.get("path", "")
        if path == _PATH:
            await Response(orjson.dumps(self._shown()), media_type="application/json")(scope, receive, send)
            return
        if not path.startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        path = path.removeprefix(PREFIX)
        self._asked += 1
        self._open[path] += 1

        async def counted(message: Message) -> None:
            self._too_many += message.get("status") == HTTPStatus.TOO_MANY_REQUESTS
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            self._open -= Counter((path,))
            self._answered.append((path, self._monotonic()))

    def _shown(self) -> dict[str, object]:
        ages = ((path, self._monotonic() - then) for path, then in self._answered)
        return {
            "asked": self._asked,
            "too_many": self._too_many,
            "open": sorted(self._open.elements()),
            "answered": [(path, age) for path, age in ages if age <= _SECONDS],
        }
