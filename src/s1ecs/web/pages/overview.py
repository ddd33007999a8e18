"""The overview."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from s1ecs.web.context import WebContext
from s1ecs.web.rendering import Pages


def overview_page(context: WebContext, pages: Pages) -> APIRouter:
    """Return the route of the overview."""
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    async def overview(request: Request) -> HTMLResponse:
        return pages.render(request, "overview.html")

    return router
