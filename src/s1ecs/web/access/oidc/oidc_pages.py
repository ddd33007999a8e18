"""Pages of login at the provider: the way there, and the way back."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from s1ecs.web.access.access_guard import too_many
from s1ecs.web.access.local_address import local_path
from s1ecs.web.access.login_link import same_secret
from s1ecs.web.access.login_page import LoginPages
from s1ecs.web.access.oidc.attempt_cookie import LASTS, attempt_text, read_attempt
from s1ecs.web.access.oidc.oidc_provider import LoginAttempt, OidcProvider
from s1ecs.web.access.oidc.provider_session import LoginProviderError, ProviderSession
from s1ecs.web.access.oidc_rules import OidcRules
from s1ecs.web.access.page_access import PageAccess, TooManyLogins

_CALLBACK = "/login/callback"
_ATTEMPT = "oidc"
_STALE = "This login took too long, or was begun in another window. Try again."


class OidcPages:
    """Sends people to the provider, and gives them a session when they come back."""

    def __init__(self, access: PageAccess, rules: OidcRules, login: LoginPages) -> None:
        self._access = access
        self._rules = rules
        self._login = login
        session = ProviderSession(rules.issuer, rules.ca_file)
        access.closing.append(session.close)
        self._provider = OidcProvider(rules, session, access.now)
        self._cookie = f"{access.cookie_name}-oidc"

    def routes(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/login/oidc", self._leave, methods=["GET"])
        router.add_api_route(_CALLBACK, self._return, methods=["GET"])
        return router

    async def _leave(self, request: Request) -> Response:
        random = self._access.random
        attempt = LoginAttempt(random(), random(), random())
        wanted = local_path(request.query_params.get("next", "/"))
        try:
            address = await self._provider.login_address(attempt, self._callback(request))
        except LoginProviderError as error:
            return self._failed(request, error)
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            self._cookie,
            self._access.signer.sign(_ATTEMPT, attempt_text(attempt, wanted, self._access.now())),
            max_age=int(LASTS.total_seconds()),
            path=self._access.rules.root + _CALLBACK,
            secure=request.url.scheme == "https",
            httponly=True,
            # The way back from the provider is a link of another site, with which a strict cookie does not come.
            samesite="lax",
        )
        return response

    async def _return(self, request: Request) -> Response:
        response = await self._returned(request)
        response.delete_cookie(self._cookie, path=self._access.rules.root + _CALLBACK, httponly=True, samesite="lax")
        return response

    async def _returned(self, request: Request) -> Response:
        signed = request.cookies.get(self._cookie, "")
        text = self._access.signer.verified(_ATTEMPT, signed)
        found = read_attempt(text, self._access.now()) if text else None
        if found is None or not same_secret(request.query_params.get("state", ""), found[0].state):
            return self._login.form(request, HTTPStatus.FORBIDDEN, _STALE)
        attempt, wanted = found
        if "code" not in request.query_params:
            told = [request.query_params.get(each, "") for each in ("error", "error_description")]
            reason = " ".join(filter(None, told))[:300] or "no code"
            return self._login.form(request, HTTPStatus.FORBIDDEN, f"The provider did not log you in: {reason}")
        try:
            self._access.count_login(request)
            claims = await self._provider.claims(request.query_params["code"], attempt, self._callback(request))
        except TooManyLogins as error:
            return too_many(request, error)
        except LoginProviderError as error:
            return self._failed(request, error)
        self._access.forget_login(request)
        user = self._rules.user(claims)
        address = request.client.host if request.client else "unknown"
        if user is None:
            structlog.get_logger().warning(f"page: login of {claims['sub']} without a role, from {address}")
            text = (
                f"You are logged in at the provider, but have no role here: none of the values of your claim "
                f"{self._rules.role_claim} is in the setting web_oidc_roles. Ask whoever runs this page."
            )
            return self._login.form(request, HTTPStatus.FORBIDDEN, text)
        structlog.get_logger().info(f"page: {user.name} logged in by OpenID Connect from {address}")
        return self._login.enter(request, self._access.sessions.begin(user), wanted)

    def _failed(self, request: Request, error: LoginProviderError) -> Response:
        structlog.get_logger().warning(f"OpenID Connect: {error}")
        text = f"Login at the provider failed: {error}"
        return self._login.form(request, HTTPStatus.BAD_GATEWAY, text)

    def _callback(self, request: Request) -> str:
        """Return our address for the way back, by the name under which the page was opened; it was checked."""
        return f"{request.url.scheme}://{request.headers['host']}{self._access.rules.root}{_CALLBACK}"
