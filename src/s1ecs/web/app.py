"""The page as an ASGI application."""

from collections.abc import Sequence
from importlib.resources import files

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from s1ecs import __version__
from s1ecs.web.access.access_guard import AccessGuard
from s1ecs.web.access.access_routes import access_routes
from s1ecs.web.access.page_access import PageAccess
from s1ecs.web.access.security_headers import SecurityHeaders
from s1ecs.web.api.routes import api_routes
from s1ecs.web.context import WebContext
from s1ecs.web.error_pages import ErrorPages
from s1ecs.web.pages.collection import collection_page
from s1ecs.web.pages.item_pages import item_api, item_pages
from s1ecs.web.pages.list_pages import list_pages
from s1ecs.web.pages.overview import overview_page
from s1ecs.web.pages.search import search_page
from s1ecs.web.rendering import Pages


def make_app(context: WebContext, routers: Sequence[APIRouter] = (), access: PageAccess | None = None) -> FastAPI:
    """Make the application; `routers` are those of actions and live parts, `access` guards all of it.

    Without `access`, as in tests of single pages, whoever sets `request.state.user` is trusted.
    """
    pages = Pages(context.now)
    app = FastAPI(
        title="s1ecs",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.mount("/static", StaticFiles(directory=str(files("s1ecs.web") / "static")), name="static")
    entrance = access_routes(access, pages) if access is not None else ()
    own = [make(context, pages) for make in (overview_page, collection_page, search_page, list_pages, item_pages)]
    for router in (*entrance, *routers, api_routes(context), item_api(context), *own):
        app.include_router(router)
    errors = ErrorPages(context, pages)
    errors.handle(app)
    if access is not None:
        app.add_middleware(AccessGuard, access=access, refuse=errors.answer)
    # What is added last is outermost: a refusal has the headers, too.
    app.add_middleware(SecurityHeaders)
    return app
