"""Routes for monitoring: /healthz, /readyz and /metrics."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from s1ecs.monitor.health import Health, overall
from s1ecs.web.access.roles import user_of
from s1ecs.web.serving.health_metrics import HealthMetrics, ReadLines

# The state may be locked for a while by another process; who asks for health wants an answer first.
_SECONDS_FOR_HEALTH = 5.0
_METHODS = ["GET", "HEAD"]


def monitoring_routes(read: ReadLines, more: Sequence[Collector] = ()) -> APIRouter:
    """Return the routes; `read` judges the state and may block, `more` are metrics of a collector in this process."""
    router = APIRouter(include_in_schema=False)
    registry = CollectorRegistry()
    for each in (HealthMetrics(read), *more):
        registry.register(each)

    @router.api_route("/healthz", methods=_METHODS)
    async def alive() -> Response:
        return PlainTextResponse("ok\n")

    @router.api_route("/readyz", methods=_METHODS, dependencies=[Depends(_sees_all_consoles)])
    async def ready() -> Response:
        try:
            async with asyncio.timeout(_SECONDS_FOR_HEALTH):
                line = overall(await asyncio.to_thread(read))
        except TimeoutError:
            text = f"the state did not respond within {_SECONDS_FOR_HEALTH:g} s\n"
            return PlainTextResponse(text, HTTPStatus.SERVICE_UNAVAILABLE)
        bad = line.health is Health.CRITICAL
        status = HTTPStatus.SERVICE_UNAVAILABLE if bad else HTTPStatus.OK
        return PlainTextResponse(f"{line.health}: {line.text}\n", status)

    @router.api_route("/metrics", methods=_METHODS, dependencies=[Depends(_sees_all_consoles)])
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        text = await asyncio.to_thread(encode, registry)
        return Response(text, headers={"Content-Type": content_type})

    return router


def _sees_all_consoles(request: Request) -> None:
    """Raise HTTPException 403 for a person who sees some consoles only: these answers name all of them."""
    if user_of(request).visible is not None:
        raise HTTPException(HTTPStatus.FORBIDDEN, "These are of all consoles. Your user sees some of them only.")
