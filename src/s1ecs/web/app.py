"""The page as an ASGI application."""

from collections.abc import Sequence
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from s1ecs import __version__
from s1ecs.errors import S1ecsError, StateError, UsageError
from s1ecs.web.api.routes import api_routes
from s1ecs.web.context import WebContext
from s1ecs.web.pages.item_pages import item_api, item_pages
from s1ecs.web.pages.list_pages import list_pages
from s1ecs.web.pages.overview import overview_page
from s1ecs.web.rendering import Pages, state_of

API = "/api/"


def make_app(context: WebContext, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """Make the application; `routers` are those of access, actions and live parts."""
    pages = Pages(context.now)
    app = FastAPI(
        title="s1ecs",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.mount("/static", StaticFiles(directory=str(files("s1ecs.web") / "static")), name="static")
    own = (
        api_routes(context),
        overview_page(context, pages),
        list_pages(context, pages),
        item_api(context),
        item_pages(context, pages),
    )
    for router in (*routers, *own):
        app.include_router(router)
    _explain_errors(app, pages)
    return app


def _explain_errors(app: FastAPI, pages: Pages) -> None:
    """Answer errors with a page, or with JSON below the API's path; none shows a traceback."""

    def respond(request: Request, status: int, text: str) -> Response:
        if state_of(request).path.startswith(API):
            return JSONResponse({"error": text}, status)
        heading = HTTPStatus(status).phrase
        return pages.render(request, "error.html", status=status, heading=heading, text=text)

    async def of_http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        text = str(error.detail) if isinstance(error, HTTPException) else ""
        if status == HTTPStatus.NOT_FOUND and text == "Not Found":
            text = "There is no such page."
        return respond(request, status, text)

    async def of_s1ecs(request: Request, error: Exception) -> Response:
        if isinstance(error, UsageError):
            return respond(request, HTTPStatus.BAD_REQUEST, str(error))
        if isinstance(error, StateError):
            return respond(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        return respond(request, HTTPStatus.BAD_GATEWAY, str(error))

    async def of_validation(request: Request, error: Exception) -> Response:
        problems = error.errors() if isinstance(error, RequestValidationError) else []
        told = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in problems)
        return respond(request, HTTPStatus.UNPROCESSABLE_ENTITY, told or "The request is not valid.")

    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(S1ecsError, of_s1ecs)
    app.add_exception_handler(RequestValidationError, of_validation)
