"""An answer of the console, taken whole before it is sent, so that it can be changed."""

from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Whole:
    """Status, headers and body of an answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def headers_without_length(self) -> tuple[tuple[bytes, bytes], ...]:
        """The headers, but for the one that says how long the body is."""
        return tuple((name, value) for name, value in self.headers if name != b"content-length")

    def holding(self, body: bytes) -> "Whole":
        """Return the answer with another body."""
        return replace(self, body=body)

    def dated(self, date: str) -> "Whole":
        """Return the answer with that text as its Date header."""
        others = tuple((name, value) for name, value in self.headers if name != b"date")
        return replace(self, headers=(*others, (b"date", date.encode())))

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [*self.headers_without_length, (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


async def ask(app: ASGIApp, scope: Scope, receive: Receive) -> Whole:
    """Ask the application, and return its answer."""
    status, headers, body = 0, list[tuple[bytes, bytes]](), bytearray()

    async def take(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend(message["headers"])
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, take)
    return Whole(status, tuple(headers), bytes(body))
