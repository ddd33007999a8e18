"""Connections of open pages that are told of news: counted by user, and ended all at once."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from s1ecs.web.live.mailbox import Mailbox

MOST_OF_A_USER, MOST = 250, 1000
# A page is told that it is still connected; then proxies and browsers don't take silence for the end.
HEARTBEAT = 15.0
HEARTBEAT_COMMENT = b": \n\n"
# A stream ends after this time and the page connects again, so that it is asked again who it is.
LONGEST = 300.0
# The page connects again after so many milliseconds.
_RETRY = 3000

# Sends events to one page until its mailbox is closed.
Events = Callable[[Mailbox[Any]], AsyncIterator[bytes]]


def event(name: str, data: object, identity: str = "") -> bytes:
    """Return one server-sent event; its data is JSON on one line."""
    last = f"id: {identity}\n" if identity else ""
    return f"event: {name}\n{last}data: {orjson.dumps(data).decode()}\n\n".encode()


class OpenStreams:
    """Places for streams of server-sent events. `seconds` is a steady clock."""

    def __init__(
        self,
        *,
        most_of_a_user: int = MOST_OF_A_USER,
        most: int = MOST,
        heartbeat: float = HEARTBEAT,
        longest: float = LONGEST,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_of_a_user = most_of_a_user
        self._most = most
        self.heartbeat = heartbeat
        self._longest = longest
        self.seconds = seconds
        self._open: Counter[str] = Counter()
        self._mailboxes: set[Mailbox[Any]] = set()
        self._closed = False

    def refusal(self, user: str) -> str:
        """Return why a user gets no further stream now; "" where there is room."""
        if self._closed:
            return "s1ecs is stopping."
        if self._open[user] >= self._most_of_a_user:
            return f"You have {self._most_of_a_user} live pages open, the most allowed; close some, or reload by hand."
        if self._open.total() >= self._most:
            return f"{self._most} live pages are open, the most allowed; reload this page by hand."
        return ""

    def respond(self, user: str, events: Events) -> StreamingResponse:
        """Return the response that sends the events; its place is free again however it ends."""
        return _EventResponse(self, user, events)

    def close(self) -> None:
        """End all streams at once; none is opened any more. Call it before the server waits for connections."""
        self._closed = True
        for each in list(self._mailboxes):
            each.close()

    def enter(self, user: str, mailbox: Mailbox[Any]) -> None:
        """Take a place."""
        self._open[user] += 1
        self._mailboxes.add(mailbox)
        if self._closed:
            mailbox.close()

    def leave(self, user: str, mailbox: Mailbox[Any]) -> None:
        """Free a place."""
        self._mailboxes.discard(mailbox)
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]

    def is_over(self, mailbox: Mailbox[Any], since: float) -> bool:
        """Tell whether a stream that began then has to end."""
        return mailbox.closed or self.seconds() - since >= self._longest


class _EventResponse(StreamingResponse):
    """A response whose place is taken as long as it is sent, also where the page went away before it began."""

    def __init__(self, streams: OpenStreams, user: str, events: Events) -> None:
        self._streams = streams
        self._user = user
        self._mailbox: Mailbox[Any] = Mailbox()
        super().__init__(
            _begun(events(self._mailbox)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        # From here on: pages that connect at one time all count.
        streams.enter(user, self._mailbox)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._mailbox.close()
            self._streams.leave(self._user, self._mailbox)


async def _begun(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield f"retry: {_RETRY}\n\n".encode()
    async for each in events:
        yield each
