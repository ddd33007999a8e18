"""Access to the page as a whole: who is behind a request, how people log in, and what it all is made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from s1ecs.web.access.login_limits import LoginLimits
from s1ecs.web.access.login_link import LoginLink, same_secret
from s1ecs.web.access.oidc_rules import OidcRules
from s1ecs.web.access.page_sessions import PageSession, PageSessions
from s1ecs.web.access.page_user import EVERY_CONSOLE, PageUser, Role
from s1ecs.web.access.passwords import PasswordVerifier
from s1ecs.web.access.signed_values import ValueSigner
from s1ecs.web.access.user_file import FileUsers
from s1ecs.web.access.web_rules import WebRules

SERVICE = "service"

_SESSION = "session"
# Where the address of a client is not known; all of them share its limits.
_SOMEWHERE = "unknown"


class TooManyLogins(Exception):
    """Too many logins failed; `seconds` from now another one may be tried."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class PageAccess:
    """Sessions, users, login link and limits; `owner` is the person who started the process, who gets the link."""

    rules: WebRules
    owner: str
    signer: ValueSigner
    sessions: PageSessions
    link: LoginLink
    limits: LoginLimits
    users: FileUsers
    passwords: PasswordVerifier
    cookie_name: str
    now: Callable[[], datetime]
    random: Callable[[], str] = field(repr=False)
    oidc: OidcRules | None = None
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def session_of(self, request: HTTPConnection, *, used: bool = True) -> PageSession | None:
        """Return the session whose cookie a request carries; `used` where a person sent it, not an open page."""
        signed = request.cookies.get(self.cookie_name, "")
        identifier = self.signer.verified(_SESSION, signed) if signed else None
        return self.sessions.find(identifier, used=used) if identifier else None

    def with_token(self, token: str, request: HTTPConnection) -> PageUser | None:
        """Return whose token this is, of the login link, which then is used up, or of services; raise TooManyLogins."""
        if self.link.take(token):
            _log().info(f"page: login link opened by {_address(request)}")
            return PageUser(self.owner, {EVERY_CONSOLE: Role.RESPONDER})
        return self.service_user(token, request)

    def service_user(self, token: str, request: HTTPConnection) -> PageUser | None:
        """Return the user of services if the token is right; raise TooManyLogins."""
        known = self.rules.service_token
        if known is not None and same_secret(token, known):
            return PageUser(SERVICE, {EVERY_CONSOLE: self.rules.service_role})
        self._count("", request)
        _log().warning(f"page: a token that is not valid, from {_address(request)}")
        return None

    async def with_password(self, name: str, password: str, request: HTTPConnection) -> PageSession | None:
        """Begin a session by name and password; raise TooManyLogins, or SettingsError if the users can't be read."""
        self._count(name, request)
        entry = self.users.find(name)
        fits = await self.passwords.matches(None if entry is None else entry.password_hash, password)
        if not fits or entry is None:
            # What is no user's name may be a password that was typed into the wrong field.
            name = "an unknown user" if entry is None else entry.name
            _log().warning(f"page: login of {name} failed, from {_address(request)}")
            return None
        _log().info(f"page: {entry.name} logged in from {_address(request)}")
        self.limits.succeeded(name, _address(request))
        known = entry
        return self.sessions.begin(entry.user, lambda: self.users.is_as(known))

    def has_users(self) -> bool:
        """Tell whether there is a file of users."""
        return self.rules.users.exists()

    def admit(self, request: Request, response: Response, session: PageSession) -> None:
        """Give the browser its session, in place of the one that it had."""
        if (earlier := self.session_of(request)) is not None and earlier is not session:
            self.sessions.end(earlier.id)
        response.set_cookie(
            self.cookie_name,
            self.signer.sign(_SESSION, session.id),
            max_age=int(self.sessions.longest.total_seconds()),
            path=self.rules.root or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def dismiss(self, request: Request, response: Response) -> None:
        """End the session of a browser."""
        if (session := self.session_of(request)) is not None:
            self.sessions.end(session.id)
        response.delete_cookie(
            self.cookie_name,
            path=self.rules.root or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def count_login(self, request: HTTPConnection) -> None:
        """Count an attempt of somebody whose name is not known yet; raise TooManyLogins."""
        self._count("", request)

    def forget_login(self, request: HTTPConnection) -> None:
        """Take back such an attempt: it succeeded."""
        self.limits.succeeded("", _address(request))

    async def close(self) -> None:
        """Close what was opened."""
        self.passwords.close()
        for close in self.closing:
            await close()

    def _count(self, name: str, request: HTTPConnection) -> None:
        if seconds := self.limits.begin(name, _address(request)):
            _log().warning(f"page: too many logins failed, from {_address(request)}")
            raise TooManyLogins(seconds)


def open_access(
    rules: WebRules,
    *,
    owner: str,
    port: int,
    now: Callable[[], datetime],
    random: Callable[[], str],
    oidc: OidcRules | None = None,
) -> PageAccess:
    """Make what access needs; `random` makes a text of 256 bits. Raise SettingsError if the users can't be read."""
    users = FileUsers(rules.users)
    users.find("")
    return PageAccess(
        rules=rules,
        owner=owner,
        signer=ValueSigner(random().encode()),
        sessions=PageSessions(now, random, idle=rules.idle, longest=rules.longest),
        link=LoginLink(random()),
        limits=LoginLimits(now),
        users=users,
        passwords=PasswordVerifier(),
        # Cookies know no ports: two pages on one machine would overwrite each other's.
        cookie_name=f"s1ecs-{port}",
        now=now,
        random=random,
        oidc=oidc,
    )


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger()
    return log


def _address(request: HTTPConnection) -> str:
    return request.client.host if request.client else _SOMEWHERE
