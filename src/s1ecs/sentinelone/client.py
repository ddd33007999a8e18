"""One session with one console: token, TLS, proxy, time-outs, retries, rate limits."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

import httpx2
import stamina

from s1ecs.errors import ConsoleError, OutcomeUnknown, ServerTrouble, Unauthorized, Unreachable, Unreadable
from s1ecs.masking import hide
from s1ecs.records import canonical, dumps
from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.exchange import Exchange, Tracer, untraced
from s1ecs.sentinelone.rate_limits import RateLimits
from s1ecs.sentinelone.response import ConsoleResponse, answer_from
from s1ecs.sentinelone.retry_policy import PAUSE_AFTER_429, WAIT_INITIAL, WAIT_JITTER, RetryPolicy, surely_did_not_act
from s1ecs.sentinelone.server_clock import Clocks, ConsoleTime
from s1ecs.sentinelone.steady_clock import steady_seconds
from s1ecs.sentinelone.token_check import Acceptance
from s1ecs.sentinelone.transport import Connection, ExchangeObserver, Trust, nobody, open_session
from s1ecs.sentinelone.wire import RequestWire

BASE_PATH = "/web/api/v2.1"

# 408, and what gateways say where whoever asks, or they themselves, did not wait for the answer.
_GAVE_UP_WAITING = (HTTPStatus.REQUEST_TIMEOUT, 499)


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    params: Mapping[str, str]
    content: bytes | None
    repeatable: bool
    strict: bool
    scheme: str = "ApiToken"
    signed: bool = False
    small: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Client:
    """Asks one console; an async context manager, usable from many tasks at once.

    `clock` gives our time in UTC, `monotonic` steady seconds; `observer` is told of every request sent, `tracer` with
    what it held and what came back. `connections` is how many are open at most; clients may share their `trust`.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = steady_seconds,
        observer: ExchangeObserver = nobody,
        tracer: Tracer = untraced,
        rates: RateLimits | None = None,
        connections: int = 20,
        trust: Trust | None = None,
    ) -> None:
        self.connection = connection
        self._clock = clock
        self._monotonic = monotonic
        self._observer = observer
        self._tracer = tracer
        self._rates = rates or RateLimits(longest_pause=connection.retry_wait_max)
        self._connections = connections
        # Waited for here and not in the pool, so that the wait is no part of the time for an answer.
        self._free = asyncio.Semaphore(connections)
        self._trust = trust or Trust()
        self._time = ConsoleTime(clock, monotonic)
        self._token: str | None = None
        self._token_lock = asyncio.Lock()
        self._time_lock = asyncio.Lock()
        self._session: httpx2.AsyncClient | None = None
        self._acceptance = Acceptance(self._get_once, monotonic)

    def __repr__(self) -> str:
        return f"<Client {self.connection.console} {self.connection.url}>"

    async def __aenter__(self) -> Self:
        """Open the session; raise SettingsError if `ca_file` or `proxy` can't be used. Nothing is sent yet."""
        connection = self.connection
        self._session = open_session(connection, self._connections, self._trust)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.aclose()

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> ConsoleResponse:
        """Ask for `path` (below the base path) with unencoded `params`; raise ConsoleError types."""
        return await self._ask(_Request("GET", path, params or {}, None, repeatable=True, strict=False))

    async def post(self, path: str, body: object, *, repeatable: bool = False) -> ConsoleResponse:
        """Send `body` as JSON; raise ConsoleError types.

        Unless `repeatable` (a read by POST), it is sent again only if the console surely did not act on it, and any
        entry of `errors` that says something is a Refused, even beside data.
        """
        content = dumps(body)
        return await self._ask(_Request("POST", path, {}, content, repeatable=repeatable, strict=not repeatable))

    async def act(self, method: str, path: str, body: object, *, scheme: str = "ApiToken") -> ConsoleResponse:
        """Send a request that acts, `body` as JSON; it is sent again only if the console surely did not act on it.

        Raises OutcomeUnknown where it was sent and no answer came that says what became of it, other ConsoleError types
        where it was surely not carried out. GraphQL takes the scheme `Bearer`.
        """
        request = _Request(method, path, {}, dumps(body), repeatable=False, strict=True, scheme=scheme)
        try:
            return await self._ask(request)
        except ConsoleError as error:
            uncertain = isinstance(error, Unreachable | ServerTrouble | Unreadable)
            if surely_did_not_act(error) or not (uncertain or error.problem.status in _GAVE_UP_WAITING):
                raise
            raise OutcomeUnknown(str(error), request=error.request, problem=error.problem) from error

    async def post_for_links(self, path: str, body: object) -> ConsoleResponse:
        """Send a read by POST whose answer holds pre-signed links; they come whole, so show the answer nowhere."""
        return await self._ask(_Request("POST", path, {}, dumps(body), repeatable=True, strict=False, signed=True))

    async def graphql(self, path: str, query: str, variables: Mapping[str, object]) -> ConsoleResponse:
        """Ask a GraphQL query; raise ConsoleError types, Refused for any entry of `errors` that says something.

        The API takes the token as `Bearer` here (POST /unifiedalerts/graphql).
        """
        # Compact and in alphabetical order, as Elastic's integration sends it: test servers match the text.
        content = canonical({"query": query, "variables": variables})
        request = _Request("POST", path, {}, content, repeatable=True, strict=True, scheme="Bearer")
        return await self._ask(request)

    async def token(self) -> str:
        """Return the token in use, reading it at first use; whoever asks must show it to nobody but the console."""
        async with self._token_lock:
            if self._token is None:
                self._token = await self._read_token()
            return self._token

    def now(self) -> datetime:
        """Return the console's time in UTC as far as its answers told it, else ours."""
        return self._time.now()

    def clocks(self) -> Clocks:
        """Return the console's clock and ours, and how far they are apart."""
        return self._time.clocks()

    @property
    def clock_difference(self) -> float | None:
        """Seconds that the console's clock is ahead of ours (to about a second); None before the first answer."""
        return self._time.difference

    async def learn_time(self) -> None:
        """Ask GET /system/status once, without token, if no answer told the console's time yet.

        A failure is passed over: what a stream may read is decided by its own call, not by this one.
        """
        # All streams of a console want to know it at once, and the path may be asked twice a second. Who waited for
        # another's attempt does not try once more: a console that hangs would hold up one stream after the other.
        waited = self._time_lock.locked()
        async with self._time_lock:
            if waited or self._time.known:
                return
            request = _Request("GET", "/system/status", {}, None, repeatable=True, strict=False, small=True)
            try:
                await self._exchange(request, None, 1)
            except ConsoleError:
                return

    async def _ask(self, request: _Request) -> ConsoleResponse:
        connection = self.connection
        async for attempt in stamina.retry_context(
            on=RetryPolicy(repeatable=request.repeatable, retry_wait_max=connection.retry_wait_max),
            attempts=connection.attempts,
            timeout=None,
            wait_initial=min(WAIT_INITIAL, connection.retry_wait_max),
            wait_max=connection.retry_wait_max,
            wait_jitter=WAIT_JITTER,
        ):
            with attempt:
                return await self._with_good_token(request, attempt.num)
        raise AssertionError("stamina ends by an answer or by raising the last error")

    async def _with_good_token(self, request: _Request, attempt: int) -> ConsoleResponse:
        token = await self.token()
        try:
            return await self._exchange(request, token, attempt)
        except Unauthorized as error:
            renewed = await self._renewed_token(token)
            if renewed == token:
                raise await self._judged(error, request, token) from None
        try:
            return await self._exchange(request, renewed, attempt)
        except Unauthorized as error:
            raise await self._judged(error, request, renewed) from None

    async def _judged(self, error: Unauthorized, request: _Request, token: str) -> Unauthorized:
        """The error with the cure that fits: a 401 for one path may mean a permission, one for all a bad token."""
        if error.problem.status != HTTPStatus.UNAUTHORIZED:
            return error
        taken = await self._acceptance.taken(token, request.path)
        if taken is None:
            return error
        failures = Failures(self.connection, str(request), token)
        return failures.unauthorized(error.problem, elsewhere=taken)

    async def get_once(self, path: str) -> ConsoleResponse:
        """Ask for `path`, once; raise ConsoleError types."""
        request = _Request("GET", path, {}, None, repeatable=True, strict=False)
        return await self._with_good_token(request, 1)

    async def _get_once(self, path: str, token: str) -> ConsoleResponse:
        return await self._exchange(_Request("GET", path, {}, None, repeatable=True, strict=False), token, 1)

    async def _renewed_token(self, refused: str) -> str:
        """Read the token again, unless another task did so since `refused` was sent."""
        async with self._token_lock:
            if self._token is None or self._token == refused:
                self._token = await self._read_token()
            return self._token

    async def _read_token(self) -> str:
        token = (await self.connection.token()).strip()
        hide([token])
        return token

    async def _exchange(self, request: _Request, token: str | None, attempt: int) -> ConsoleResponse:
        failures = Failures(self.connection, str(request), token or "", acts=not request.repeatable)
        headers = _headers(request, token, failures)
        await self._rates.bucket(request.path).acquire()
        started = self._monotonic()
        status = 0
        try:
            response, body = await self._transfer(request, headers, failures)
            status = response.status_code
        except ConsoleError as error:
            await self._trace(request, token, attempt, started, error=str(error))
            raise
        finally:
            seconds = self._monotonic() - started
            self._observer(method=request.method, path=request.path, status=status, seconds=seconds, attempt=attempt)
        await self._trace(request, token, attempt, started, response=response, body=body)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            asked = self._time.seconds_asked(response.headers.get("Retry-After"))
            self._rates.pause(request.path, PAUSE_AFTER_429 if asked is None else asked)
        if status >= HTTPStatus.BAD_REQUEST:
            raise failures.refused(status, body, self._time.seconds_asked(response.headers.get("Retry-After")))
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise failures.redirected(status, response.headers.get("Location", ""))
        if status == HTTPStatus.NO_CONTENT:
            body = b"{}"
        return await answer_from(
            body,
            status=status,
            received=self._clock(),
            strict=request.strict,
            failures=failures,
            signed=request.signed,
        )

    async def _trace(
        self,
        request: _Request,
        token: str | None,
        attempt: int,
        started: float,
        *,
        response: httpx2.Response | None = None,
        body: bytes = b"",
        error: str = "",
    ) -> None:
        exchange = Exchange(
            method=request.method,
            path=request.path,
            params=request.params,
            content=request.content,
            attempt=attempt,
            seconds=self._monotonic() - started,
            status=0 if response is None else response.status_code,
            headers={} if response is None else response.headers,
            body=body,
            error=error,
            secrets=(token,) if token else (),
        )
        await self._tracer(exchange)

    async def _transfer(
        self, request: _Request, headers: Mapping[str, str], failures: Failures
    ) -> tuple[httpx2.Response, bytes]:
        if self._session is None:
            raise RuntimeError("the client is used outside of its `async with`")
        connection = self.connection
        async with self._free:
            sent = self._monotonic()
            wire = RequestWire(
                self._session,
                failures,
                seconds=connection.longest_beginning if request.small else connection.longest_answer,
                largest=connection.max_answer,
                begun=lambda response: self._time.learn(response.headers.get("Date"), sent),
            )
            return await wire.transfer(request.method, self._url(request), request.content, headers)

    def _url(self, request: _Request) -> str:
        # Encoded here, exactly once: the library would take a "%3D" that is part of a value for encoded already.
        query = f"?{urlencode(request.params, quote_via=quote, safe='')}" if request.params else ""
        return f"{self.connection.url}{BASE_PATH}{request.path}{query}"


def _headers(request: _Request, token: str | None, failures: Failures) -> dict[str, str]:
    headers: dict[str, str] = {}
    if token is not None:
        # The HTTP library would quote a token that it can't send in its error.
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise failures.unusable_token()
        headers["Authorization"] = f"{request.scheme} {token}"
    if request.content is not None:
        headers["Content-Type"] = "application/json"
    return headers
