"""From what went wrong to the error that says so: its type, what happened, what to do now, in one line."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx2

from s1ecs.api.connection import Connection
from s1ecs.api.no_answer import why_no_answer
from s1ecs.errors import (
    ApiProblem,
    ConsoleError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    TooLarge,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from s1ecs.records import NotJSON, read

_LONGEST_TEXT = 200
_LONGEST_EXCERPT = 80
_SHORTEST_SECRET = 8
_INVISIBLE = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>?")
_QUERY = re.compile(r"\?\S+")

_AFTER_IT_LASTS = "it is asked again at the next interval; if it lasts, look at the console's status and at the proxy"
_CURES: dict[int, str] = {
    400: "the console does not accept the request; if a setting named here is not the cause, report it with this line",
    401: (
        "the token is missing, wrong, expired or was replaced; generate one in the console under "
        "My User > Actions > API Token Operators and put it where 'token', 'token_file' or 'token_command' has it"
    ),
    403: (
        "the token's role or scope may not do this; give its user a role with the permission in the console under "
        "Settings > Users > Roles, or leave this stream out"
    ),
    404: "no such thing on this console, or a feature that it does not have; check 'url', or leave this stream out",
    407: "the proxy wants a user and a password: put them into the setting 'proxy'",
    429: "the console asks for a pause; others may share this token: give each its own, or ask less often ('interval')",
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

    def cut_off(self, error: httpx2.HTTPError) -> Unreadable:
        """Return the error for an answer that began and did not end."""
        if isinstance(error, httpx2.TimeoutException):
            what = f"the answer stopped in the middle for {self.connection.read_timeout:g} s"
        elif isinstance(error, httpx2.DecodingError):
            what = "the answer can't be unpacked"
        else:
            what = "the answer was cut off"
        return self.unreadable(what)

    def unreadable(self, what: str, body: bytes = b"") -> Unreadable:
        """Return the error for an answer that is not what the API promises; `body` is quoted by its beginning."""
        quoted = self._excerpt(body)
        quoted = f", it begins {quoted!r}" if quoted else ""
        cure = "something between here and the console may answer instead of it: check 'url' and 'proxy'"
        return Unreadable(self._line(f"{what}{quoted}", self._outcome(cure)), request=self.request)

    def too_large(self) -> TooLarge:
        """Return the error for an answer that was given up at the largest size that is read."""
        what = f"the answer is larger than {self.connection.max_answer / 1e6:g} MB"
        cure = "set a smaller 'page_size', or a greater 'max_answer' where memory allows"
        return TooLarge(self._line(what, self._outcome(cure)), request=self.request)

    def redirected(self, status: int, location: str) -> Refused:
        """Return the error for a redirect: the token goes nowhere but to the console that the settings name."""
        target = urlsplit(location)
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
            cure = f"asked to wait {retry_after:g} s; {cure}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            cure = self._outcome(cure)
        return _type(status)(
            self._line(_told(problem), cure), request=self.request, problem=problem, retry_after=retry_after
        )

    def said(self, status: int, entries: list[Any]) -> Refused:
        """Return the error for an answer of success whose `errors` say that it was none."""
        problem = self._problem_of_entry(status, entries[0])
        cure = "the console reports an error instead of data; if it lasts, report it with this line"
        return Refused(self._line(_told(problem), self._outcome(cure)), request=self.request, problem=problem)

    def unusable_token(self) -> Unauthorized:
        """Return the error for a token that no HTTP header can carry."""
        what = "the token is empty or holds characters that no token has"
        return Unauthorized(
            self._line(what, "look at what the setting 'token', 'token_file' or 'token_command' gives"),
            request=self.request,
        )

    def _line(self, what: str, cure: str = "") -> str:
        # Beside the token, anything that looks like a query is left out: an answer may quote our own request.
        told = ": ".join(part for part in (what, cure) if part)
        return f"{self.connection.console}: {self.request}: {' '.join(self._hide(_QUERY.sub('?...', told)).split())}"

    def _hide(self, text: str) -> str:
        for secret in (self.token, *self.connection.proxy_secrets):
            # Very short ones are placeholders; replacing them would garble every text.
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text

    def _outcome(self, cure: str) -> str:
        return f"it may have been carried out nevertheless, look in the console first; {cure}" if self.acts else cure

    def _excerpt(self, body: bytes) -> str:
        text = _INVISIBLE.sub(" ", body[:20_000].decode("utf-8", "replace"))
        text = " ".join(self._hide(text).split())
        return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}..."

    def _problem(self, status: int, body: bytes) -> ApiProblem:
        try:
            content = read(body)[0]
        except NotJSON:
            return ApiProblem(status=status, title=self._excerpt(body) or _phrase(status))
        for entry in said_entries(_errors_of(content)):
            return self._problem_of_entry(status, entry)
        title = content.get("message") if isinstance(content, dict) else None
        return ApiProblem(status=status, title=self._text(title) or _phrase(status))

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
        text = "" if value is None else " ".join(self._hide(str(value)).split())
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


def _errors_of(content: Any) -> Any:
    """Find `errors`, which some consoles nest under `error`."""
    if not isinstance(content, dict):
        return None
    nested = content.get("error")
    return content.get("errors") or (nested.get("errors") or nested if isinstance(nested, dict) else nested)


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


def _told(problem: ApiProblem) -> str:
    code = "" if problem.code is None else f" ({problem.code})"
    detail = f": {problem.detail}" if problem.detail else ""
    return f"{problem.status} {problem.title}{code}{detail}"
