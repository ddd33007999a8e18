"""Middleware that lets a request pass: known host and origin, logged in, allowed to act, and no forged form."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from s1ecs.web.access.local_address import local_path
from s1ecs.web.access.page_access import PageAccess, TooManyLogins
from s1ecs.web.access.page_sessions import PageSession
from s1ecs.web.access.request_body import (
    LARGEST_BODY,
    LARGEST_OF_STRANGERS,
    BodyTooLarge,
    csrf_fits,
    read_form_body,
    repeating,
)
from s1ecs.web.access.request_origin import SAFE_METHODS, OriginCheck
from s1ecs.web.access.roles import is_acting, responds_anywhere

STATIC = "/static/"
# What answers without login; the login pages themselves decide who gets a session.
OPEN = frozenset({"/healthz", "/login", "/login/oidc", "/login/callback"})

_API = "/api/"
# Paths of programs, which get a status instead of the login page and may bring the token of services.
_OF_SERVICES = frozenset({"/metrics", "/readyz"})
_BEARER = "bearer "
# Open pages connect here again and again by themselves, which does not keep a session from ending.
_LIVE = "/live/"

Refuse = Callable[[Request, int, str], Response]


class AccessGuard:
    """Guards an application; `refuse` makes the answer to a person who is logged in but may not do this."""

    def __init__(self, app: ASGIApp, access: PageAccess, refuse: Refuse) -> None:
        self._app = app
        self._access = access
        self._refuse = refuse
        self._origins = OriginCheck(access.rules.names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = _below_root(scope, self._access.rules.root)
        request = Request(scope, receive)
        try:
            answer = self._refusal(request)
            if answer is None and scope["method"] not in SAFE_METHODS:
                known = hasattr(request.state, "user")
                body = await read_form_body(request, LARGEST_BODY if known else LARGEST_OF_STRANGERS)
                receive = repeating(body, receive)
                answer = await self._forgery(request, body)
        except ClientDisconnect:
            return
        except BodyTooLarge:
            answer = PlainTextResponse("The request is too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except TooManyLogins as error:
            answer = too_many(request, error)
        await (answer or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        reason = self._origins.refusal(request)
        if reason:
            return _plain(request, HTTPStatus.FORBIDDEN, reason)
        path = path_of(request)
        if path.startswith(STATIC):
            return None
        if not self._identify(request, path):
            return None if path in OPEN else self._unknown(request, path)
        user = request.state.user
        if is_acting(path, safe=request.method in SAFE_METHODS) and not responds_anywhere(user):
            return self._refuse(request, HTTPStatus.FORBIDDEN, "Your role is viewer; response actions need responder.")
        return None

    def _identify(self, request: Request, path: str) -> bool:
        """Set who makes the request and the token of its forms; tell whether that is known."""
        authorization = request.headers.get("authorization", "")
        if is_of_services(path) and authorization[: len(_BEARER)].lower() == _BEARER:
            user = self._access.service_user(authorization[len(_BEARER) :].strip(), request)
            if user is not None:
                request.state.user, request.state.csrf = user, ""
            return user is not None
        session = self._access.session_of(request, used=not path.startswith(_LIVE))
        if session is None:
            return False
        request.state.user, request.state.csrf, request.state.session = session.user, session.csrf, session
        request.state.lasts = lambda: self._access.sessions.lasts(session.id)
        return True

    def _unknown(self, request: Request, path: str) -> Response:
        if is_of_services(path):
            return _plain(
                request,
                HTTPStatus.UNAUTHORIZED,
                "Log in, or send the token of services: Authorization: Bearer TOKEN",
                {"WWW-Authenticate": "Bearer"},
            )
        query = request.scope["query_string"].decode("latin-1")
        wanted = local_path(f"{path}?{query}" if query else path) if request.method in SAFE_METHODS else "/"
        further = f"?next={quote(wanted, safe='/')}" if wanted != "/" else ""
        return RedirectResponse(f"{self._access.rules.root}/login{further}", HTTPStatus.SEE_OTHER)

    async def _forgery(self, request: Request, body: bytes) -> Response | None:
        session = getattr(request.state, "session", None)
        # Without a session nothing is done in anyone's name; the login form is kept from other sites by its origin.
        if not isinstance(session, PageSession) or path_of(request) == "/login":
            return None
        if await csrf_fits(request, body, session.csrf):
            return None
        text = "The form has expired. Go back, reload the page and try again; nothing was done."
        return self._refuse(request, HTTPStatus.FORBIDDEN, text)


def path_of(request: Request) -> str:
    """Return the path below the prefix."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", "")) or "/"


def is_of_services(path: str) -> bool:
    """Tell whether programs ask for a path, by the token of services."""
    return path.startswith(_API) or path in _OF_SERVICES


def too_many(request: Request, error: TooManyLogins) -> Response:
    """Answer where too many logins failed."""
    text = f"Too many logins failed. Try again in {-(-error.seconds // 60)} minutes."
    return _plain(request, HTTPStatus.TOO_MANY_REQUESTS, text, {"Retry-After": str(error.seconds)})


def _plain(request: Request, status: HTTPStatus, text: str, headers: dict[str, str] | None = None) -> Response:
    if path_of(request).startswith(_API):
        return JSONResponse({"error": text}, status, headers)
    return PlainTextResponse(f"{text}\n", status, headers)


def _below_root(scope: Scope, root: str) -> Scope:
    """Return the scope with the prefix in its path, whether the proxy kept or removed it."""
    path: str = scope["path"]
    if not root or path == root or path.startswith(f"{root}/"):
        return {**scope, "root_path": root}
    return {**scope, "root_path": root, "path": root + path, "raw_path": root.encode() + scope.get("raw_path", b"")}
