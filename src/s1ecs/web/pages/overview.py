"""The overview."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.monitor.health import overall, read_health
from s1ecs.timestamps import time_text
from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import requested_everywhere
from s1ecs.web.questions.overview import ask_overview
from s1ecs.web.rendering import Pages

_UNSEEN = timedelta(days=7)


def overview_page(context: WebContext, pages: Pages) -> APIRouter:
    """Return the route of the overview."""
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    async def overview(request: Request) -> HTMLResponse:
        now = context.now()
        lists = requested_everywhere(request, context)
        week_ago = time_text(now - _UNSEEN)
        answer, health = await asyncio.gather(
            context.store.ask(lambda connection: ask_overview(connection, lists, now, week_ago)),
            asyncio.to_thread(lambda: overall(read_health(context.settings, now))),
        )
        ignored = sorted({name for each in lists.values() for name in each.ignored})
        return pages.render(
            request, "overview.html", overview=answer, health=health, week_ago=week_ago, ignored=ignored, filters=lists
        )

    return router
