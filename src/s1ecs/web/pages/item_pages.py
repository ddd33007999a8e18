"""Pages of items: the story of a finding, a host, and everything else that a list leads to."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from s1ecs.web.access.roles import user_of
from s1ecs.web.context import WebContext
from s1ecs.web.pages.act_targets import act_values
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.rendering import Pages, state_of
from s1ecs.web.shown_values import shown
from s1ecs.web.story.finding_story import FindingStory
from s1ecs.web.story.host_story import HostStory
from s1ecs.web.story.opened_item import ItemAddress, json_at, story_at
from s1ecs.web.view_state import ViewState

# The value of `part` for what the side pane of a list shows.
PANE = "pane"
_Handler = Callable[[Request, str], Awaitable[Response]]


def item_pages(context: WebContext, pages: Pages) -> APIRouter:
    """Return the routes of all items, `{path of the list}/{id}`."""
    router = APIRouter(include_in_schema=False)
    for view in LIST_VIEWS:
        # Ids of documents are base64 and may have slashes.
        router.add_api_route(
            view.path + "/{identity:path}", _page(context, pages, view), response_class=HTMLResponse, methods=["GET"]
        )
    return router


def item_api(context: WebContext) -> APIRouter:
    """Return the routes of all items as JSON, `/api/v1/{stream}/{id}`."""
    router = APIRouter(prefix="/api/v1")
    for view in LIST_VIEWS:
        router.add_api_route(
            f"/{view.stream}/{{identity:path}}",
            _json(context, view),
            methods=["GET"],
            name=f"{view.stream}_item",
            summary=f"{view.one} by its id",
            responses={
                HTTPStatus.NOT_FOUND.value: {"description": "No visible console has the item."},
                HTTPStatus.CONFLICT.value: {"description": "Several consoles have it; `console` chooses one."},
            },
        )
    return router


def _page(context: WebContext, pages: Pages, view: ListView) -> _Handler:
    async def show(request: Request, identity: str) -> Response:
        state = state_of(request)
        address = ItemAddress(view.stream, identity, state.get("console"), user_of(request).visible)
        short = state.get("part") == PANE
        found = await context.store.ask(partial(story_at, address=address, short=short))
        if not isinstance(found, FindingStory | HostStory):
            if not found:
                raise _missing(address, view)
            return pages.render(request, "item_choose.html", view=view, items=found, identity=identity)
        item = found.opened
        template = "host" if isinstance(found, HostStory) else "item"
        return pages.render(
            request,
            f"{template}_pane.html" if short else f"{template}.html",
            view=view,
            story=found,
            whole=ViewState(f"{view.path}/{found.item.id}", [("console", item.console)]),
            json=ViewState(f"/api/v1/{view.stream}/{found.item.id}", [("console", item.console)]),
            json_opened=ViewState(f"/api/v1/{view.stream}/{item.id}", [("console", item.console)]),
            **act_values(found),
        )

    return show


def _json(context: WebContext, view: ListView) -> Callable[[Request, str, str], Awaitable[Response]]:
    async def answer(request: Request, identity: str, console: str = "") -> Response:
        address = ItemAddress(view.stream, identity, console, user_of(request).visible)
        found = await context.store.ask(partial(json_at, address=address))
        if isinstance(found, bytes):
            return Response(found, media_type="application/json")
        if not found:
            raise _missing(address, view)
        consoles = ", ".join(item.console for item in found)
        raise HTTPException(
            HTTPStatus.CONFLICT, f"Several consoles have this {view.one.lower()}; add ?console= with one of {consoles}."
        )

    return answer


def _missing(address: ItemAddress, view: ListView) -> HTTPException:
    where = f" on console {shown(address.console)}" if address.console else ""
    return HTTPException(
        HTTPStatus.NOT_FOUND,
        f"There is no {view.one.lower()} with the id {shown(address.identity)}{where}. It may have been removed by "
        "retention, or it was not collected yet.",
    )
