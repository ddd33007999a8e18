"""From what went wrong to the error that says so: its type, what happened, what to do now, in one line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx2

from s1ecs.errors import (
    ApiProblem,
    ConsoleError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    TooLarge,
    TooSlow,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from s1ecs.masking import Masker, masked
from s1ecs.records import NotJSON, read
from s1ecs.sentinelone.network_errors import why_no_answer
from s1ecs.sentinelone.transport import Connection

_LONGEST_TEXT = 200
_LONGEST_EXCERPT = 80
# Bytes a second: an answer that comes slower is not held up by its size, see `s1ecs.sentinelone.downloads.LeastRate`.
_SLOW_LINE = 1000.0
_LARGEST_ERROR = 1_000_000
# What has no end goes on to the end of the text; looking for an end that is not there once for each beginning would
# take minutes.
_INVISIBLE = re.compile(
    r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)|<head\b.*?(?:</head\s*>|(?=<body\b)|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>?"
)
_QUERY = re.compile(r"\?\S+")

_SOMETHING_BETWEEN = "a proxy or gateway may have responded instead of the console: check 'url' and 'proxy'"
_LOGIN = (
    "a login page (single sign-on) or a proxy page was returned instead of the console's response: exempt this machine "
    "from it, or check 'url' and 'proxy'"
)
_DROPPED = (
    "a gateway or proxy in front of the console dropped the response: if this persists, check the gateways and proxies "
    "that 'url' and 'proxy' lead through"
)
_AFTER_IT_LASTS = "s1ecs retries at the next interval; if this persists, check the status of the console and the proxy"
_CURES: dict[int, str] = {
    400: "the console rejects the request; if a setting named here is not the cause, report it with this line",
    401: (
        "the console rejects the token for this request, and it is unknown whether it accepts it elsewhere: check "
        "that the role of its user has the permission and that the license includes this; `s1ecs check` tests the "
        "token itself"
    ),
    403: (
        "the role or scope of the token does not permit this; give its user a role with the permission in the console "
        "under Settings > Users > Roles, or exclude this stream"
    ),
    404: "not found on this console, or a feature that it does not have; check 'url', or exclude this stream",
    407: "the proxy requires a user and a password: add them to the setting 'proxy'",
    429: (
        "the console limits the request rate; others may be using this token: give each its own, or poll less often "
        "('interval')"
    ),
}
# By whether the console takes the token elsewhere.
_TOKEN_CURES: dict[bool, str] = {
    True: (
        "the token itself is valid, the console accepts it elsewhere: give its user a role with the permission in the "
        "console under Settings > Users > Roles, check that the license includes this, or exclude this stream"
    ),
    False: (
        "the console rejects the token everywhere: it is missing, wrong, expired or replaced; generate a new one in "
        "the console under My User > Actions > API Token Operators and store it where 'token', 'token_file', "
        "'token_env' or 'token_command' reads it"
    ),
}


@dataclass(frozen=True)
class Failures:
    """Makes the errors of one request. `request` is method and path, `token` what no text may show.

    `acts` adds to a failure of unknown outcome that the action may have been carried out.
    """

    connection: Connection
    request: str
    token: str = ""
    acts: bool = False

    def unreachable(self, error: httpx2.HTTPError) -> Unreachable:
        """Return the error for a request to which no answer began."""
        return Unreachable(self._line(why_no_answer(error, self.connection)), request=self.request)

    def cut_off(self, error: Exception) -> Unreadable:
        """Return the error for an answer that began and did not end."""
        if isinstance(error, httpx2.TimeoutException):
            what = f"the response stalled for {self.connection.read_timeout:g} s"
        elif isinstance(error, httpx2.DecodingError):
            return self.no_answer("the response could not be decompressed")
        elif not isinstance(error, httpx2.HTTPError):
            return self.not_understood(error)
        else:
            what = "the response was cut off"
        return self.unreadable(what)

    def unreadable(self, what: str, body: bytes = b"") -> Unreadable:
        """Return the error for an answer that broke off; `body` is quoted by its beginning."""
        return self._unreadable(what, body, _SOMETHING_BETWEEN, smaller_may_do=True)

    def no_answer(self, what: str, body: bytes = b"", cure: str = _SOMETHING_BETWEEN) -> Unreadable:
        """Return the error for what is not an answer of a console, so that no smaller page would be one either."""
        return self._unreadable(what, body, cure, smaller_may_do=False)

    def no_json(self, body: bytes, reason: str) -> Unreadable:
        """Return the error for a body that is not JSON: empty, a web page, text, or JSON that broke off."""
        beginning = body.lstrip()[:1]
        if not beginning:
            return self.no_answer("the response is empty", cure=_DROPPED)
        if beginning == b"<":
            return self.no_answer("the response is a web page, not JSON", body, _LOGIN)
        if beginning not in b"{[":
            return self.no_answer("the response is text, not JSON", body)
        return self.unreadable(f"the response is not JSON or was cut off after {len(body)} bytes ({reason})", body)

    def not_understood(self, error: Exception) -> Unreadable:
        """Return the error for an answer that the HTTP library could not make anything of."""
        return self.no_answer(f"the response is not valid HTTP ({type(error).__name__})")

    def unsendable(self) -> Refused:
        """Return the error for a request whose address can't be written, by an id or a cursor of the console."""
        what = "the address is too long or invalid, because of an id or a cursor from the console"
        return Refused(
            self._line(what, "report it with this line"), request=self.request, problem=ApiProblem(title="bad address")
        )

    def too_slow(self, seconds: float, came: int) -> TooSlow:
        """Return the error for an answer that was given up after so long, when `came` bytes of its body had come."""
        what = f"the response was not complete within {seconds:g} s"
        cure = "check the proxies and the network between this machine and the console"
        if slow_line := came >= _SLOW_LINE * seconds:
            what = f"{what} ({came / 1e6:.3g} MB received)"
            cure = "set a smaller 'page_size', or a longer 'answer_timeout' if the connection is slow"
        return TooSlow(self._line(what, self._outcome(cure)), request=self.request, smaller_may_do=slow_line)

    def _unreadable(self, what: str, body: bytes, cure: str, *, smaller_may_do: bool) -> Unreadable:
        quoted = self._excerpt(body)
        quoted = f", it begins with {quoted!r}" if quoted else ""
        text = self._line(f"{what}{quoted}", self._outcome(cure))
        return Unreadable(text, request=self.request, smaller_may_do=smaller_may_do)

    def too_large(self) -> TooLarge:
        """Return the error for an answer that was given up at the largest size that is read."""
        what = f"the response is larger than {self.connection.max_answer / 1e6:g} MB"
        cure = "set a smaller 'page_size', or a larger 'max_answer' if memory allows"
        return TooLarge(self._line(what, self._outcome(cure)), request=self.request)

    def redirected(self, status: int, location: str) -> Refused:
        """Return the error for a redirect: the token goes nowhere but to the console that the settings name."""
        try:
            target = urlsplit(location)
        except ValueError:
            target = urlsplit("")
        where = f" ({target.scheme}://{target.hostname})" if target.scheme and target.hostname else ""
        return Refused(
            self._line(f"{status}: the console redirects to another address{where}", "set 'url' to the console itself"),
            request=self.request,
            problem=ApiProblem(status=status, title="redirect"),
        )

    def refused(self, status: int, body: bytes, retry_after: float | None) -> ConsoleError:
        """Return the error for an answer with an HTTP status from 400 on."""
        problem = self._problem(status, body)
        cure = _CURES.get(status, _AFTER_IT_LASTS if _type(status).transient else _CURES[HTTPStatus.BAD_REQUEST])
        if retry_after is not None:
            cure = f"the console requested a wait of {retry_after:g} s; {cure}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            cure = self._outcome(cure)
        return _type(status)(
            self._line(problem.told(), cure),
            request=self.request,
            problem=problem,
            retry_after=retry_after,
            cure=cure,
        )

    def unauthorized(self, problem: ApiProblem, *, elsewhere: bool) -> Unauthorized:
        """Return the error for a 401 where it is known whether the console takes the token elsewhere."""
        cure = _TOKEN_CURES[elsewhere]
        error = Unauthorized(self._line(problem.told(), cure), request=self.request, problem=problem, cure=cure)
        error.elsewhere = elsewhere
        return error

    def said(self, status: int, entries: list[Any]) -> Refused:
        """Return the error for an answer of success whose `errors` say that it was none."""
        problem = self._problem_of_entries(status, entries)
        cure = "the console reports an error instead of data; if this persists, report it with this line"
        return Refused(self._line(problem.told(), self._outcome(cure)), request=self.request, problem=problem)

    def note(self, entry: Any) -> str:
        """Return what an entry of `errors` beside data says, without secrets, as it may be stored."""
        return self._problem_of_entry(0, entry).entry()

    def unusable_token(self) -> Unauthorized:
        """Return the error for a token that no HTTP header can carry."""
        what = "the token is empty or contains invalid characters"
        return Unauthorized(
            self._line(what, "check the setting 'token', 'token_file', 'token_env' or 'token_command'"),
            request=self.request,
        )

    def _line(self, what: str, cure: str = "") -> str:
        # Beside the token, anything that looks like a query is left out: an answer may quote our own request.
        told = ": ".join(part for part in (what, cure) if part)
        return f"{self.connection.console}: {self.request}: {' '.join(self._hide(_QUERY.sub('?...', told)).split())}"

    def _hide(self, text: str) -> str:
        # Before the text is cut: of a secret that is cut through no form would be found.
        return masked(Masker((self.token, *self.connection.proxy_secrets))(text))

    def _outcome(self, cure: str) -> str:
        return f"it may have been carried out nevertheless, check the console first; {cure}" if self.acts else cure

    def _excerpt(self, body: bytes) -> str:
        text = _INVISIBLE.sub(" ", body[:20_000].decode("utf-8", "replace"))
        text = " ".join(self._hide(_QUERY.sub("?...", text)).split())
        return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}..."

    def _problem(self, status: int, body: bytes) -> ApiProblem:
        try:
            # The page of an error is never as large as one of records.
            content = read(body[:_LARGEST_ERROR])[0]
        except NotJSON:
            return ApiProblem(status=status, title=self._excerpt(body) or _phrase(status))
        if isinstance(content, dict) and (said := said_by(content)):
            return self._problem_of_entries(status, said)
        title = content.get("message") if isinstance(content, dict) else None
        return ApiProblem(status=status, title=self._text(title) or _phrase(status))

    def _problem_of_entries(self, status: int, entries: list[Any]) -> ApiProblem:
        first, *others = (self._problem_of_entry(status, entry) for entry in entries)
        return replace(first, others=tuple(others))

    def _problem_of_entry(self, status: int, entry: Any) -> ApiProblem:
        if not isinstance(entry, dict):
            return ApiProblem(status=status, title=self._text(entry))
        code = entry.get("code")
        try:
            code = int(code) if isinstance(code, int | str) else None
        except ValueError:
            code = None
        title = self._text(entry.get("title")) or self._text(entry.get("message")) or _phrase(status)
        return ApiProblem(status=status, code=code, title=title, detail=self._text(entry.get("detail")))

    def _text(self, value: Any) -> str:
        # What the console says is shown, stored and delivered also without `_line` around it.
        text = "" if value is None else " ".join(self._hide(_QUERY.sub("?...", str(value))).split())
        # An unpaired surrogate can be written nowhere: neither to a terminal nor into the state.
        text = text.encode("utf-8", "replace").decode()
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def said_entries(errors: Any) -> list[Any]:
    """Return the entries of `errors` that say something: a code, title, detail or message; placeholders do not."""
    entries = errors if isinstance(errors, list) else [errors]
    return [
        entry
        for entry in entries
        if (isinstance(entry, str) and entry.strip())
        or (isinstance(entry, dict) and any(entry.get(key) for key in ("code", "title", "detail", "message")))
    ]


def said_by(content: Mapping[str, Any]) -> list[Any]:
    """Return the entries that say something of an answer's `errors`, which some consoles nest under `error`."""
    nested = content.get("error")
    deeper = said_entries(nested.get("errors")) if isinstance(nested, dict) else []
    return said_entries(content.get("errors")) or deeper or said_entries(nested)


def _type(status: int) -> type[ConsoleError]:
    named: dict[int, type[ConsoleError]] = {
        HTTPStatus.UNAUTHORIZED: Unauthorized,
        HTTPStatus.FORBIDDEN: Forbidden,
        HTTPStatus.NOT_FOUND: NotFound,
        HTTPStatus.TOO_MANY_REQUESTS: RateLimited,
        HTTPStatus.NOT_IMPLEMENTED: Refused,
    }
    if status in named:
        return named[status]
    return ServerTrouble if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"
