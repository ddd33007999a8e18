"""Endpoints for tests, which no console has: contents (GET /_standin/held) and growth (/_standin/growth)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from s1ecs.standin.console import StandinConsole
from s1ecs.standin.growth.growth import Growth
from s1ecs.standin.growth.held import STREAMS, held
from s1ecs.standin.refusal import bad_request


def routes(console: StandinConsole, growth: Growth) -> list[Route]:
    """Return the routes. GET /_standin/held?stream=NAME answers NDJSON; POST /_standin/growth {"per_minute": N}."""

    async def hold(request: Request) -> Response:
        stream = request.query_params.get("stream", "")
        if stream not in STREAMS:
            raise bad_request(f"stream: not one of {', '.join(STREAMS)}")
        growth.catch_up()
        return StreamingResponse(iter(list(held(console, stream))), media_type="application/x-ndjson")

    async def grow(request: Request) -> Response:
        if request.method == "POST":
            growth.set(_per_minute(await request.body()))
        return Response(orjson.dumps({"per_minute": growth.per_minute}), media_type="application/json")

    return [Route("/_standin/held", hold), Route("/_standin/growth", grow, methods=["GET", "POST"])]


def _per_minute(body: bytes) -> float:
    try:
        match orjson.loads(body):
            case {"per_minute": int() | float() as rate} if not isinstance(rate, bool) and rate >= 0:
                return float(rate)
    except orjson.JSONDecodeError:
        pass
    raise bad_request("per_minute: must be a number of at least 0")
