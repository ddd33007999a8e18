"""Answers to errors: a page, or JSON below the API's path; none shows a traceback."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from s1ecs.errors import S1ecsError, SettingsError, StateError, UsageError
from s1ecs.web.access.security_headers import add_security_headers
from s1ecs.web.context import WebContext
from s1ecs.web.rendering import Pages, state_of

API = "/api/"


class ErrorPages:
    """Makes the answer for each kind of error."""

    def __init__(self, context: WebContext, pages: Pages) -> None:
        self._context = context
        self._pages = pages

    def handle(self, app: FastAPI) -> None:
        """Make an application answer its errors by these."""
        app.add_exception_handler(HTTPException, self._of_http)
        app.add_exception_handler(S1ecsError, self._of_s1ecs)
        app.add_exception_handler(RequestValidationError, self._of_validation)
        app.add_exception_handler(Exception, self._of_mistake)

    def answer(self, request: Request, status: int, text: str) -> Response:
        """Answer with a status and a sentence that says what to do."""
        if _is_api(request):
            return JSONResponse({"error": text}, status)
        heading = HTTPStatus(status).phrase
        return self._pages.render(request, "error.html", status=status, heading=heading, text=text)

    async def _of_http(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        text = str(error.detail) if isinstance(error, HTTPException) else ""
        if status == HTTPStatus.NOT_FOUND and text == "Not Found":
            text = "There is no such page."
        answer = self.answer(request, status, text)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    async def _of_s1ecs(self, request: Request, error: Exception) -> Response:
        if isinstance(error, UsageError):
            return self.answer(request, HTTPStatus.BAD_REQUEST, str(error))
        if isinstance(error, StateError):
            path = self._context.store.path
            if not path.exists() and not _is_api(request):
                return self._pages.render(request, "no_state.html", path=str(path))
            return self.answer(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        if isinstance(error, SettingsError):
            return self.answer(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        return self.answer(request, HTTPStatus.BAD_GATEWAY, str(error))

    async def _of_validation(self, request: Request, error: Exception) -> Response:
        problems = error.errors() if isinstance(error, RequestValidationError) else []
        told = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in problems)
        return self.answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, told or "The request is not valid.")

    async def _of_mistake(self, request: Request, _error: Exception) -> Response:
        # Outside of the middleware that adds them; the traceback goes to the log.
        text = "This is a mistake in s1ecs. Its log has more; please report it."
        answer = self.answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, text)
        add_security_headers(answer.headers, state_of(request).path)
        return answer


def _is_api(request: Request) -> bool:
    return state_of(request).path.startswith(API)
