"""Serving acting requests: each is kept as it came, and connections are dropped when told to."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from s1ecs.standin import invent
from s1ecs.standin.action_state.received import Received
from s1ecs.standin.console import StandinConsole
from s1ecs.standin.endpoint import Endpoint
from s1ecs.standin.faults import wire
from s1ecs.standin.faults.asked import PREFIX
from s1ecs.standin.refusal import Refusal

Handle = Callable[[Request], Awaitable[Response]]


def kept(console: StandinConsole, endpoint: Endpoint, handle: Handle) -> Handle:
    """Return what handles the endpoint's requests, and keeps those that act."""

    async def keep(request: Request) -> Response:
        body = await request.body()
        if not endpoint.acts(body):
            return await handle(request)
        actions = console.actions
        received = Received(
            method=request.method,
            path=request.url.path.removeprefix(PREFIX),
            query=dict(request.query_params),
            body=_read(body),
            when=invent.time_text(actions.clock()),
        )
        actions.log.requests.append(received)
        if actions.controls.drops("drop_before"):
            received.dropped = True
            return Dropped()
        try:
            answer = await (refused if actions.controls.answer_errors else handle)(request)
        except Refusal as refusal:
            received.status, received.answer = refusal.status, refusal.body
            raise
        received.status, received.answer = answer.status_code, _read(bytes(answer.body))
        received.done = not actions.controls.answer_errors
        if actions.controls.drops("drop_after"):
            received.dropped = True
            return Dropped()
        return answer

    async def refused(_request: Request) -> Response:
        errors = list(console.actions.controls.answer_errors)
        return Response(orjson.dumps({"data": {"affected": 1}, "errors": errors}), media_type="application/json")

    return keep


class Dropped(Response):
    """No answer: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reset the connection."""
        await wire.find(scope, receive, send).reset()


def _read(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
