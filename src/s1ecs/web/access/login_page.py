"""The login page, and logout."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from s1ecs.errors import SettingsError
from s1ecs.web.access.access_guard import too_many
from s1ecs.web.access.local_address import local_path
from s1ecs.web.access.page_access import PageAccess, TooManyLogins
from s1ecs.web.access.page_sessions import PageSession
from s1ecs.web.rendering import Pages
from s1ecs.web.shown_values import harmless

_WRONG = "The name or the password is wrong."
_USED = (
    "This login link was used before, or is of an earlier start. Restart s1ecs to get a new one, or log in by name and "
    "password."
)
# Set where a page has sent the browser here again, so that it never goes in a circle.
_AGAIN = "again"


@dataclass(frozen=True)
class LoginPages:
    """Login by link, token of services, or name and password; `provider` names that of OpenID Connect, if any."""

    access: PageAccess
    pages: Pages
    provider: str | None = None

    def routes(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/login", self._show, methods=["GET"])
        router.add_api_route("/login", self._log_in, methods=["POST"])
        router.add_api_route("/logout", self._log_out, methods=["POST"])
        return router

    def form(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        problem: str = "",
        *,
        name: str = "",
        wanted: str = "",
    ) -> Response:
        """Show the form, with what is wrong."""
        return self.pages.render(
            request,
            "login.html",
            status=status,
            problem=problem,
            name=harmless(name),
            next=wanted or _next(request),
            has_users=self.access.has_users(),
            provider=self.provider,
        )

    def enter(self, request: Request, session: PageSession, wanted: str) -> Response:
        """Give the browser its session and send it on."""
        address = self.access.rules.root + wanted
        # The cookie does not come with what a link of another site leads to; it does from a page of our own.
        response = self._page_to(request, address) if _from_elsewhere(request) else _redirect(address)
        self.access.admit(request, response, session)
        return response

    async def _show(self, request: Request) -> Response:
        if "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
            return PlainTextResponse("Open this page yourself.", HTTPStatus.SERVICE_UNAVAILABLE)
        token = request.query_params.get("token")
        if token is not None:
            return self._by_token(request, token, _next(request))
        if getattr(request.state, "session", None) is not None:
            return _redirect(self.access.rules.root + _next(request))
        if _from_elsewhere(request) and _AGAIN not in request.query_params:
            query = urlencode({"next": _next(request), _AGAIN: 1})
            return self._page_to(request, f"{self.access.rules.root}/login?{query}")
        return self.form(request)

    async def _log_in(self, request: Request) -> Response:
        fields = await request.form()
        name, password, token = (_text(fields.get(each)) for each in ("name", "password", "token"))
        wanted = local_path(_text(fields.get("next")))
        if token:
            return self._by_token(request, token, wanted)
        try:
            session = await self.access.with_password(name, password, request)
        except TooManyLogins as error:
            return too_many(request, error)
        except SettingsError as error:
            return self.form(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), name=name, wanted=wanted)
        if session is None:
            return self.form(request, HTTPStatus.UNAUTHORIZED, _WRONG, name=name, wanted=wanted)
        return self.enter(request, session, wanted)

    def _by_token(self, request: Request, token: str, wanted: str) -> Response:
        try:
            user = self.access.with_token(token, request)
        except TooManyLogins as error:
            return too_many(request, error)
        if user is None:
            return self.form(request, HTTPStatus.FORBIDDEN, _USED, wanted=wanted)
        return self.enter(request, self.access.sessions.begin(user), wanted)

    async def _log_out(self, request: Request) -> Response:
        response = _redirect(f"{self.access.rules.root}/login")
        self.access.dismiss(request, response)
        return response

    def _page_to(self, request: Request, address: str) -> Response:
        return self.pages.render(request, "go_on.html", address=address)


def _redirect(address: str) -> Response:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _next(request: Request) -> str:
    return local_path(request.query_params.get("next", "/"))


def _from_elsewhere(request: Request) -> bool:
    """Tell whether the browser came by a link of another site: it then keeps our cookie to itself."""
    return request.headers.get("sec-fetch-site") == "cross-site"
